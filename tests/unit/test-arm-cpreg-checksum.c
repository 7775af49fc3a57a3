/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The checksum of a vCPU's list in the stream: any bit that is altered on its
 * way, in a length, an index or a value, has the load refused.
 */

#include "qemu/osdep.h"
#include "hw/core/cpu.h"
#include "migration/preflight.h"
#include "migration/refusal.h"
#include "scripted-test.h"
#include "system/kvm.h"
#include "target/arm/cpreg-checksum.h"
#include "target/arm/cpreg-names.h"

/* Of the layout in arm-kvm-preflight.rst, by Python's zlib.crc32(). */
static void test_value(void)
{
    uint64_t indexes[] = { 0x603000000013c080, 0x6030000000140000 };
    uint64_t values[] = { 0x30d50838, 0x10003 };
    ARMCPRegList list = { .indexes = indexes, .values = values, .len = 2 };

    g_assert_cmphex(arm_cpreg_checksum(&list), ==, 0x22c0af88);
    list.len = 0;
    g_assert_cmphex(arm_cpreg_checksum(&list), ==, 0x2144df1c);
}

/* A guest that has run, saved; with or without the checksum. */
static QEMUFile *saved(ScriptedKVM *kvm, bool preflight)
{
    QEMUFile *f;

    standalone_preflight = preflight;
    f = stream_from(kvm);
    standalone_preflight = false;
    return f;
}

/* By a new vCPU. */
static bool load(ScriptedKVM *kvm, QEMUFile *f, Error **errp)
{
    g_autoptr(ARMCPU) cpu = NULL;

    scripted_kvm_reset(kvm);
    cpu = scripted_start(kvm, NULL);
    g_string_truncate(standalone_refusal(), 0);
    return load_stream(cpu, f, errp);
}

static void test_needed(void)
{
    g_autoptr(ScriptedKVM) kvm = recorded_kernel("6.18" ON_N1);
    g_autoptr(QEMUFile) with = saved(kvm, true);
    g_autoptr(QEMUFile) without = NULL;

    scripted_kvm_reset(kvm);
    without = saved(kvm, false);
    g_assert_cmpuint(with->bytes->len, >, without->bytes->len);
    g_assert_true(load(kvm, with, NULL));
    g_assert_true(load(kvm, without, NULL));
}

/* The list is what is in front of the word that tells the subsections. */
static size_t list_bytes(const QEMUFile *f)
{
    uint32_t len;

    memcpy(&len, f->bytes->data, sizeof(len));
    return sizeof(len) + (size_t)GUINT32_FROM_BE(len) * 2 * sizeof(uint64_t);
}

/* One bit of each byte, and all of them in turn. */
static void test_every_byte(void)
{
    g_autoptr(ScriptedKVM) from = recorded_kernel("6.18" ON_N1);
    g_autoptr(ScriptedKVM) to = recorded_kernel("6.18" ON_N1);
    g_autoptr(QEMUFile) f = saved(from, true);
    size_t bytes = list_bytes(f);
    unsigned by_checksum = 0;

    for (size_t at = 0; at < bytes; at++) {
        g_autoptr(Error) err = NULL;

        f->bytes->data[at] ^= 1 << (at % 8);
        g_assert_false(load(to, f, &err));
        if (strstr(error_get_pretty(err), "was sent with the checksum 0x")) {
            by_checksum++;
            g_assert_cmpstr(standalone_refusal()->str, ==,
                            error_get_pretty(err));
            assert_says(err, "cpu 0: the migration stream is corrupt: ");
            assert_says(err, "migrate the guest again");
            for (guint i = 0; i < to->calls->len; i++) {
                g_assert_cmpint(g_array_index(to->calls, ScriptedCall, i).op,
                                !=, SCRIPTED_SET);
            }
        }
        f->bytes->data[at] ^= 1 << (at % 8);
    }
    /* A length that was altered is found before, or ends the stream. */
    g_assert_cmpuint(by_checksum, ==, bytes - sizeof(uint32_t));
    g_assert_true(load(to, f, NULL));
}

/* What it is for: without it an altered value is the guest's new one. */
static void test_without(void)
{
    g_autoptr(ScriptedKVM) from = recorded_kernel("6.18" ON_N1);
    g_autoptr(ScriptedKVM) to = recorded_kernel("6.18" ON_N1);
    uint64_t regidx = ARM_CPREG(TCR_EL1);
    g_autoptr(QEMUFile) f = saved(from, false);
    size_t values = list_bytes(f) / 2, at = 0;

    for (size_t i = sizeof(uint32_t); i < values; i += sizeof(regidx)) {
        uint64_t index;

        memcpy(&index, f->bytes->data + i, sizeof(index));
        if (GUINT64_FROM_BE(index) == regidx) {
            at = i + (list_bytes(f) - sizeof(uint32_t)) / 2;
        }
    }
    g_assert_cmpuint(at, >, 0);
    f->bytes->data[at + 7] ^= 1;
    g_assert_true(load(to, f, NULL));
    g_assert_cmphex(scripted_kvm_value(to, regidx), ==,
                    scripted_kvm_value(from, regidx) ^ 1);
}

/* The checksum itself can be damaged, or be cut off. */
static void test_own_bytes(void)
{
    g_autoptr(ScriptedKVM) kvm = recorded_kernel("6.18" ON_N1);
    g_autoptr(QEMUFile) f = saved(kvm, true);
    guint len = f->bytes->len;

    for (guint i = 1; i <= sizeof(uint32_t); i++) {
        g_autoptr(Error) err = NULL;

        f->bytes->data[len - i] ^= 0x80;
        g_assert_false(load(kvm, f, &err));
        assert_says(err, "was sent with the checksum 0x");
        f->bytes->data[len - i] ^= 0x80;
    }
    for (guint i = 1; i <= sizeof(uint32_t); i++) {
        g_byte_array_set_size(f->bytes, len - i);
        g_assert_false(load(kvm, f, NULL));
    }
}

int main(int argc, char **argv)
{
    static const ScriptedCase cases[] = {
        { "value", test_value },
        { "needed", test_needed },
        { "every-byte", test_every_byte },
        { "without", test_without },
        { "own-bytes", test_own_bytes },
    };

    return scripted_test_main(argc, argv, "cpreg-checksum", cases,
                              ARRAY_SIZE(cases));
}
