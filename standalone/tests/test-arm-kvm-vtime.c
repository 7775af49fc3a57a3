/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The virtual counter of a guest that stops and goes on. */

#include "qemu/osdep.h"
#include "qemu/error-report.h"
#include "scripted-test.h"
#include "target/arm/kvm/vtime.h"

#define COUNTER ARM_CPREG(TIMER_CNT)

static ARMCPU *new_vcpu(ScriptedKVM *kvm)
{
    ARMCPU *cpu = scripted_start(kvm, NULL);

    g_assert_nonnull(cpu);
    g_string_truncate(standalone_reports(), 0);
    return cpu;
}

/* From now on KVM refuses the counter. */
static void refuse(ScriptedKVM *kvm, ScriptedOp op, int error)
{
    kvm->fault = (ScriptedFault) {
        .at = 1, .onwards = true, .op = op, .regidx = COUNTER,
        .error = error,
    };
}

/* KVM's counter goes on while the guest stands; the guest does not see it. */
static void test_kept(void)
{
    g_autoptr(ScriptedKVM) kvm = recorded_kernel("6.18" ON_N1);
    g_autoptr(ARMCPU) cpu = new_vcpu(kvm);
    ScriptedReg *counter = scripted_kvm_find(kvm, COUNTER);

    counter->value = 1000;
    kvm_arm_vtime_get(cpu);
    counter->value = 5000;
    kvm_arm_vtime_get(cpu);     /* stopped already */
    kvm_arm_vtime_put(cpu);
    g_assert_cmpuint(counter->value, ==, 1000);
    counter->value = 1500;
    kvm_arm_vtime_put(cpu);     /* running already */
    g_assert_cmpuint(counter->value, ==, 1500);
    g_assert_cmpstr(standalone_reports()->str, ==, "");
}

/* Unread, it is not written: that would be the time of some former stop. */
static void test_unread(void)
{
    g_autoptr(ScriptedKVM) kvm = recorded_kernel("6.18" ON_N1);
    g_autoptr(ARMCPU) cpu = new_vcpu(kvm);
    ScriptedReg *counter = scripted_kvm_find(kvm, COUNTER);

    counter->value = 1000;
    refuse(kvm, SCRIPTED_GET, EIO);
    kvm_arm_vtime_get(cpu);
    g_assert_false(cpu->kvm_vtime_dirty);
    g_assert_nonnull(strstr(standalone_reports()->str,
                            "cpu 0: cannot read the virtual counter, "
                            "TIMER_CNT: Input/output error"));
    kvm_arm_vtime_put(cpu);
    g_assert_cmpuint(counter->value, ==, 1000);
}

static void test_refused(void)
{
    g_autoptr(ScriptedKVM) kvm = recorded_kernel("6.18" ON_N1);
    g_autoptr(ARMCPU) cpu = new_vcpu(kvm);
    ScriptedReg *counter = scripted_kvm_find(kvm, COUNTER);

    counter->value = 0x1000;
    kvm_arm_vtime_get(cpu);
    counter->value = 0x2000;
    refuse(kvm, SCRIPTED_SET, EPERM);
    kvm_arm_vtime_put(cpu);
    g_assert_nonnull(strstr(standalone_reports()->str,
                            "TIMER_CNT = 0x1000: Operation not permitted"));
    g_assert_cmpuint(counter->value, ==, 0x2000);
    /* The next stop is another time. */
    kvm_arm_vtime_get(cpu);
    g_assert_cmphex(cpu->kvm_vtime, ==, 0x2000);
}

int main(int argc, char **argv)
{
    static const ScriptedCase cases[] = {
        { "kept", test_kept },
        { "unread", test_unread },
        { "refused", test_refused },
    };

    return scripted_test_main(argc, argv, "kvm-vtime", cases,
                              ARRAY_SIZE(cases));
}
