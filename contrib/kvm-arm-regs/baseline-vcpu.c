/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What KVM_ARM_VCPU_INIT was given on the hosts: it must be the same. */

#include "qemu/osdep.h"
#include "baseline.h"
#include "host-groups.h"
#include "kvm-model.h"

#define DUMP "kvm-arm-regs dump --cpu-feature "

/* KVM_ARM_VCPU_PTRAUTH_*, which one option sets */
#define PTRAUTH_ADDRESS 5
#define PTRAUTH_GENERIC 6

/* Before, ID registers tell a guest of a PMU whether it has one or not. */
#define PMU_CAN_BE_HIDDEN KERNEL(5, 12)

/* KVM_ARM_VCPU_* by its bit, and what kvm-arm-regs dump calls it. */
static const char *const options[] = {
    [BASELINE_PMU_V3] = "pmu", [ARM_CPREG_FEATURE_SVE] = "sve",
    [PTRAUTH_ADDRESS] = "pauth", [PTRAUTH_GENERIC] = "pauth",
};

bool baseline_is_pauth(const ARMCPRegVCPUInit *init)
{
    return arm_cpreg_has_feature(init, PTRAUTH_ADDRESS) ==
           arm_cpreg_has_feature(init, PTRAUTH_GENERIC);
}

char *baseline_feature_text(unsigned bit, bool pauth)
{
    if (bit == ARM_CPREG_FEATURE_POWER_OFF ||
        (pauth && bit == PTRAUTH_GENERIC)) {
        return NULL;
    }
    return pauth && bit == PTRAUTH_ADDRESS
           ? g_strdup("ptrauth-address and ptrauth-generic")
           : arm_cpreg_feature_name(bit);
}

char *baseline_feature_remedy(unsigned bit, const char *how, bool on)
{
    const char *option = bit < ARRAY_SIZE(options) ? options[bit] : NULL;

    return option ? g_strdup_printf("%s, " DUMP "%s=%s", how, option,
                                    on ? "on" : "off")
                  : g_strdup("no option of kvm-arm-regs dump sets it, the "
                             "files are of different programs");
}

bool baseline_needs_pmu(const Baseline *baseline)
{
    for (guint i = 0; i < baseline->kinds->len; i++) {
        const HostDump *host = baseline_example(baseline, i);

        if (kvm_model_kernel(host->manifest->kernel) < PMU_CAN_BE_HIDDEN) {
            return true;
        }
    }
    return false;
}

static const ARMCPRegVCPUInit *init_of(const Baseline *baseline, guint i)
{
    return &baseline_example(baseline, i)->manifest->init;
}

static void check_target(Baseline *baseline)
{
    g_autoptr(GPtrArray) groups = host_groups_new();
    g_autofree char *text = NULL;

    for (guint i = 0; i < baseline->kinds->len; i++) {
        g_autofree char *before = g_strdup_printf(
            "%" PRIu32 " on ", init_of(baseline, i)->target);

        host_groups_add(groups, baseline_hosts(baseline, i), before, "");
    }
    if (groups->len > 1) {
        text = host_groups_text(groups);
        baseline_add_conflict(
            baseline, 0, "target",
            g_strdup_printf("target: KVM has the CPUs for different models, "
                            "%s; a pool is of hosts with the same", text));
    }
}

static void check_feature(Baseline *baseline, unsigned bit, bool pauth)
{
    g_autoptr(GPtrArray) groups = host_groups_new();
    g_autofree char *feature = arm_cpreg_feature_name(bit);
    g_autofree char *name = g_strdup_printf("features.%s", feature);
    g_autofree char *shown = baseline_feature_text(bit, pauth);
    g_autofree char *remedy = baseline_feature_remedy(
        bit, "dump all hosts alike",
        bit == BASELINE_PMU_V3 && baseline_needs_pmu(baseline));
    g_autofree char *text = NULL;

    for (guint i = 0; i < baseline->kinds->len; i++) {
        host_groups_add(groups, baseline_hosts(baseline, i),
                        arm_cpreg_has_feature(init_of(baseline, i), bit)
                        ? "on for " : "off for ", "");
    }
    if (!shown || groups->len < 2) {
        return;
    }
    text = host_groups_text(groups);
    baseline_add_conflict(baseline, 0, name, g_strdup_printf(
        "features.%s: the vCPUs are not the same, %s; %s", shown, text,
        remedy));
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
        g_autofree char *lengths = arm_cpreg_lengths(
            init_of(baseline, i)->sve_vls);
        g_autofree char *before = g_strdup_printf("%s bits on ", lengths);

        host_groups_add(groups, baseline_hosts(baseline, i), before, "");
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
    bool pauth = true;

    check_target(baseline);
    for (guint i = 0; i < baseline->kinds->len; i++) {
        pauth &= baseline_is_pauth(init_of(baseline, i));
    }
    for (unsigned bit = 0; bit < ARM_CPREG_FEATURE_WORDS * 32; bit++) {
        check_feature(baseline, bit, pauth);
    }
    if (!baseline->conflicts->len) {
        check_lengths(baseline);
    }
}
