/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What QEMU takes for the values that KVM holds, by which it leaves writes and
 * reads out: where that is not sure, nothing is left out.
 */

#include "qemu/osdep.h"
#include "qemu/error-report.h"
#include "scripted-test.h"
#include "system/kvm.h"
#include "target/arm/migration/cpreg.h"
#include "target/arm/cpreg/names.h"
#include "target/arm/kvm/registers.h"

/* Of the bits that a PMU with six counters has. */
#define BITS 0x80000003ULL

/* A counter goes on: what was read of it is old when a load comes. */
static void test_counters(void)
{
    static const uint64_t counters[] = {
        ARM_CPREG(TIMER_CNT), ARM_CPREG(CNTPCT_EL0),
    };
    g_autoptr(ScriptedKVM) from = recorded_kernel("6.12" ON_N1_PMU);
    g_autoptr(ScriptedKVM) to = recorded_kernel("6.18" ON_N1_PMU);
    g_autoptr(QEMUFile) f = stream_from(from);
    g_autoptr(ARMCPU) cpu = scripted_start(to, NULL);

    g_assert_true(load_stream(cpu, f, NULL));
    for (size_t i = 0; i < ARRAY_SIZE(counters); i++) {
        /* in the model both stand, and have the same value on both sides */
        g_assert_cmphex(scripted_kvm_value(from, counters[i]), ==,
                        scripted_kvm_value(to, counters[i]));
        g_assert_cmpuint(writes(to, counters[i]), ==, 1);
    }
}

/* QEMU has the bits in both registers: KVM gets them once, and exactly. */
static void test_put_bits(void)
{
    static const char *const lists[] = {
        "6.1" ON_N1_PMU, "6.12" ON_N1_PMU, "6.18" ON_N1_PMU,
    };
    const uint64_t set = ARM_CPREG(PMCNTENSET_EL0);
    const uint64_t clear = ARM_CPREG(PMCNTENCLR_EL0);

    for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
        g_autoptr(ScriptedKVM) kvm = recorded_kernel(lists[i]);
        g_autoptr(ARMCPU) cpu = NULL;

        scripted_kvm_find(kvm, set)->value = 0x30;
        cpu = scripted_start(kvm, NULL);
        *value_of(cpu, set) = *value_of(cpu, clear) = BITS;
        g_assert_true(kvm_arm_cpregs_put(cpu, KVM_PUT_RUNTIME_STATE, NULL));
        g_assert_cmphex(scripted_kvm_value(kvm, set), ==, BITS);
    }
}

/* Half of a write was done: KVM holds neither the old value nor the new one. */
static void test_half_written(void)
{
    const uint64_t set = ARM_CPREG(PMCNTENSET_EL0);
    g_autoptr(ScriptedKVM) to = recorded_kernel("6.12" ON_N1_PMU);
    g_autoptr(ScriptedKVM) from = recorded_kernel("6.12" ON_N1_PMU);
    g_autoptr(QEMUFile) other = NULL;
    g_autoptr(QEMUFile) same = NULL;
    g_autoptr(ARMCPU) cpu = NULL;

    scripted_kvm_find(from, set)->value = 4;
    other = stream_from(from);
    g_assert_cmphex(scripted_kvm_value(from, set) & BITS, ==, 0);
    scripted_kvm_reset(from);
    same = stream_from(from);

    /* The vCPU here has what the second stream has. */
    scripted_kvm_find(to, set)->value = scripted_kvm_value(from, set);
    cpu = scripted_start(to, NULL);
    to->fault = (ScriptedFault) {
        .at = 1, .op = SCRIPTED_SET, .regidx = set, .error = ENOMEM,
    };
    g_assert_false(load_stream(cpu, other, NULL));
    g_assert_cmphex(scripted_kvm_value(to, set), !=,
                    scripted_kvm_value(from, set));
    g_assert_true(load_stream(cpu, same, NULL));
    g_assert_cmphex(scripted_kvm_value(to, set), ==,
                    scripted_kvm_value(from, set));
}

/* One register is gone, another cannot be read: that one is left alone. */
static void test_sync_relists(void)
{
    const uint64_t tcr = ARM_CPREG(TCR_EL1);
    g_autoptr(ScriptedKVM) kvm = recorded_kernel("6.12" ON_N1_PMU);
    g_autoptr(ARMCPU) cpu = NULL;

    scripted_kvm_find(kvm, tcr)->value = 0x1234;
    cpu = scripted_start(kvm, NULL);
    g_assert_true(scripted_run(cpu, NULL));
    scripted_kvm_find(kvm, ARM_CPREG(PIR_EL1))->unlisted = true;
    kvm->fault = (ScriptedFault) {
        .at = 1, .onwards = true, .op = SCRIPTED_GET, .regidx = tcr,
        .error = EIO,
    };
    kvm_arm_cpregs_sync(cpu);
    g_string_truncate(standalone_reports(), 0);
    g_array_set_size(kvm->calls, 0);
    g_assert_true(scripted_run(cpu, NULL));
    g_assert_cmpuint(writes(kvm, tcr), ==, 0);
}

/* KVM makes something else of a value: what is sent is what it holds. */
static void test_save_after_put(void)
{
    const uint64_t pmcr = ARM_CPREG(PMCR_EL0);
    g_autoptr(ScriptedKVM) kvm = recorded_kernel("6.18" ON_N1_PMU);
    g_autoptr(ScriptedKVM) to = recorded_kernel("6.18" ON_N1_PMU);
    g_autoptr(ARMCPU) cpu = scripted_start(kvm, NULL);
    g_autoptr(ARMCPU) destination = scripted_start(to, NULL);
    g_autoptr(QEMUFile) f = qemu_file_new();
    uint64_t wanted = *value_of(cpu, pmcr) | 0xff000001;

    *value_of(cpu, pmcr) = wanted;
    g_assert_true(kvm_arm_cpregs_put(cpu, KVM_PUT_RUNTIME_STATE, NULL));
    g_assert_cmphex(scripted_kvm_value(kvm, pmcr), !=, wanted);
    g_assert_true(scripted_save(cpu, f, NULL));
    g_assert_true(load_stream(destination, f, NULL));
    g_assert_cmphex(*value_of(destination, pmcr), ==,
                    scripted_kvm_value(kvm, pmcr));
}

/*
 * Taken and altered by one load; a load that is refused leaves that as it is,
 * and the first one can come again.
 */
static void test_altered_once(void)
{
    g_autoptr(ScriptedKVM) from = recorded_kernel("6.12" ON_N1);
    g_autoptr(ScriptedKVM) to = recorded_kernel("6.18" ON_N1);
    ScriptedReg *dfr0 = scripted_kvm_find(from, ARM_CPREG(ID_AA64DFR0_EL1));
    ScriptedReg *psci = scripted_kvm_find(from, ARM_CPREG_FW(0));
    g_autoptr(ARMCPU) cpu = scripted_start(to, NULL);
    g_autoptr(QEMUFile) first = NULL;
    g_autoptr(QEMUFile) second = NULL;
    g_autoptr(Error) err = NULL;

    dfr0->value = dfr0->reset | 0xf00;      /* PMUVer: IMP DEF, dropped */
    first = stream_from(from);
    dfr0->value = (dfr0->reset & ~0xfULL) | 6;                  /* DebugVer */
    psci->value = 0x20000;
    second = stream_from(from);

    g_assert_true(load_stream(cpu, first, NULL));
    g_assert_cmphex(scripted_kvm_value(to, dfr0->regidx), ==, dfr0->reset);
    g_assert_false(load_stream(cpu, second, &err));
    assert_says(err, "PSCI_VERSION (0x6030000000140000) = 0x20000");
    g_assert_cmphex(scripted_kvm_value(to, dfr0->regidx), ==, dfr0->reset);
    g_assert_true(load_stream(cpu, first, NULL));
    g_assert_cmphex(scripted_kvm_value(to, dfr0->regidx), ==, dfr0->reset);
}

int main(int argc, char **argv)
{
    static const ScriptedCase cases[] = {
        { "counters", test_counters },
        { "put-bits", test_put_bits },
        { "half-written", test_half_written },
        { "sync-relists", test_sync_relists },
        { "save-after-put", test_save_after_put },
        { "altered-once", test_altered_once },
    };

    return scripted_test_main(argc, argv, "kvm-cpregs-held", cases,
                              ARRAY_SIZE(cases));
}
