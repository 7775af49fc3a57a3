/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Options that contradict a baseline. */

#include "qemu/osdep.h"
#include "scripted-host.h"

/* Written out, from the kernel's uapi headers. */
#define PSCI        0x6030000000140000ULL

#define HOST        "6.18" ON_N1

static void no_change(ARMCPU *cpu)
{
}

static void pmu_on(ARMCPU *cpu)
{
    cpu->has_pmu = true;
}

static void sve_on(ARMCPU *cpu)
{
    cpu->isar.aa64_sve = true;
    cpu->sve_vq.map = 1;
}

static void pauth_on(ARMCPU *cpu)
{
    cpu->isar.aa64_pauth = true;
}

static void aarch32(ARMCPU *cpu)
{
    cpu->env.features = 0;
}

static void older_psci(ARMCPU *cpu)
{
    cpu->psci_version = 0x10000;
}

static void same_psci(ARMCPU *cpu)
{
    cpu->psci_version = 0x10001;
}

static void older_psci_and_pmu(ARMCPU *cpu)
{
    pmu_on(cpu);
    older_psci(cpu);
}

/* The baseline of a guest with PSCI and no other feature. */
static const struct {
    void (*change)(ARMCPU *cpu);
    const char *words[3];   /* none: it goes */
} options[] = {
    { no_change },
    { same_psci },
    { pmu_on, { "baseline pool (pool.json): the vCPU feature pmu-v3 is off in "
                "the baseline and on in this QEMU: start QEMU with -cpu "
                "host,pmu=off" } },
    { sve_on, { "the vCPU feature sve is off in the baseline and on in this "
                "QEMU: start QEMU with -cpu host,sve=off" } },
    { pauth_on, { "the vCPU feature ptrauth-address is off in the baseline and "
                  "on in this QEMU: start QEMU with -cpu host,pauth=off" } },
    { aarch32, { "the vCPU feature el1-32bit is off in the baseline and on in "
                 "this QEMU: start QEMU with -cpu host,aarch64=on" } },
    { older_psci, { "baseline pool (pool.json): PSCI_VERSION: wanted 0x10001,",
                    "kvm-psci-version says 0x10000" } },
    { older_psci_and_pmu, { "pmu=off; PSCI_VERSION: wanted 0x10001" } },
};

static void test_baseline(void)
{
    for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
        g_autoptr(ScriptedKVM) kvm = scripted_host(HOST);
        g_autoptr(ARMCPU) cpu = scripted_first_cpu(kvm);
        g_autoptr(Error) err = NULL;
        bool ok;

        scripted_baseline_add(cpu, PSCI, 0x10001);
        options[i].change(cpu);
        ok = kvm_arm_guest_view_finalize(cpu, &err);
        g_assert_true(ok == !options[i].words[0]);
        g_assert_true(ok == !err);
        for (size_t n = 0; n < 3 && options[i].words[n]; n++) {
            assert_says(err, options[i].words[n]);
        }
        g_assert_true(scripted_untouched(kvm));
        if (!ok) {
            g_assert_cmpuint(kvm->calls->len, ==, 0);
        }
    }
}

int main(int argc, char **argv)
{
    static const ScriptedCase cases[] = {
        { "baseline", test_baseline },
    };

    return scripted_test_main(argc, argv, "kvm-guest-view-options", cases,
                              ARRAY_SIZE(cases));
}
