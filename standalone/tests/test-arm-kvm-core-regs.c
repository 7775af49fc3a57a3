/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Core registers, which kvm.c moves one by one: what is said of one that KVM
 * refuses, and what becomes of a vCPU then.
 */

#include "qemu/osdep.h"
#include "qemu/error-report.h"
#include "scripted-test.h"
#include "system/kvm.h"
#include "system/runstate.h"
#include "target/arm/kvm/core-load.h"
#include "target/arm/kvm/core-regs.h"
#include "target/arm/kvm/core-unread.h"
#include "target/arm/kvm/registers.h"

#define X5      0x603000000010000aULL
#define FPCR    0x60200000001000d5ULL
#define V3      0x6040000000100060ULL

#define UNREAD  "cpu 0: cannot read X5 (0x603000000010000a): " \
                "Input/output error"

static ARMCPU *new_vcpu(ScriptedKVM *kvm, ScriptedOp op)
{
    ARMCPU *cpu = scripted_start(kvm, NULL);

    g_assert_nonnull(cpu);
    g_string_truncate(standalone_reports(), 0);
    /* From now on KVM refuses each register. */
    kvm->fault = (ScriptedFault) {
        .at = 1, .onwards = true, .op = op, .error = EIO,
    };
    return cpu;
}

static void assert_put(ARMCPU *cpu, uint64_t regidx, void *value,
                       const char *expected)
{
    g_autoptr(Error) err = NULL;

    g_assert_cmpint(kvm_arm_put_core_reg(CPU(cpu), regidx, value, &err), ==,
                    -EIO);
    g_assert_cmpstr(error_get_pretty(err), ==, expected);
}

static void test_refused(void)
{
    g_autoptr(ScriptedKVM) kvm = recorded_kernel("6.18" ON_N1);
    g_autoptr(ARMCPU) cpu = new_vcpu(kvm, SCRIPTED_SET);
    uint64_t x5 = 0x123456789abcdef0, v3[2] = { 1, 2 };
    uint32_t fpcr = 0x1000000;

    assert_put(cpu, X5, &x5, "cpu 0: KVM refuses X5 (0x603000000010000a) = "
               "0x123456789abcdef0: Input/output error");
    assert_put(cpu, FPCR, &fpcr, "cpu 0: KVM refuses FPCR "
               "(0x60200000001000d5) = 0x1000000: Input/output error");
    assert_put(cpu, V3, v3, "cpu 0: KVM refuses V3 (0x6040000000100060): "
               "Input/output error");
}

/* Why X5 cannot be read; the caller frees it. */
static Error *unread(ARMCPU *cpu)
{
    Error *err = NULL;
    uint64_t x5 = 7;

    g_assert_cmpint(kvm_arm_get_core_reg(CPU(cpu), X5, &x5, &err), ==, -EIO);
    g_assert_cmpstr(error_get_pretty(err), ==, UNREAD);
    g_assert_cmphex(x5, ==, 7);
    return err;
}

/* A guest that stands can run on, and is not saved. */
static void test_unread(void)
{
    g_autoptr(ScriptedKVM) kvm = recorded_kernel("6.18" ON_N1);
    g_autoptr(ARMCPU) cpu = new_vcpu(kvm, SCRIPTED_GET);
    g_autoptr(Error) err = NULL;

    g_assert_true(kvm_arm_core_unread(cpu, unread(cpu), &err));
    g_assert_null(err);
    g_assert_cmpstr(standalone_reports()->str, ==,
                    UNREAD " (the guest can run on, but cannot migrate)\n");
    kvm->fault.at = 0;
    g_assert_false(kvm_arm_cpregs_pre_save(cpu, &err));
    g_assert_cmpstr(error_get_pretty(err), ==, UNREAD);

    /* A load brings another value of it. */
    g_assert_true(kvm_arm_core_load(cpu, NULL));
    g_assert_true(kvm_arm_cpregs_pre_save(cpu, NULL));
}

/* One that runs is stopped by the caller, which shows the vCPU. */
static void test_unread_running(void)
{
    g_autoptr(ScriptedKVM) kvm = recorded_kernel("6.18" ON_N1);
    g_autoptr(ARMCPU) cpu = new_vcpu(kvm, SCRIPTED_GET);
    g_autoptr(Error) err = NULL;

    standalone_running = true;
    g_assert_false(kvm_arm_core_unread(cpu, unread(cpu), &err));
    standalone_running = false;
    g_assert_cmpstr(error_get_pretty(err), ==, UNREAD);
    g_assert_true(CPU(cpu)->vcpu_dirty);
}

static int core_puts;

/* As in kvm.c, of one register. */
static int core_put(CPUState *cs, int level, Error **errp)
{
    uint64_t x5 = 5;

    if (kvm_arm_core_is_loaded(ARM_CPU(cs), level)) {
        return 0;
    }
    core_puts++;
    return kvm_arm_put_core_reg(cs, X5, &x5, errp);
}

static int silent_put(CPUState *cs, int level, Error **errp)
{
    return -EPERM;
}

static void test_load_refused(void)
{
    g_autoptr(ScriptedKVM) kvm = recorded_kernel("6.18" ON_N1);
    g_autoptr(ARMCPU) cpu = new_vcpu(kvm, SCRIPTED_SET);
    g_autoptr(Error) err = NULL;
    g_autoptr(Error) silent = NULL;

    scripted_core_put = core_put;
    g_assert_false(kvm_arm_core_load(cpu, &err));
    assert_says(err, "registers of the source cannot be restored on this host: "
                "cpu 0: KVM refuses X5 (0x603000000010000a) = 0x5: "
                "Input/output error; use a destination with ");
    g_assert_false(kvm_arm_core_is_loaded(cpu, KVM_PUT_FULL_STATE));

    scripted_core_put = silent_put;
    g_assert_false(kvm_arm_core_load(cpu, &silent));
    assert_says(silent, "cpu 0: KVM refuses the events or the power state of "
                "the vCPU: Operation not permitted");
    scripted_core_put = NULL;
}

/* The write of all vCPUs at the end of a load leaves them; no other does. */
static void test_load_once(void)
{
    g_autoptr(ScriptedKVM) kvm = recorded_kernel("6.18" ON_N1);
    g_autoptr(ARMCPU) cpu = new_vcpu(kvm, SCRIPTED_GET);
    const struct {
        int level;
        bool reset;
        int writes;
    } cases[] = {
        { KVM_PUT_FULL_STATE, false, 0 },
        { KVM_PUT_FULL_STATE, true, 1 },
        { KVM_PUT_RESET_STATE, false, 1 },
        { KVM_PUT_RUNTIME_STATE, false, 1 },
    };

    kvm->fault.at = 0;
    scripted_kvm_add(kvm, X5, 0);
    scripted_core_put = core_put;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_assert_true(kvm_arm_core_load(cpu, NULL));
        if (cases[i].reset) {
            kvm_arm_cpregs_reset(cpu, 0);
        }
        core_puts = 0;
        kvm_arch_put_registers(CPU(cpu), cases[i].level, NULL);
        g_assert_cmpint(core_puts, ==, cases[i].writes);
        kvm_arch_put_registers(CPU(cpu), KVM_PUT_FULL_STATE, NULL);
        g_assert_cmpint(core_puts, ==, cases[i].writes + 1);
    }
    scripted_core_put = NULL;
}

int main(int argc, char **argv)
{
    static const ScriptedCase cases[] = {
        { "refused", test_refused },
        { "unread", test_unread },
        { "unread-running", test_unread_running },
        { "load-refused", test_load_refused },
        { "load-once", test_load_once },
    };

    return scripted_test_main(argc, argv, "core-regs", cases,
                              G_N_ELEMENTS(cases));
}
