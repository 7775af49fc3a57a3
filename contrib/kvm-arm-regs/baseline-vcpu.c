/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What KVM_ARM_VCPU_INIT was given on the hosts: it must be the same. */

#include "qemu/osdep.h"
#include "baseline.h"
#include "host-groups.h"

#define DUMP "kvm-arm-regs dump --cpu-feature "

/* KVM_ARM_VCPU_* by its bit, and what kvm-arm-regs dump calls it. */
static const char *const options[] = {
    [3] = "pmu", [ARM_CPREG_FEATURE_SVE] = "sve", [5] = "pauth",
    [6] = "pauth",
};

static const ARMCPRegVCPUInit *init_of(const Baseline *baseline, guint i)
{
    return &baseline_example(baseline, i)->manifest->init;
}

static const GPtrArray *hosts_of(const Baseline *baseline, guint i)
{
    const HostKind *kind = g_ptr_array_index(baseline->kinds, i);

    return kind->dumps;
}

static void check_target(Baseline *baseline)
{
    g_autoptr(GPtrArray) groups = host_groups_new();
    g_autofree char *text = NULL;

    for (guint i = 0; i < baseline->kinds->len; i++) {
        g_autofree char *before = g_strdup_printf(
            "%" PRIu32 " on ", init_of(baseline, i)->target);

        host_groups_add(groups, hosts_of(baseline, i), before, "");
    }
    if (groups->len > 1) {
        text = host_groups_text(groups);
        baseline_add_conflict(
            baseline, 0, "target",
            g_strdup_printf("target: KVM has the CPUs for different models, "
                            "%s; a pool is of hosts with the same", text));
    }
}

static void check_feature(Baseline *baseline, unsigned bit)
{
    g_autoptr(GPtrArray) groups = host_groups_new();
    g_autofree char *feature = arm_cpreg_feature_name(bit);
    g_autofree char *name = g_strdup_printf("features.%s", feature);
    g_autofree char *text = NULL;
    const char *option = bit < ARRAY_SIZE(options) ? options[bit] : NULL;

    for (guint i = 0; i < baseline->kinds->len; i++) {
        host_groups_add(groups, hosts_of(baseline, i),
                        arm_cpreg_has_feature(init_of(baseline, i), bit)
                        ? "on for " : "off for ", "");
    }
    if (groups->len < 2) {
        return;
    }
    text = host_groups_text(groups);
    baseline_add_conflict(
        baseline, 0, name,
        option ? g_strdup_printf("%s: the vCPUs are not the same, %s; dump "
                                 "all hosts alike, " DUMP "%s=off", name,
                                 text, option)
               : g_strdup_printf("%s: the vCPUs are not the same, %s; no "
                                 "option of kvm-arm-regs dump sets it, the "
                                 "files are of different programs", name,
                                 text));
}

static void check_lengths(Baseline *baseline)
{
    const ARMCPRegVCPUInit *common = &baseline->pool->manifest->init;
    g_autoptr(GPtrArray) groups = host_groups_new();
    g_autofree char *text = NULL;

    if (!arm_cpreg_has_feature(common, ARM_CPREG_FEATURE_SVE) ||
        common->sve_vls) {
        return;
    }
    for (guint i = 0; i < baseline->kinds->len; i++) {
        g_autofree char *lengths = host_dump_lengths(
            init_of(baseline, i)->sve_vls);
        g_autofree char *before = g_strdup_printf("%s bits on ", lengths);

        host_groups_add(groups, hosts_of(baseline, i), before, "");
    }
    text = host_groups_text(groups);
    baseline_add_conflict(
        baseline, 0, "sve-vector-lengths",
        g_strdup_printf("sve-vector-lengths: none is left, %s; KVM leaves out "
                        "only the longest ones; without SVE the hosts can be "
                        "a pool: " DUMP "sve=off", text));
}

void baseline_add_vcpu_conflicts(Baseline *baseline)
{
    check_target(baseline);
    for (unsigned bit = 0; bit < ARM_CPREG_FEATURE_WORDS * 32; bit++) {
        if (bit != ARM_CPREG_FEATURE_POWER_OFF) {
            check_feature(baseline, bit);
        }
    }
    if (!baseline->conflicts->len) {
        check_lengths(baseline);
    }
}
