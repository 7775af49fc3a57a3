/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The vCPU features of the hosts of a baseline: they must be equal. */

#include "qemu/osdep.h"
#include "baseline-vcpu.h"
#include "host-groups.h"

#define DUMP "kvm-arm-regs dump --cpu-feature "

/* KVM_ARM_VCPU_PTRAUTH_*, which one option sets */
#define PTRAUTH_ADDRESS 5
#define PTRAUTH_GENERIC 6

/* The option of kvm-arm-regs dump for KVM_ARM_VCPU_*, by its bit. */
static const char *const feature_options[] = {
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
    const char *option = bit < ARRAY_SIZE(feature_options)
                         ? feature_options[bit] : NULL;

    return option ? g_strdup_printf("%s: " DUMP "%s=%s", how, option,
                                    on ? "on" : "off")
                  : g_strdup("no option of kvm-arm-regs dump sets it: make "
                             "all files with the same program");
}

static const ARMCPRegVCPUInit *vcpu_init(const Baseline *baseline, guint i)
{
    return &baseline_example(baseline, i)->manifest->init;
}

static void vcpu_check_target(Baseline *baseline)
{
    g_autoptr(GPtrArray) groups = host_groups_new();
    g_autofree char *text = NULL;

    for (guint i = 0; i < baseline->kinds->len; i++) {
        g_autofree char *before = g_strdup_printf(
            "%" PRIu32 " on ", vcpu_init(baseline, i)->target);

        host_groups_add(groups, baseline_hosts(baseline, i), before, "");
    }
    if (groups->len > 1) {
        text = host_groups_text(groups);
        baseline_add_conflict(
            baseline, 0, "target",
            g_strdup_printf("target: KVM takes the CPUs for different models, "
                            "%s; make a separate pool for each", text));
    }
}

static void vcpu_check_feature(Baseline *baseline, unsigned bit, bool pauth)
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
                        arm_cpreg_has_feature(vcpu_init(baseline, i), bit)
                        ? "on for " : "off for ", "");
    }
    if (!shown || groups->len < 2) {
        return;
    }
    text = host_groups_text(groups);
    baseline_add_conflict(baseline, 0, name, g_strdup_printf(
        "features.%s: the vCPUs differ, %s; %s", shown, text, remedy));
}

static void vcpu_check_lengths(Baseline *baseline)
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
            vcpu_init(baseline, i)->sve_vls);
        g_autofree char *before = g_strdup_printf("%s bits on ", lengths);

        host_groups_add(groups, baseline_hosts(baseline, i), before, "");
    }
    text = host_groups_text(groups);
    baseline_add_conflict(
        baseline, 0, "sve-vector-lengths",
        g_strdup_printf("sve-vector-lengths: the hosts have no common ones, "
                        "%s; KVM can switch off only the longest; dump all "
                        "hosts without SVE: " DUMP "sve=off", text));
}

void baseline_add_vcpu_conflicts(Baseline *baseline)
{
    bool pauth = true;

    vcpu_check_target(baseline);
    for (guint i = 0; i < baseline->kinds->len; i++) {
        pauth &= baseline_is_pauth(vcpu_init(baseline, i));
    }
    for (unsigned bit = 0; bit < ARM_CPREG_FEATURE_WORDS * 32; bit++) {
        vcpu_check_feature(baseline, bit, pauth);
    }
    if (!baseline->conflicts->len) {
        vcpu_check_lengths(baseline);
    }
}
