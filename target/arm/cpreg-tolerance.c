/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Migration tolerance: which unexpected registers may stay behind. */

#include "qemu/osdep.h"
#include "cpreg-tolerance.h"

static const ARMCPRegRule table[] = {
#define RAZ(from, to, w, k) \
    { .first = from, .last = to, .has_value = true, .why = w, .kernel = k },
#define GATE(reg, field, w, k) \
    { .first = ARM_CPREG(reg), .last = ARM_CPREG(reg), \
      .gate = &arm_cpreg_fields[ARM_FIELD_##field], .why = w, .kernel = k },
#define CACHE(from, to, w, k) \
    { .first = from, .last = to, .cache = true, .why = w, .kernel = k },
#define VALUE(idx, v, w, k) \
    { .first = idx, .last = idx, \
      .has_value = true, .value = v, .why = w, .kernel = k },
#include "cpreg-tolerance.h.inc"
#undef RAZ
#undef GATE
#undef CACHE
#undef VALUE
};

const ARMCPRegRules arm_cpreg_rules = { table, G_N_ELEMENTS(table) };

/* Has the stream's CLIDR_EL1 the cache of this CCSIDR? True if unknown. */
static bool has_cache(const ARMCPRegList *source, uint64_t regidx)
{
    ssize_t at = arm_cpreg_list_find(source, ARM_CPREG(CLIDR_EL1));
    unsigned n = regidx - ARM_CPREG_CCSIDR(0);
    unsigned type;

    if (at < 0) {
        return true;
    }
    /* Ctype<level>: 0 none, 1 instruction, 2 data, 3 both, 4 unified */
    type = source->values[at] >> (3 * (n / 2)) & 7;
    if (n & 1) {
        return type != 0 && type != 2 && type != 4;
    }
    return type != 0 && type != 1;
}

static bool holds(const ARMCPRegRule *rule, const ARMCPRegList *source,
                  size_t s)
{
    if (rule->has_value && source->values[s] != rule->value) {
        return false;
    }
    if (rule->cache && has_cache(source, source->indexes[s])) {
        return false;
    }
    if (rule->gate) {
        ssize_t id = arm_cpreg_list_find(source, rule->gate->regidx);

        if (id < 0 || arm_cpreg_field(rule->gate, source->values[id]) != 0) {
            return false;
        }
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
        if (holds(row, source, s)) {
            *rule = row;
            return true;
        }
        *rule = *rule ?: row;
    }
    return false;
}

char *arm_cpreg_refusal_text(const ARMCPRegRule *rule,
                             const ARMCPRegList *source, size_t s)
{
    ssize_t id;

    if (!rule) {
        return g_strdup("no rule lets it stay behind");
    }
    if (rule->cache) {
        return g_strdup("CLIDR_EL1 tells the guest of this cache");
    }
    if (!rule->gate) {
        return g_strdup_printf("could stay behind only with 0x%" PRIx64,
                               rule->value);
    }
    id = arm_cpreg_list_find(source, rule->gate->regidx);
    if (id < 0) {
        return g_strdup_printf("the guest may use it (the stream does not "
                               "have %s)", rule->gate->name);
    }
    return g_strdup_printf("the guest can use it (%s is %" PRIu64 ")",
                           rule->gate->name,
                           arm_cpreg_field(rule->gate, source->values[id]));
}
