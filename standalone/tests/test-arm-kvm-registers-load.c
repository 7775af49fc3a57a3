/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Single cases on a scripted kernel: loads into a vCPU that has run, values
 * that KVM takes and drops, puts while a guest runs, broken streams.
 */

#include "qemu/osdep.h"
#include "qemu/error-report.h"
#include "scripted-test.h"
#include "system/kvm.h"
#include "target/arm/migration/cpreg.h"
#include "target/arm/cpreg/names.h"
#include "target/arm/kvm/registers.h"

/* loadvm: the same stream again, after the guest has run. */
static void test_again(void)
{
    g_autoptr(ScriptedKVM) from = recorded_kernel("6.1" ON_MAX);
    g_autoptr(ScriptedKVM) to = recorded_kernel("6.18" ON_MAX);
    g_autoptr(QEMUFile) f = stream_from(from);
    g_autoptr(ARMCPU) cpu = scripted_start(to, NULL);

    g_assert_true(load_stream(cpu, f, NULL));
    g_assert_cmpuint(writes(to, 0), >, 0);
    for (int i = 0; i < 3; i++) {
        g_autoptr(Error) err = NULL;

        g_assert_true(scripted_run(cpu, NULL));
        scripted_kvm_find(to, ARM_CPREG(TCR_EL1))->value = 0x1234;
        if (i > 0) {
            kvm_arm_cpregs_sync(cpu);       /* else QEMU has not seen it */
        }
        load_stream(cpu, f, &err);
        g_assert_null(err);
        /* 6.1's NV, which KVM takes and drops each time, and no other */
        g_assert_cmpuint(writes(to, 0), ==, 1);
        g_assert_cmpuint(writes(to, ARM_CPREG(ID_AA64MMFR2_EL1)), ==, 1);
        g_assert_cmpuint(writes(to, ARM_CPREG(TCR_EL1)), ==, 1);
        g_assert_cmphex(scripted_kvm_value(to, ARM_CPREG(TCR_EL1)), ==,
                        scripted_kvm_value(from, ARM_CPREG(TCR_EL1)));
    }
}

/*
 * What KVM takes, and would take away when the guest first runs, is refused;
 * also by a QEMU that stays and is given the same stream again.
 */
static void test_first_run(void)
{
    g_autoptr(ScriptedKVM) from = recorded_kernel("6.18" ON_MAX);
    g_autoptr(ScriptedKVM) to = recorded_kernel("7.3" ON_MAX);
    g_autoptr(QEMUFile) f = stream_from(from);
    g_autoptr(ARMCPU) cpu = scripted_start(to, NULL);

    for (int i = 0; i < 2; i++) {
        g_autoptr(Error) err = NULL;

        g_assert_false(load_stream(cpu, f, &err));
        assert_says(err, "ID_AA64MMFR3_EL1 (0x603000000013c03b) = 0x111, "
                    "destination 0x11: KVM changes it when the guest "
                    "runs (ID_AA64MMFR3_EL1.S1PIE: source 1, destination 0)");
    }
    /* The same guest stays whole where KVM leaves it alone. */
    g_assert_true(scripted_migrate(from, from, NULL));
}

/* loadvm: a guest that was told of another CPU. */
static void test_other_identity(void)
{
    g_autoptr(ScriptedKVM) from = recorded_kernel("6.1" ON_MAX);
    g_autoptr(ScriptedKVM) to = recorded_kernel("6.18" ON_MAX);
    g_autoptr(QEMUFile) f = stream_from(from);
    g_autoptr(ARMCPU) cpu = scripted_start(to, NULL);
    g_autoptr(Error) err = NULL;

    g_assert_true(scripted_run(cpu, NULL));
    g_assert_false(load_stream(cpu, f, &err));
    assert_says(err, "ID_AA64MMFR3_EL1 (0x603000000013c03b) = 0x0, destination "
                "0x111: KVM refuses to change it after the guest has run");
    assert_says(err, "ID_AA64MMFR3_EL1.TCRX: source 0, destination 1");
    /* the remedy */
    assert_says(err, "with -loadvm or -incoming");
}

/* The guest here has locked, the one that is loaded has no lock at all. */
static void test_missing(void)
{
    g_autoptr(ScriptedKVM) from = recorded_kernel("5.10" ON_N1_PMU);
    g_autoptr(ScriptedKVM) to = recorded_kernel("6.18" ON_N1_PMU);
    g_autoptr(QEMUFile) f = stream_from(from);
    g_autoptr(ARMCPU) cpu = scripted_start(to, NULL);
    g_autoptr(Error) err = NULL;

    g_assert_true(scripted_run(cpu, NULL));
    scripted_kvm_find(to, ARM_CPREG(OSLSR_EL1))->value |= 2;
    kvm_arm_cpregs_sync(cpu);
    load_stream(cpu, f, &err);
    g_assert_null(err);
    g_assert_cmphex(scripted_kvm_value(to, ARM_CPREG(OSLSR_EL1)), ==, 8);
}

/* Values that KVM takes and drops; what the guest then has is known. */
static void test_dropped(void)
{
    g_autoptr(ScriptedKVM) from = recorded_kernel("6.12" ON_N1);
    g_autoptr(ScriptedKVM) to = recorded_kernel("6.18" ON_N1);
    g_autoptr(QEMUFile) f = NULL;
    g_autoptr(ARMCPU) cpu = NULL;
    ScriptedReg *dfr0 = scripted_kvm_find(from, ARM_CPREG(ID_AA64DFR0_EL1));

    /* PMUVer: IMPLEMENTATION DEFINED */
    dfr0->value |= 0xf00;
    f = stream_from(from);
    cpu = scripted_start(to, NULL);
    g_assert_true(load_stream(cpu, f, NULL));
    g_assert_cmphex(scripted_kvm_value(to, dfr0->regidx), ==, dfr0->reset);
    g_assert_cmphex(*value_of(cpu, dfr0->regidx), ==, dfr0->reset);

    /* Nothing is left to be put, and a second load can write it again. */
    g_array_set_size(to->calls, 0);
    g_assert_true(scripted_run(cpu, NULL));
    g_assert_cmpuint(writes(to, 0), ==, 0);
    g_assert_true(load_stream(cpu, f, NULL));
    g_assert_cmpuint(writes(to, 0), ==, 1);
    g_assert_cmpuint(writes(to, dfr0->regidx), ==, 1);
}

/* Puts write what changed, what is listed, and time only in a full put. */
static void test_put(void)
{
    g_autoptr(ScriptedKVM) kvm = recorded_kernel("6.12" ON_N1_PMU);
    g_autoptr(ARMCPU) cpu = scripted_start(kvm, NULL);
    static const int levels[] = {
        KVM_PUT_RUNTIME_STATE, KVM_PUT_RESET_STATE, KVM_PUT_FULL_STATE,
    };
    uint64_t tcr = ARM_CPREG(TCR_EL1), cnt = ARM_CPREG(TIMER_CNT);

    for (size_t l = 0; l < ARRAY_SIZE(levels); l++) {
        bool full = levels[l] == KVM_PUT_FULL_STATE;

        *value_of(cpu, tcr) += 0x10;
        *value_of(cpu, cnt) += 0x10;
        for (int twice = 0; twice < 2; twice++) {
            guint all = 0;

            g_array_set_size(kvm->calls, 0);
            g_assert_true(kvm_arm_cpregs_put(cpu, levels[l], NULL));
            for (guint i = 0; i < kvm->calls->len; i++) {
                all += g_array_index(kvm->calls, ScriptedCall, i).op ==
                       SCRIPTED_SET;
            }
            g_assert_cmpuint(writes(kvm, tcr), ==, !twice);
            g_assert_cmpuint(writes(kvm, cnt), ==, full && !twice);
            g_assert_cmpuint(all, ==, twice ? 0 : 1 + full);
        }
    }
}

static void test_put_refused(void)
{
    g_autoptr(ScriptedKVM) kvm = recorded_kernel("6.12" ON_N1_PMU);
    g_autoptr(ARMCPU) cpu = scripted_start(kvm, NULL);
    g_autoptr(Error) err = NULL;

    *value_of(cpu, ARM_CPREG(MIDR_EL1)) ^= 0x1000;
    *value_of(cpu, ARM_CPREG(TCR_EL1)) ^= 0x1000;
    *value_of(cpu, ARM_CPREG_FW(0)) ^= 0x1000;
    g_assert_false(kvm_arm_cpregs_put(cpu, KVM_PUT_RUNTIME_STATE, &err));
    assert_says(err, "MIDR_EL1 (0x603000000013c000) = 0x");
    assert_says(err, "PSCI_VERSION (0x6030000000140000) = 0x11001, destination "
                "0x10001: KVM refuses the value");
    /* What came between them was written. */
    g_assert_cmphex(scripted_kvm_value(kvm, ARM_CPREG(TCR_EL1)) & 0x1000, ==,
                    0x1000);
}

/* What KVM did not take once is written by the next put. */
static void test_put_again(void)
{
    g_autoptr(ScriptedKVM) kvm = recorded_kernel("6.12" ON_N1_PMU);
    g_autoptr(ARMCPU) cpu = scripted_start(kvm, NULL);
    g_autoptr(Error) err = NULL;
    uint64_t tcr = ARM_CPREG(TCR_EL1);

    *value_of(cpu, tcr) = 0x1234;
    kvm->fault = (ScriptedFault) {
        .at = 1, .op = SCRIPTED_SET, .error = ENOMEM,
    };
    g_assert_false(kvm_arm_cpregs_put(cpu, KVM_PUT_RUNTIME_STATE, &err));
    assert_says(err, "TCR_EL1 (0x603000000013c102) = 0x1234");
    g_assert_true(kvm_arm_cpregs_put(cpu, KVM_PUT_RUNTIME_STATE, NULL));
    g_assert_cmphex(scripted_kvm_value(kvm, tcr), ==, 0x1234);
}

/* Unreadable, and yet the guest runs on; it can only not be saved. */
static void test_sync(void)
{
    g_autoptr(ScriptedKVM) kvm = recorded_kernel("6.12" ON_N1_PMU);
    g_autoptr(ARMCPU) cpu = scripted_start(kvm, NULL);
    g_autoptr(Error) err = NULL;
    uint64_t tcr = ARM_CPREG(TCR_EL1);

    g_assert_true(scripted_run(cpu, NULL));
    scripted_kvm_guest_works(kvm);
    kvm->fault = (ScriptedFault) {
        .at = 1, .onwards = true, .op = SCRIPTED_GET, .regidx = tcr,
        .error = EIO,
    };
    kvm_arm_cpregs_sync(cpu);
    g_assert_nonnull(strstr(standalone_reports()->str, "TCR_EL1"));
    g_string_truncate(standalone_reports(), 0);

    g_array_set_size(kvm->calls, 0);
    g_assert_true(scripted_run(cpu, NULL));
    g_assert_cmpuint(writes(kvm, tcr), ==, 0);
    g_assert_false(arm_cpreg_pre_save(cpu, &err));
    assert_says(err, "TCR_EL1 (0x603000000013c102)");
}

/*
 * What was read when the vCPU stopped, a save does not read again until it
 * runs; but the counters have gone on.
 */
static void test_save_reads_once(void)
{
    g_autoptr(ScriptedKVM) kvm = recorded_kernel("6.12" ON_N1_PMU);
    g_autoptr(ARMCPU) cpu = scripted_start(kvm, NULL);
    guint len = cpu->cpreg_array_len;

    g_assert_true(scripted_run(cpu, NULL));
    scripted_kvm_guest_works(kvm);
    g_array_set_size(kvm->calls, 0);
    kvm_arm_cpregs_sync(cpu);
    CPU(cpu)->vcpu_dirty = true;            /* as the accelerator does */
    g_assert_cmpuint(kvm->calls->len, ==, len - 2);
    scripted_kvm_find(kvm, ARM_CPREG(CNTPCT_EL0))->value = 0x1234567;
    g_assert_true(arm_cpreg_pre_save(cpu, NULL));
    g_assert_cmpuint(kvm->calls->len, ==, len);
    for (guint i = 0; i < len; i++) {
        if (cpu->cpreg_vmstate_indexes[i] == ARM_CPREG(CNTPCT_EL0)) {
            g_assert_cmphex(cpu->cpreg_vmstate_values[i], ==, 0x1234567);
        }
    }

    g_assert_true(scripted_run(cpu, NULL));
    g_array_set_size(kvm->calls, 0);
    g_assert_true(arm_cpreg_pre_save(cpu, NULL));
    g_assert_cmpuint(kvm->calls->len, ==, cpu->cpreg_array_len);
}

/* A vCPU whose reset failed does not run until one goes well. */
static void test_reset_fails(void)
{
    g_autoptr(ScriptedKVM) kvm = recorded_kernel("6.12" ON_N1_PMU);
    g_autoptr(ARMCPU) cpu = scripted_start(kvm, NULL);

    for (int i = 0; i < 2; i++) {
        g_autoptr(Error) err = NULL;

        if (i == 1) {
            kvm->fault = (ScriptedFault) {
                .at = 1, .op = SCRIPTED_GET, .regidx = ARM_CPREG(TCR_EL1),
                .error = EIO,
            };
        }
        kvm_arm_cpregs_reset(cpu, i == 0 ? -EINVAL : 0);
        g_assert_nonnull(strstr(standalone_reports()->str, i == 0 ?
                                "the reset failed in KVM" : "TCR_EL1"));
        g_string_truncate(standalone_reports(), 0);
        g_assert_false(scripted_run(cpu, &err));
        assert_says(err, "cpu 0: its reset failed");

        kvm_arm_cpregs_reset(cpu, 0);
        g_assert_cmpstr(standalone_reports()->str, ==, "");
        g_assert_true(scripted_run(cpu, NULL));
    }
}

/* ID registers belong to the VM: the first vCPU has set those of the others. */
static void test_second_vcpu(void)
{
    g_autoptr(ScriptedKVM) from = recorded_kernel("6.1" ON_MAX);
    g_autoptr(ScriptedKVM) to = recorded_kernel("6.18" ON_MAX);
    g_autoptr(QEMUFile) f = stream_from(from);
    g_autoptr(ARMCPU) first = scripted_start(to, NULL);
    g_autoptr(ARMCPU) second = scripted_start(to, NULL);

    g_assert_true(load_stream(first, f, NULL));
    g_assert_cmpuint(writes(to, 0), >, 0);
    g_assert_true(load_stream(second, f, NULL));
    /* The same value once more: KVM takes that, and it is not another one. */
    g_assert_cmpuint(writes(to, ARM_CPREG(ID_AA64MMFR3_EL1)), ==, 1);
    g_assert_cmphex(scripted_kvm_value(to, ARM_CPREG(ID_AA64MMFR3_EL1)), ==,
                    scripted_kvm_value(from, ARM_CPREG(ID_AA64MMFR3_EL1)));
    g_assert_cmpint(second->cpreg_array_len, ==, first->cpreg_array_len);
}

/*
 * An ID register that KVM lists only once another one has the source's value:
 * no kernel does that, and the guest would read what this host has.
 */
static void test_identity_appears(void)
{
    g_autoptr(ScriptedKVM) from = recorded_kernel("6.1" ON_MAX);
    g_autoptr(ScriptedKVM) to = recorded_kernel("6.18" ON_MAX);
    const uint64_t late = ARM_CPREG(ID_AA64MMFR4_EL1);
    g_autoptr(QEMUFile) f = NULL;
    g_autoptr(ARMCPU) cpu = NULL;

    scripted_kvm_find(from, late)->value = 0;
    scripted_kvm_find(to, late)->value = 0x100;
    scripted_kvm_find(to, late)->mask = 0xf00;
    scripted_kvm_find(to, late)->unlisted = true;
    to->shows = late;
    to->shown_by = ARM_CPREG(ID_AA64MMFR3_EL1);
    f = stream_from(from);
    cpu = scripted_start(to, NULL);
    g_assert_cmphex(scripted_kvm_find(to, late)->value, ==, 0x100);
    g_assert_true(load_stream(cpu, f, NULL));
    g_assert_cmphex(scripted_kvm_find(to, late)->value, ==, 0);
    g_assert_cmpuint(writes(to, late), ==, 1);
    g_assert_cmpuint(writes(to, to->shown_by), ==, 1);
}

/* The virtual counter, while QEMU adjusts it. */
static void test_virtual_time(void)
{
    g_autoptr(ScriptedKVM) from = recorded_kernel("6.12" ON_N1);
    g_autoptr(ScriptedKVM) to = recorded_kernel("6.18" ON_N1);
    g_autoptr(QEMUFile) f = qemu_file_new();
    g_autoptr(ARMCPU) source = scripted_start(from, NULL);
    g_autoptr(ARMCPU) cpu = scripted_start(to, NULL);

    source->kvm_vtime_dirty = true;
    source->kvm_vtime = 0x123456;
    g_assert_true(scripted_run(source, NULL));
    g_assert_true(scripted_save(source, f, NULL));
    cpu->kvm_adjvtime = true;
    g_assert_true(load_stream(cpu, f, NULL));
    g_assert_true(cpu->kvm_vtime_dirty);
    g_assert_cmphex(cpu->kvm_vtime, ==, 0x123456);
    g_assert_cmphex(scripted_kvm_value(to, ARM_CPREG(TIMER_CNT)), ==,
                    0x123456);
}

/* Streams that end early, or with a byte that is another. */
static void test_broken(void)
{
    g_autoptr(ScriptedKVM) from = recorded_kernel("6.12" ON_N1);
    g_autoptr(ScriptedKVM) to = recorded_kernel("6.18" ON_N1);
    g_autoptr(QEMUFile) f = stream_from(from);
    guint len = f->bytes->len;
    guint indexes = sizeof(uint32_t) + (len - 2 * sizeof(uint32_t)) / 2;

    for (guint at = 0; at < indexes; at += 3) {
        g_autoptr(ARMCPU) cpu = NULL;
        g_autoptr(Error) err = NULL;

        scripted_kvm_reset(to);
        cpu = scripted_start(to, NULL);
        f->bytes->data[at] ^= 0x80;
        if (load_stream(cpu, f, &err)) {
            g_test_message("byte %u", at);
            g_test_fail();
        }
        f->bytes->data[at] ^= 0x80;
    }
    while (len > 8) {
        g_autoptr(ARMCPU) cpu = NULL;
        g_autoptr(Error) err = NULL;

        scripted_kvm_reset(to);
        cpu = scripted_start(to, NULL);
        len -= MIN(len, 96);
        g_byte_array_set_size(f->bytes, len);
        g_assert_false(load_stream(cpu, f, &err));
        g_assert_nonnull(err);
        g_assert_cmpuint(writes(to, 0), ==, 0);
    }
}

int main(int argc, char **argv)
{
    static const ScriptedCase cases[] = {
        { "again", test_again },
        { "first-run", test_first_run },
        { "other-identity", test_other_identity },
        { "missing", test_missing },
        { "dropped", test_dropped },
        { "put", test_put },
        { "put-refused", test_put_refused },
        { "put-again", test_put_again },
        { "sync", test_sync },
        { "save-reads-once", test_save_reads_once },
        { "reset-fails", test_reset_fails },
        { "second-vcpu", test_second_vcpu },
        { "identity-appears", test_identity_appears },
        { "virtual-time", test_virtual_time },
        { "broken", test_broken },
    };

    return scripted_test_main(argc, argv, "kvm-cpregs-load", cases,
                              ARRAY_SIZE(cases));
}
