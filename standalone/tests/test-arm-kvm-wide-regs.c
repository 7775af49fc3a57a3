/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Registers of other sizes than 32 and 64 bits, which no kernel lists yet: a
 * vCPU that has them starts, and they migrate byte for byte.
 */

#include "qemu/osdep.h"
#include "migration/misc.h"
#include "qemu/error-report.h"
#include "scripted-test.h"
#include "target/arm/migration/cpreg.h"
#include "target/arm/migration/wide-regs.h"
#include "target/arm/cpreg/wide.h"
#include "target/arm/kvm/registers.h"

/* Size code, and number, of a system register that nothing else is. */
#define WIDE(code, n) \
    (ARM_CPREG_ARCH_ARM64 | (uint64_t)(code) << ARM_CPREG_SIZE_SHIFT | \
     ARM_CPREG_KIND_SYSREG | 0xfff0 | (n))

/* KVM_REG_SIZE_U8, U16, U128 to U2048 of include/uapi/linux/kvm.h */
static const uint64_t all[] = {
    WIDE(0, 1), WIDE(1, 2), WIDE(4, 3), WIDE(5, 4), WIDE(6, 5), WIDE(7, 6),
    WIDE(8, 7),
};

static const int errors[] = { EINVAL, ENOENT, EBUSY, ENOMEM, EIO };

/* A kernel that lists these, each byte of them @fill. */
static ScriptedKVM *kernel(size_t n, uint8_t fill)
{
    ScriptedKVM *kvm = recorded_kernel("6.18" ON_N1_PMU);

    for (size_t i = 0; i < n; i++) {
        scripted_kvm_add(kvm, all[i], fill + i);
    }
    return kvm;
}

static void check_bytes(ScriptedKVM *kvm, uint64_t regidx, uint8_t fill)
{
    const ScriptedReg *reg = scripted_kvm_find(kvm, regidx);

    for (size_t i = 0; i < scripted_size(regidx); i++) {
        g_assert_cmphex(reg->wide[i], ==, fill);
    }
}

static void test_travel(void)
{
    for (size_t n = 0; n <= ARRAY_SIZE(all); n++) {
        g_autoptr(ScriptedKVM) from = kernel(n, 0xa0);
        g_autoptr(ScriptedKVM) to = kernel(n, 0x10);
        g_autoptr(Error) err = NULL;

        scripted_kvm_guest_works(from);
        scripted_migrate(from, to, &err);
        g_assert_null(err);
        for (size_t i = 0; i < n; i++) {
            check_bytes(to, all[i], 0xa0 + i);
        }
        g_assert_cmphex(scripted_kvm_value(to, ARM_CPREG(TCR_EL1)), ==,
                        scripted_kvm_value(from, ARM_CPREG(TCR_EL1)));
    }
}

/* Without such registers the stream is as it was. */
static void test_needed(void)
{
    for (size_t n = 0; n < 2; n++) {
        g_autoptr(ScriptedKVM) kvm = kernel(n, 0);
        g_autoptr(ARMCPU) cpu = scripted_start(kvm, NULL);

        g_assert_true(arm_cpreg_pre_save(cpu, NULL));
        g_assert_true(vmstate_kvm_wide_regs.needed(cpu) == (n > 0));
    }
}

/* The destination has none of them, or all but the last. */
static void test_unknown(void)
{
    const size_t n = ARRAY_SIZE(all);
    g_autoptr(ScriptedKVM) from = kernel(n, 0xa0);
    g_autoptr(ScriptedKVM) none = kernel(0, 0);
    g_autoptr(ScriptedKVM) most = kernel(n - 1, 0);
    g_autoptr(Error) err = NULL;
    g_autoptr(Error) err2 = NULL;
    g_autofree char *last = arm_cpreg_name(all[n - 1]);
    g_autofree char *first = arm_cpreg_name(all[0]);

    g_assert_false(scripted_migrate(from, none, &err));
    for (size_t i = 0; i < n; i++) {
        g_autofree char *name = arm_cpreg_name(all[i]);
        const char *at = strstr(error_get_pretty(err), name);

        g_assert_nonnull(at);
        g_assert_null(strstr(at + 1, name));        /* said once */
    }
    assert_says(err, "the destination has no such register");

    g_assert_false(scripted_migrate(from, most, &err2));
    assert_says(err2, last);
    g_assert_null(strstr(error_get_pretty(err2), first));
}

/* The source has none: they keep their values. */
static void test_missing(void)
{
    g_autoptr(ScriptedKVM) from = kernel(0, 0);
    g_autoptr(ScriptedKVM) to = kernel(ARRAY_SIZE(all), 0x10);

    g_assert_true(scripted_migrate(from, to, NULL));
    for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
        check_bytes(to, all[i], 0x10 + i);
    }
}

/* An errno at each access to each of them names it. */
static void test_faults(void)
{
    const size_t n = ARRAY_SIZE(all);
    g_autoptr(ScriptedKVM) from = kernel(n, 0xa0);
    g_autoptr(ScriptedKVM) to = kernel(n, 0x10);

    for (size_t e = 0; e < ARRAY_SIZE(errors); e++) {
        for (size_t i = 0; i < 2 * n; i++) {
            ScriptedKVM *kvm = i < n ? from : to;
            g_autofree char *name = arm_cpreg_name(all[i % n]);
            g_autoptr(Error) err = NULL;

            scripted_kvm_reset(from);
            scripted_kvm_reset(to);
            kvm->fault = (ScriptedFault) {
                .at = 1, .onwards = true, .error = errors[e],
                .op = kvm == from ? SCRIPTED_GET : SCRIPTED_SET,
                .regidx = all[i % n],
            };
            g_assert_false(scripted_migrate(from, to, &err));
            assert_says(err, name);
        }
    }
}

/* Hidden since the start: it stays out, the others travel. */
static void test_hidden(void)
{
    g_autoptr(ScriptedKVM) kvm = kernel(ARRAY_SIZE(all), 0xa0);
    g_autoptr(ScriptedKVM) to = kernel(ARRAY_SIZE(all), 0x10);
    g_autoptr(ARMCPU) source = scripted_start(kvm, NULL);
    g_autoptr(ARMCPU) cpu = scripted_start(to, NULL);
    g_autoptr(QEMUFile) f = qemu_file_new();

    scripted_kvm_find(kvm, all[3])->unlisted = true;
    g_assert_true(scripted_run(source, NULL));
    g_assert_true(scripted_save(source, f, NULL));
    g_assert_true(scripted_load(cpu, f, NULL));
    for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
        check_bytes(to, all[i], (i == 3 ? 0x10 : 0xa0) + i);
    }
}

/* The part of a stream that has the wide registers. */
static QEMUFile *subsection(void)
{
    g_autoptr(ScriptedKVM) kvm = kernel(ARRAY_SIZE(all), 0xa0);
    g_autoptr(ARMCPU) cpu = scripted_start(kvm, NULL);
    g_autoptr(QEMUFile) f = qemu_file_new();

    g_assert_true(arm_cpreg_pre_save(cpu, NULL));
    g_assert_cmpint(vmstate_save_fields(f, &vmstate_kvm_wide_regs, cpu), ==,
                    0);
    return g_steal_pointer(&f);
}

/* Loaded into a new vCPU; what is loaded is never half a list. */
static int load(ScriptedKVM *kvm, QEMUFile *f)
{
    g_autoptr(ARMCPU) cpu = scripted_start(kvm, NULL);
    int ret;

    f->at = 0;
    f->error = 0;
    ret = vmstate_load_fields(f, &vmstate_kvm_wide_regs, cpu);
    g_assert_true(ret == 0 ? cpu->cpreg_vmstate_wide != NULL
                           : !cpu->cpreg_vmstate_wide ||
                             cpu->cpreg_vmstate_wide->len == 0);
    return ret;
}

static void test_truncated(void)
{
    g_autoptr(ScriptedKVM) kvm = kernel(ARRAY_SIZE(all), 0x10);
    g_autoptr(QEMUFile) f = subsection();

    g_assert_cmpint(load(kvm, f), ==, 0);
    while (f->bytes->len > 0) {
        g_byte_array_set_size(f->bytes, f->bytes->len - 1);
        g_assert_cmpint(load(kvm, f), <, 0);
    }
}

/* Entries start behind the count, be32, with their index, be64. */
static void test_corrupt(void)
{
    enum { COUNT = 0, FIRST = 4, SECOND = FIRST + 8 + 1 };
    static const struct {
        const char *name;
        size_t at;
        uint8_t xor;
    } cases[] = {
        { "a count beyond all limits", COUNT, 0xff },
        { "eight entries more", COUNT + 3, 0x08 },
        { "a size of 64 bits", FIRST + 1, 0x30 },
        { "a size of 32 bits", FIRST + 1, 0x20 },
        { "a core register", FIRST + 5, 0x03 },
        { "another architecture, higher than the next", FIRST, 0x10 },
        { "lower than the one before", SECOND, 0x20 },
    };
    g_autoptr(ScriptedKVM) kvm = kernel(ARRAY_SIZE(all), 0x10);
    g_autoptr(QEMUFile) f = subsection();
    int told = 0;

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        uint8_t *byte = &f->bytes->data[cases[i].at];

        *byte ^= cases[i].xor;
        g_string_truncate(standalone_reports(), 0);
        g_string_truncate(standalone_cause(), 0);
        if (load(kvm, f) >= 0) {
            g_test_message("%s", cases[i].name);
            g_test_fail();
        }
        /* But for an early end, the load fails with a cause of its own. */
        if (standalone_cause()->len) {
            told++;
            if (!g_str_has_prefix(standalone_cause()->str, "cpu 0: the "
                                  "migration stream is corrupt: ")) {
                wrong("%s: the cause is \"%s\"", cases[i].name,
                      standalone_cause()->str);
            }
        }
        g_assert_cmpstr(standalone_reports()->str, ==, "");
        *byte ^= cases[i].xor;
    }
    g_assert_cmpint(told, ==, 6);
    g_assert_cmpint(load(kvm, f), ==, 0);
}

/* As many as there may be, and one more. */
static void test_count(void)
{
    g_autoptr(ScriptedKVM) kvm = kernel(0, 0);

    for (uint32_t n = ARM_CPREG_WIDE_MAX; n <= ARM_CPREG_WIDE_MAX + 1; n++) {
        g_autoptr(QEMUFile) f = qemu_file_new();
        const uint8_t byte = 0;

        qemu_put_be32(f, n);
        for (uint32_t i = 0; i < n; i++) {
            qemu_put_be64(f, WIDE(0, 0) - n + i);
            qemu_put_buffer(f, &byte, 1);
        }
        g_assert_cmpint(load(kvm, f), ==,
                        n > ARM_CPREG_WIDE_MAX ? -EINVAL : 0);
    }
}

static guint wide_writes(const ScriptedKVM *kvm)
{
    guint n = 0;

    for (guint i = 0; i < kvm->calls->len; i++) {
        const ScriptedCall *call = &g_array_index(kvm->calls, ScriptedCall, i);

        n += call->op == SCRIPTED_SET && arm_cpreg_is_wide(call->regidx);
    }
    return n;
}

/* A load does not write what an earlier one has left. */
static void test_next_load(void)
{
    g_autoptr(ScriptedKVM) from = kernel(ARRAY_SIZE(all), 0xa0);
    g_autoptr(ScriptedKVM) none = kernel(0, 0);
    g_autoptr(ScriptedKVM) to = kernel(ARRAY_SIZE(all), 0x10);
    ScriptedKVM *sources[] = { from, none };
    g_autoptr(ARMCPU) cpu = scripted_start(to, NULL);

    for (size_t s = 0; s < ARRAY_SIZE(sources); s++) {
        g_autoptr(ARMCPU) source = scripted_start(sources[s], NULL);
        g_autoptr(QEMUFile) f = qemu_file_new();

        g_assert_true(scripted_save(source, f, NULL));
        g_array_set_size(to->calls, 0);
        g_assert_true(scripted_load(cpu, f, NULL));
        g_assert_cmpuint(wide_writes(to), ==, s ? 0 : ARRAY_SIZE(all));
    }
}

int main(int argc, char **argv)
{
    static const ScriptedCase cases[] = {
        { "travel", test_travel },
        { "needed", test_needed },
        { "unknown", test_unknown },
        { "missing", test_missing },
        { "faults", test_faults },
        { "hidden", test_hidden },
        { "truncated", test_truncated },
        { "corrupt", test_corrupt },
        { "count", test_count },
        { "next-load", test_next_load },
    };

    return scripted_test_main(argc, argv, "kvm-wide-regs", cases,
                              ARRAY_SIZE(cases));
}
