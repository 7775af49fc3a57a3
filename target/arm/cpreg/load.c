/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Load a register list into a target. */

#include "qemu/osdep.h"
#include "altered.h"
#include "explain.h"
#include "index.h"
#include "list.h"
#include "load.h"
#include "missing.h"
#include "names.h"

/* Identity is written this many times, if writing it makes registers appear. */
#define EARLY_PASSES 3

/* The state of one load. */
typedef struct Loading {
    ARMCPRegTarget *target;
    const ARMCPRegRules *rules;
    const ARMCPRegList *source;
    const ARMCPRegList *known;
    ARMCPRegLoad *load;
    guint read_back;        /* this many writes have been read back */
    bool id_refused;        /* a feature ID register was refused */
} Loading;

ARMCPRegLoad *arm_cpreg_load_new(void)
{
    ARMCPRegLoad *load = g_new0(ARMCPRegLoad, 1);

    load->writes = g_array_new(false, false, sizeof(ARMCPRegWrite));
    load->all = g_array_new(false, false, sizeof(uint64_t));
    load->refused = g_string_new(NULL);
    return load;
}

void arm_cpreg_load_free(ARMCPRegLoad *load)
{
    if (load) {
        arm_cpreg_report_clear(&load->report);
        g_array_unref(load->writes);
        g_array_unref(load->all);
        g_string_free(load->refused, true);
        g_free(load->indexes);
        g_free(load->values);
        g_free(load->known);
        g_free(load);
    }
}

static const struct {
    uint64_t set;
    uint64_t clear;
} set_clear[] = {
    { ARM_CPREG(PMCNTENSET_EL0), ARM_CPREG(PMCNTENCLR_EL0) },
    { ARM_CPREG(PMINTENSET_EL1), ARM_CPREG(PMINTENCLR_EL1) },
    { ARM_CPREG(PMOVSSET_EL0), ARM_CPREG(PMOVSCLR_EL0) },
};

bool arm_cpreg_is_clear(uint64_t regidx)
{
    for (int i = 0; i < G_N_ELEMENTS(set_clear); i++) {
        if (set_clear[i].clear == regidx) {
            return true;
        }
    }
    return false;
}

int arm_cpreg_put(ARMCPRegTarget *target, uint64_t regidx, uint64_t value)
{
    for (int i = 0; i < G_N_ELEMENTS(set_clear); i++) {
        if (set_clear[i].set == regidx) {
            int ret = target->set(target, set_clear[i].clear,
                                  (uint32_t)~value);

            if (ret) {
                return ret;
            }
        }
    }
    return target->set(target, regidx, value);
}

const char *arm_cpreg_why(int ret)
{
    switch (ret) {
    case -ENOENT:
        return "KVM no longer has the register";
    case -EINVAL:
        return "KVM refuses the value";
    case -EBUSY:
        return "KVM refuses to change it after the guest has run";
    default:
        return strerror(-ret);
    }
}

static ARMCPRegList loading_list(const Loading *loading)
{
    return (ARMCPRegList) {
        .indexes = loading->load->indexes,
        .values = loading->load->values,
        .len = loading->load->len,
    };
}

/* Replace the target's list by @indexes; known values stay known. */
static void loading_adopt(Loading *loading, const uint64_t *indexes,
                          size_t len)
{
    ARMCPRegLoad *load = loading->load;
    uint64_t *own = g_memdup2(indexes, len * sizeof(*own));
    uint64_t *values = g_new0(uint64_t, len);
    bool *known = g_new0(bool, len);
    ARMCPRegList old = loading_list(loading);
    ARMCPRegList new = { .indexes = own, .len = len };
    ARMCPRegWalk walk = { .source = &old, .destination = &new };

    while (arm_cpreg_walk_next(&walk)) {
        if (walk.s >= 0 && walk.d >= 0) {
            values[walk.d] = load->values[walk.s];
            known[walk.d] = load->known[walk.s];
        }
    }
    g_free(load->indexes);
    g_free(load->values);
    g_free(load->known);
    load->indexes = own;
    load->values = values;
    load->known = known;
    load->len = len;
}

bool arm_cpreg_pick_list(const GArray *all, uint64_t **indexes,
                         ARMCPRegList *list, char **fault)
{
    g_autofree uint64_t *picked = g_new(uint64_t, all->len);
    g_autofree char *text = NULL;
    size_t len = 0;

    for (guint i = 0; i < all->len; i++) {
        uint64_t regidx = g_array_index(all, uint64_t, i);

        if (arm_cpreg_is_of_list(regidx)) {
            picked[len++] = regidx;
        }
    }
    *list = (ARMCPRegList) { .indexes = picked, .len = len };
    text = arm_cpreg_list_fault(list);
    if (text) {
        *fault = g_strdup_printf("cannot use KVM's register list: %s", text);
        return false;
    }
    *indexes = g_steal_pointer(&picked);
    return true;
}

static bool loading_relist(Loading *loading, char **fault)
{
    GArray *all = loading->target->list(loading->target, fault);
    g_autofree uint64_t *indexes = NULL;
    ARMCPRegList list;

    if (!all) {
        return false;
    }
    g_array_unref(loading->load->all);
    loading->load->all = all;
    if (!arm_cpreg_pick_list(all, &indexes, &list, fault)) {
        return false;
    }
    loading_adopt(loading, list.indexes, list.len);
    return true;
}

/* Read the target's @d-th register; returns a negative errno. */
static int loading_get(Loading *loading, size_t d, uint64_t *value)
{
    ARMCPRegLoad *load = loading->load;
    int ret = 0;

    if (!load->known[d]) {
        ret = loading->target->get(loading->target, load->indexes[d],
                                   &load->values[d]);
        load->known[d] = ret == 0;
    }
    *value = load->values[d];
    return ret;
}

static ARMCPRegWrite *loading_written(const Loading *loading, uint64_t regidx)
{
    GArray *writes = loading->load->writes;

    for (guint i = 0; i < writes->len; i++) {
        ARMCPRegWrite *write = &g_array_index(writes, ARMCPRegWrite, i);

        if (write->regidx == regidx) {
            return write;
        }
    }
    return NULL;
}

/* Refuse @write for the reason @why. */
static void loading_refuse(Loading *loading, ARMCPRegWrite *write,
                           ARMCPRegFate fate, const char *why)
{
    GString *refused = loading->load->refused;

    write->fate = fate;
    write->why = why;
    if (write->unread) {
        g_autofree char *name = arm_cpreg_name(write->regidx);

        arm_cpreg_clause(refused, "%s = 0x%" PRIx64 ": %s", name, write->value,
                         why);
    } else {
        arm_cpreg_append_refused(refused, write->regidx, write->value,
                                 write->here, why);
    }
    loading->id_refused |= arm_cpreg_is_feature_id(write->regidx);
}

/* May the target hold @write->here? */
static bool loading_may_hold(Loading *loading, ARMCPRegWrite *write)
{
    if (write->unread) {
        return false;
    }
    if (write->here == write->value) {
        write->fate = ARM_CPREG_TAKEN;
        return true;
    }
    if (arm_cpreg_alteration(loading->source, write->regidx, write->value,
                             write->here, &write->why)) {
        write->fate = ARM_CPREG_ALTERED;
        return true;
    }
    return false;
}

static void loading_put(Loading *loading, size_t d, uint64_t value)
{
    ARMCPRegLoad *load = loading->load;
    ARMCPRegWrite write = { .regidx = load->indexes[d], .value = value };

    write.ret = arm_cpreg_put(loading->target, write.regidx, value);
    load->known[d] = false;
    if (!write.ret) {
        g_array_append_val(load->writes, write);
        return;
    }
    write.unread = loading_get(loading, d, &write.here) != 0;
    if (write.ret == -EBUSY) {
        /* An earlier load may have written the same value. */
        if (loading_may_hold(loading, &write)) {
            g_array_append_val(load->writes, write);
            return;
        }
        load->busy = true;
    }
    loading_refuse(loading, &write, ARM_CPREG_VALUE_REFUSED,
                   arm_cpreg_why(write.ret));
    g_array_append_val(load->writes, write);
}

/* Read back what was written since the last time. */
static void loading_read_back(Loading *loading)
{
    ARMCPRegLoad *load = loading->load;
    ARMCPRegList own = loading_list(loading);

    for (; loading->read_back < load->writes->len; loading->read_back++) {
        ARMCPRegWrite *write = &g_array_index(load->writes, ARMCPRegWrite,
                                              loading->read_back);
        ssize_t d = arm_cpreg_list_find(&own, write->regidx);

        if (write->ret || d < 0) {
            continue;       /* refused, or hidden by another register */
        }
        if (arm_cpreg_is_counter(write->regidx)) {
            write->here = load->values[d] = write->value;
            load->known[d] = true;
            continue;
        }
        write->ret = loading_get(loading, d, &write->here);
        write->unread = write->ret != 0;
        if (!loading_may_hold(loading, write)) {
            loading_refuse(loading, write, ARM_CPREG_VALUE_REFUSED,
                           write->unread ? strerror(-write->ret) :
                           "KVM holds another value after the write");
        }
    }
}

/* The bits of a register that this load writes. */
static uint64_t loading_bits(const Loading *loading, uint64_t regidx)
{
    if (!loading->known) {
        return ~0ULL;
    }
    return arm_cpreg_list_find(loading->known, regidx) < 0 ? 0 :
           arm_cpreg_fixed_bits(regidx);
}

/*
 * The value that a register is to hold: the source's, or a rule's if it is
 * missing there.  Returns the bits that count; 0 to keep the target's value.
 */
static uint64_t loading_wanted(const Loading *loading, ssize_t s,
                               uint64_t regidx, uint64_t *value)
{
    const ARMCPRegMissing *row;

    if (s >= 0) {
        *value = loading->source->values[s];
        return loading_bits(loading, regidx);
    }
    if (loading->known && !arm_cpreg_is_fixed(regidx)) {
        return 0;
    }
    row = arm_cpreg_missing_row(loading->rules->missing, loading->source,
                                regidx);
    *value = row ? row->value : 0;
    return row && row->set ? ~0ULL : 0;
}

/* Has the read of a register failed?  The load cannot go on without it. */
static bool loading_unread(int ret, uint64_t regidx, char **fault)
{
    g_autofree char *name = NULL;

    if (!ret) {
        return false;
    }
    name = arm_cpreg_name(regidx);
    *fault = g_strdup_printf("cannot read %s: %s", name,
                             strerror(-ret));
    return true;
}

/* Write early registers that differ; @any is set if a write succeeded. */
static bool loading_put_early(Loading *loading, bool *any, char **fault)
{
    ARMCPRegList own = loading_list(loading);
    ARMCPRegWalk walk = { .source = loading->source, .destination = &own };

    *any = false;
    /* In the order of the indexes: system registers, firmware, bitmaps. */
    while (arm_cpreg_walk_next(&walk)) {
        uint64_t bits, value, here;

        if (walk.d < 0 || !arm_cpreg_is_early(walk.regidx) ||
            loading_written(loading, walk.regidx)) {
            continue;
        }
        bits = loading_wanted(loading, walk.s, walk.regidx, &value);
        if (!bits) {
            continue;
        }
        if (loading_unread(loading_get(loading, walk.d, &here), walk.regidx,
                           fault)) {
            return false;
        }
        value = (value & bits) | (here & ~bits);
        if (value != here) {
            loading_put(loading, walk.d, value);
            *any |= !loading_written(loading, walk.regidx)->ret;
        }
    }
    return true;
}

static bool loading_early(Loading *loading, char **fault)
{
    bool any = true;

    for (int i = 0; i < EARLY_PASSES && any; i++) {
        if (!loading_put_early(loading, &any, fault) ||
            (any && !loading_relist(loading, fault))) {
            return false;
        }
    }
    loading_read_back(loading);
    return true;
}

/* Write the other registers, each once. */
static bool loading_rest(Loading *loading, char **fault)
{
    const ARMCPRegReport *report = &loading->load->report;

    for (size_t i = 0; i < report->len; i++) {
        const ARMCPRegVerdict *verdict = &report->verdicts[i];
        uint64_t bits, value, here = 0;

        if (verdict->d < 0 || arm_cpreg_is_early(verdict->regidx)) {
            continue;
        }
        bits = loading_wanted(loading, verdict->s, verdict->regidx, &value);
        if (!bits) {
            continue;
        }
        if (arm_cpreg_is_clear(verdict->regidx)) {
            loading->load->values[verdict->d] = value;
            loading->load->known[verdict->d] = true;
            continue;
        }
        if (bits != ~0ULL &&
            loading_unread(loading_get(loading, verdict->d, &here),
                           verdict->regidx, fault)) {
            return false;
        }
        loading_put(loading, verdict->d, (value & bits) | (here & ~bits));
    }
    loading_read_back(loading);
    return true;
}

/* KVM checks the ID registers against each other when a VM first runs. */
static bool loading_first_run(Loading *loading, char **fault)
{
    ARMCPRegLoad *load = loading->load;
    uint64_t value;

    for (size_t d = 0; d < load->len; d++) {
        if (arm_cpreg_is_feature_id(load->indexes[d]) &&
            loading_unread(loading_get(loading, d, &value), load->indexes[d],
                           fault)) {
            return false;
        }
    }
    if (!loading->target->first_run(loading->target, fault)) {
        return false;
    }
    for (size_t d = 0; d < load->len; d++) {
        ARMCPRegWrite write = {
            .regidx = load->indexes[d], .value = load->values[d],
        };

        if (!arm_cpreg_is_feature_id(write.regidx)) {
            continue;
        }
        if (loading_unread(loading->target->get(loading->target, write.regidx,
                                                &write.here),
                           write.regidx, fault)) {
            return false;
        }
        if (!loading_may_hold(loading, &write)) {
            loading_refuse(loading, &write, ARM_CPREG_CHANGED,
                           "KVM changes it when the guest runs");
        }
        if (write.fate != ARM_CPREG_TAKEN) {
            g_array_append_val(load->writes, write);
        }
    }
    return true;
}

static void loading_reconcile(Loading *loading)
{
    ARMCPRegLoad *load = loading->load;
    ARMCPRegList own = loading_list(loading);
    g_autofree char *text = NULL;

    arm_cpreg_reconcile(loading->rules, loading->source, &own, &load->report);
    text = arm_cpreg_report_text(&load->report, loading->source,
                                 loading->known);
    if (text) {
        arm_cpreg_clause(load->refused, "%s", text);
    }
}

bool arm_cpreg_load(ARMCPRegTarget *target, const ARMCPRegRules *rules,
                    const ARMCPRegList *source, const ARMCPRegList *known,
                    const ARMCPRegList *before, ARMCPRegLoad *load,
                    char **fault)
{
    Loading loading = {
        .target = target,
        .rules = rules,
        .source = source,
        .known = known,
        .load = load,
    };
    bool identity_refused;

    if (before) {
        loading_adopt(&loading, before->indexes, before->len);
        for (size_t d = 0; d < before->len; d++) {
            load->values[d] = before->values[d];
            load->known[d] = true;
        }
    }
    /* ID registers belong to the VM: another vCPU's load can hide registers. */
    if (!loading_relist(&loading, fault) || !loading_early(&loading, fault)) {
        return false;
    }
    identity_refused = load->refused->len != 0;
    loading_reconcile(&loading);
    if ((known || !identity_refused) && !loading_rest(&loading, fault)) {
        return false;
    }
    if (load->busy) {
        arm_cpreg_clause(load->refused, "load this guest into a new QEMU, with "
                         "-loadvm or -incoming");
    }
    return !target->first_run || loading.id_refused ||
           loading_first_run(&loading, fault);
}
