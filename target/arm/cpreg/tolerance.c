/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Migration tolerance: which registers can be dropped. */

#include "qemu/osdep.h"
#include "index.h"
#include "list.h"
#include "missing.h"
#include "names.h"
#include "tolerance.h"

/* ID_AA64DFR0_EL1.PMUVer: a PMU, but not the architecture's (PMUv3) */
#define PMUVER_IMP_DEF  0xf

static const ARMCPRegRule tolerance_rows[] = {
#define RAZ(from, to, w, k) \
    { .first = from, .last = to, .has_value = true, .why = w, .kernel = k },
#define GATE(reg, field, w, k) \
    { .first = ARM_CPREG(reg), .last = ARM_CPREG(reg), \
      .gate = &arm_cpreg_fields[ARM_FIELD_##field], .why = w, .kernel = k },
#define PMU(from, to, w, k) \
    { .first = from, .last = to, .gate_too = PMUVER_IMP_DEF, .why = w, \
      .gate = &arm_cpreg_fields[ARM_FIELD_ID_AA64DFR0_EL1_PMUVer], \
      .kernel = k },
#define CACHE(from, to, w, k) \
    { .first = from, .last = to, .cache = true, .why = w, .kernel = k },
#define TIMER(reg, s, w, k) \
    { .first = ARM_CPREG(reg), .last = ARM_CPREG(reg), .timer = true, \
      .seen = s, .why = w, .kernel = k },
#define VALUE(idx, v, w, k) \
    { .first = idx, .last = idx, \
      .has_value = true, .value = v, .why = w, .kernel = k },
#define TCG(idx, v, w) \
    { .first = idx, .last = idx, .has_value = true, .value = v, .why = w },
#define NEVER(idx, w, k) \
    { .first = idx, .last = idx, .never = true, .why = w, .kernel = k },
#include "tolerance.h.inc"
#undef RAZ
#undef GATE
#undef PMU
#undef CACHE
#undef TIMER
#undef VALUE
#undef TCG
#undef NEVER
};

const ARMCPRegRules arm_cpreg_rules = {
    .rules = tolerance_rows,
    .len = G_N_ELEMENTS(tolerance_rows),
    .missing = &arm_cpreg_missing_rules,
};

/* CLIDR_EL1.Ctype<level> of a CCSIDR: 0 none to 4 unified; -1 if unknown. */
static int tolerance_cache_type(const ARMCPRegList *source, uint64_t regidx)
{
    ssize_t at = arm_cpreg_list_find(source, ARM_CPREG(CLIDR_EL1));
    unsigned n = regidx - ARM_CPREG_CCSIDR(0);

    return at < 0 ? -1 : (int)(source->values[at] >> (3 * (n / 2)) & 7);
}

/* Does the stream's CLIDR_EL1 have this CCSIDR's cache?  True if unknown. */
static bool tolerance_has_cache(const ARMCPRegList *source, uint64_t regidx)
{
    int type = tolerance_cache_type(source, regidx);

    /* 1 instruction, 2 data, 3 both, 4 unified */
    if (regidx & 1) {
        return type != 0 && type != 2 && type != 4;
    }
    return type != 0 && type != 1;
}

/*
 * CNTP_CTL_EL0.ENABLE and CNTP_CVAL_EL0 in the stream.  Both are 0 in a new
 * vCPU.  False if the stream lacks one of them.
 */
static bool tolerance_timer(const ARMCPRegList *source, unsigned *enable,
                            uint64_t *compare)
{
    ssize_t ctl = arm_cpreg_list_find(source, ARM_CPREG(CNTP_CTL_EL0));
    ssize_t cval = arm_cpreg_list_find(source, ARM_CPREG(CNTP_CVAL_EL0));

    if (ctl < 0 || cval < 0) {
        return false;
    }
    *enable = source->values[ctl] & 1;
    *compare = source->values[cval];
    return true;
}

static bool tolerance_never_used_timer(const ARMCPRegList *source)
{
    unsigned enable;
    uint64_t compare;

    return tolerance_timer(source, &enable, &compare) && !enable && !compare;
}

static char *tolerance_timer_text(const ARMCPRegList *source)
{
    unsigned enable;
    uint64_t compare;

    if (!tolerance_timer(source, &enable, &compare)) {
        return g_strdup("the guest may use its physical timer (the stream "
                        "lacks CNTP_CTL_EL0 or CNTP_CVAL_EL0)");
    }
    return g_strdup_printf("the guest has used its physical timer "
                           "(CNTP_CTL_EL0.ENABLE is %u, CNTP_CVAL_EL0 is 0x%"
                           PRIx64 ")", enable, compare);
}

/* Do all conditions of a row hold? */
static bool tolerance_holds(const ARMCPRegRule *rule,
                            const ARMCPRegList *source, size_t s)
{
    if (rule->never) {
        return false;
    }
    if (rule->has_value && source->values[s] != rule->value) {
        return false;
    }
    if (rule->cache && tolerance_has_cache(source, source->indexes[s])) {
        return false;
    }
    if (rule->timer && !tolerance_never_used_timer(source)) {
        return false;
    }
    if (rule->gate) {
        ssize_t id = arm_cpreg_list_find(source, rule->gate->regidx);
        uint64_t field;

        if (id < 0) {
            return false;
        }
        field = arm_cpreg_field(rule->gate, source->values[id]);
        return field == 0 || field == rule->gate_too;
    }
    return true;
}

bool arm_cpreg_tolerated(const ARMCPRegRules *rules,
                         const ARMCPRegList *source, size_t s,
                         const ARMCPRegRule **rule)
{
    uint64_t regidx = source->indexes[s];
    size_t i;

    *rule = NULL;
    for (i = 0; i < rules->len; i++) {
        const ARMCPRegRule *row = &rules->rules[i];

        if (regidx < row->first || regidx > row->last) {
            continue;
        }
        if (tolerance_holds(row, source, s)) {
            *rule = row;
            return true;
        }
        *rule = *rule ?: row;
    }
    return false;
}

/* " (TRNG_V1_0; known to Linux 5.19 and later)", for a firmware register */
static char *tolerance_firmware_text(const ARMCPRegRule *rule, uint64_t regidx,
                                     uint64_t value)
{
    uint64_t kind = regidx & ARM_CPREG_KIND_MASK;
    g_autofree char *services = NULL;
    g_autoptr(GString) text = NULL;

    if (kind != ARM_CPREG_KIND_FW && kind != ARM_CPREG_KIND_FW_BMAP) {
        return g_strdup("");
    }
    services = arm_cpreg_services(regidx, value);
    text = g_string_new(services);
    arm_cpreg_clause(text, "known to Linux %.*s and later",
                     (int)strcspn(rule->kernel, ","), rule->kernel);
    return g_strdup_printf(" (%s)", text->str);
}

static char *tolerance_cache_text(const ARMCPRegList *source, uint64_t regidx)
{
    unsigned n = regidx - ARM_CPREG_CCSIDR(0);
    int type = tolerance_cache_type(source, regidx);

    if (type < 0) {
        return g_strdup("the guest may have this cache (the stream has no "
                        "CLIDR_EL1)");
    }
    return g_strdup_printf("the guest has this cache (CLIDR_EL1.Ctype%u is "
                           "%d)", n / 2 + 1, type);
}

bool arm_cpreg_tolerated_value(const ARMCPRegRules *rules, uint64_t regidx,
                               uint64_t *value)
{
    for (size_t i = 0; i < rules->len; i++) {
        const ARMCPRegRule *rule = &rules->rules[i];

        if (rule->has_value && regidx >= rule->first && regidx <= rule->last) {
            *value = rule->value;
            return true;
        }
    }
    return false;
}

char *arm_cpreg_refusal_text(const ARMCPRegRule *rule,
                             const ARMCPRegList *source, size_t s)
{
    g_autofree char *more = NULL;
    ssize_t id;

    if (!rule) {
        return g_strdup("it cannot be dropped safely");
    }
    if (rule->cache) {
        return tolerance_cache_text(source, source->indexes[s]);
    }
    if (rule->timer) {
        return tolerance_timer_text(source);
    }
    if (!rule->gate) {
        more = tolerance_firmware_text(rule, source->indexes[s],
                                       source->values[s]);
        if (rule->never) {
            return g_strdup_printf("%s%s", rule->why, more);
        }
        return g_strdup_printf("it can be dropped only with value 0x%" PRIx64
                               "%s", rule->value, more);
    }
    id = arm_cpreg_list_find(source, rule->gate->regidx);
    if (id < 0) {
        return g_strdup_printf("the guest may use it (the stream has no %s)",
                               rule->gate->name);
    }
    return g_strdup_printf("the guest can use it (%s is %" PRIu64 ")",
                           rule->gate->name,
                           arm_cpreg_field(rule->gate, source->values[id]));
}
