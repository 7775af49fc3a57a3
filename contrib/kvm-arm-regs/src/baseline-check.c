/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Can each host start, and receive, the guests of a baseline? */

#include "qemu/osdep.h"
#include "baseline-check.h"
#include "baseline-conflict.h"
#include "baseline-host.h"
#include "compare.h"
#include "host-groups.h"

/* A guest of one host that moves to another: each refusal is a conflict. */
static void check_pair(Baseline *baseline, const HostDump *source,
                       const HostDump *from, const HostDump *destination,
                       const HostDump *to)
{
    g_autoptr(Comparison) comparison = compare_hosts(source, destination);
    g_autofree char *start = host_dump_title(from);
    g_autofree char *end = host_dump_title(to);

    for (guint i = 0; i < comparison->findings->len; i++) {
        const Finding *finding = &g_array_index(comparison->findings, Finding,
                                                i);
        g_autofree char *name = finding->regidx
                                ? arm_cpreg_short_name(finding->regidx)
                                : g_strdup("features");

        if (finding->outcome >= OUTCOME_UNKNOWN) {
            baseline_add_conflict(
                baseline, finding->regidx, name,
                g_strdup_printf("%s: a guest from %s cannot migrate to %s: "
                                "%s", name, start, end, finding->text));
        }
    }
}

/* With the baseline, vCPUs of many hosts are of one kind. */
static void check_pairs(Baseline *baseline)
{
    g_autoptr(GPtrArray) vcpus = g_ptr_array_new_with_free_func(
        (GDestroyNotify)host_dump_free);
    g_autoptr(GHashTable) hosts = g_hash_table_new(NULL, NULL);
    g_autoptr(GPtrArray) kinds = NULL;

    for (guint i = 0; i < baseline->kinds->len; i++) {
        const HostDump *host = baseline_example(baseline, i);
        HostDump *vcpu = baseline_started(host, baseline->pool);

        g_ptr_array_add(vcpus, vcpu);
        g_hash_table_insert(hosts, vcpu, (gpointer)host);
    }
    kinds = host_kinds_new(vcpus, host_kind_key);
    for (guint i = 0; i < kinds->len; i++) {
        const HostKind *source = g_ptr_array_index(kinds, i);
        const HostDump *from = source->dumps->pdata[0];

        for (guint n = 0; n < kinds->len; n++) {
            const HostKind *destination = g_ptr_array_index(kinds, n);
            const HostDump *to = destination->dumps->pdata[0];
            const HostDump *host = g_hash_table_lookup(hosts, to);

            /* A baseline lacks its hosts' other registers. */
            if (!host->members) {
                check_pair(baseline, from, g_hash_table_lookup(hosts, from),
                           to, host);
            }
        }
    }
}

/* Can each host show the CPU of another? */
static bool check_cpu(Baseline *baseline)
{
    g_autoptr(GPtrArray) without = g_ptr_array_new();
    g_autofree char *titles = NULL;

    for (guint i = 0; i < baseline->kinds->len; i++) {
        if (!host_dump_has(baseline_example(baseline, i),
                           BASELINE_IMP_ID_REGS)) {
            g_ptr_array_extend(without, baseline_hosts(baseline, i), NULL,
                               NULL);
        }
    }
    if (without->len) {
        titles = host_titles(without);
        baseline_add_conflict(
            baseline, ARM_CPREG(MIDR_EL1), BASELINE_IMP_ID_REGS,
            g_strdup_printf(BASELINE_IMP_ID_REGS ": KVM lacks this capability "
                            "on %s, so it cannot change MIDR_EL1, REVIDR_EL1 "
                            "and AIDR_EL1 there; use Linux "
                            BASELINE_IMP_ID_REGS_SINCE " or later there",
                            titles));
    }
    return !without->len;
}

void baseline_check(Baseline *baseline)
{
    const HostDump *pool = baseline->pool;
    bool has_list = pool->manifest->impls, has_calls = true;

    if (has_list) {
        has_calls = check_cpu(baseline);
    }
    for (guint i = 0; i < pool->regs->len; i++) {
        const HostReg *reg = &g_array_index(pool->regs, HostReg, i);
        bool possible = true;

        /* With a list the capability decides, and check_cpu() has said so. */
        if ((arm_cpreg_is_implementation(reg->regidx) && has_list) ||
            (reg->regidx == BASELINE_LIST_CALLS && !has_calls)) {
            continue;
        }
        for (guint n = 0; possible && n < baseline->kinds->len; n++) {
            possible = baseline_is_possible(baseline_example(baseline, n),
                                            pool, reg, ~0ULL);
        }
        if (!possible) {
            baseline_add_value_conflict(baseline, reg);
        }
    }
    if (!baseline->conflicts->len) {
        check_pairs(baseline);
    }
}
