/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configured part of a manifest, from a hostile stream. */

#include "qemu/osdep.h"
#include "arm-cpreg-manifest-lists.h"

/* Written out, from the kernel's uapi headers, not by the code under test. */
#define MIDR        0x603000000013c000ULL
#define DFR0        0x603000000013c028ULL
#define TCR         0x603000000013c102ULL
#define PSCI        0x6030000000140000ULL
#define WIDE        0x604000000013c4c9ULL   /* 128 bits */

/* The manifest that it belongs to. */
static ARMCPRegManifest *a_manifest(void)
{
    static const uint64_t indexes[] = { MIDR, DFR0, TCR, PSCI, 0 };
    static const uint64_t fixed[][2] = {
        { MIDR, 0x413fd0c1 }, { DFR0, 0x10305006 }, { PSCI, 0x10001 }, { 0 },
    };
    static const uint64_t wide[] = { 0 };

    return manifest_of_lists(indexes, fixed, wide);
}

/* By the layout in cpreg/manifest.h. */
static const uint8_t some_bytes[] = {
    25, 'b', 'a', 's', 'e', 'l', 'i', 'n', 'e', ' ', 'p', 'o', 'o', 'l', ' ',
    '(', 'p', 'o', 'o', 'l', '.', 'j', 's', 'o', 'n', ')',
    0, 0, 0, 2,
    0x60, 0x30, 0, 0, 0, 0x13, 0xc0, 0x28,
    0x60, 0x30, 0, 0, 0, 0x14, 0, 0,
    0, 0, 0, 2,
    0, 0, 0, 0, 0x41, 0x3f, 0xd0, 0xc1,  0, 0, 0, 0, 0, 0, 0, 0,
    0xfe, 0xdc, 0xba, 0x98, 0x76, 0x54, 0x32, 0x10,
    0, 0, 0, 0, 0x41, 0x1f, 0xd4, 0x01,  0, 0, 0, 0, 0, 0, 0, 1,
    0, 0, 0, 0, 0, 0, 0, 2,
};

/* Where its parts are. */
#define AT_REGISTERS    26
#define AT_IMPLS        (AT_REGISTERS + 4 + 2 * 8)

static const ARMCPUImpl some_impls[] = {
    { 0x413fd0c1, 0, 0xfedcba9876543210 }, { 0x411fd401, 1, 2 },
};

static void test_encode(void)
{
    static const uint64_t configured[] = { DFR0, PSCI };
    g_autoptr(ARMCPRegManifest) manifest = a_manifest();
    g_autoptr(GByteArray) bytes = NULL;

    manifest->baseline = g_strdup("baseline pool (pool.json)");
    manifest->configured_len = G_N_ELEMENTS(configured);
    manifest->configured_indexes = g_memdup2(configured, sizeof(configured));
    manifest->impls = arm_cpu_impls_new();
    g_array_append_vals(manifest->impls, some_impls, 2);
    bytes = arm_cpreg_manifest_encode_configured(manifest);
    g_assert_cmpmem(bytes->data, bytes->len, some_bytes, sizeof(some_bytes));
}

/* Nothing configured: this has an encoding as well. */
static void test_encode_nothing(void)
{
    static const uint8_t zero[9];
    g_autoptr(ARMCPRegManifest) manifest = a_manifest();
    g_autoptr(GByteArray) bytes =
        arm_cpreg_manifest_encode_configured(manifest);

    g_assert_cmpmem(bytes->data, bytes->len, zero, sizeof(zero));
}

/* @fault: what is wrong with the bytes; NULL if nothing is */
static ARMCPRegManifest *decode(const void *bytes, size_t len,
                                const char *expected)
{
    /* A copy, so that a read beyond its end is seen. */
    g_autofree void *copy = g_memdup2(bytes, len);
    ARMCPRegManifest *manifest = a_manifest();
    g_autofree char *fault =
        arm_cpreg_manifest_decode_configured(manifest, copy, len);

    g_assert_cmpstr(fault, ==, expected);
    return manifest;
}

static void check_decode(const void *bytes, size_t len, const char *expected)
{
    arm_cpreg_manifest_free(decode(bytes, len, expected));
}

static void test_decode(void)
{
    g_autoptr(ARMCPRegManifest) manifest = decode(some_bytes,
                                                  sizeof(some_bytes), NULL);

    g_assert_cmpstr(manifest->baseline, ==, "baseline pool (pool.json)");
    g_assert_cmpuint(manifest->configured_len, ==, 2);
    g_assert_cmphex(manifest->configured_indexes[0], ==, DFR0);
    g_assert_cmphex(manifest->configured_indexes[1], ==, PSCI);
    g_assert_cmpmem(manifest->impls->data,
                    manifest->impls->len * sizeof(ARMCPUImpl),
                    some_impls, sizeof(some_impls));
}

static void test_decode_nothing(void)
{
    static const uint8_t zero[9];
    g_autoptr(ARMCPRegManifest) manifest = decode(zero, sizeof(zero), NULL);

    g_assert_cmpstr(manifest->baseline, ==, "a baseline");
    g_assert_cmpuint(manifest->configured_len, ==, 0);
    g_assert_null(manifest->impls);
}

static void test_truncated(void)
{
    manifest_check_truncated(check_decode, some_bytes, sizeof(some_bytes),
                             "the configured part ends too early");
}

static void test_more(void)
{
    manifest_check_more(check_decode, some_bytes, sizeof(some_bytes),
                        "the configured part has trailing bytes");
}

/* Counts of entries that are not there. */
static void test_counts(void)
{
    static const struct {
        size_t at;
        uint32_t more;
    } counts[] = { { AT_REGISTERS, 100 }, { AT_IMPLS, 3 } };
    /* Some of them times 8, or 24, are few in 32 bits. */
    static const uint32_t hostile[] = {
        0xffffffff, 0x80000000, 0x20000001, 0x20000002, 0x0aaaaaab, 0x15555556,
        0x40000001,
    };

    for (size_t c = 0; c < G_N_ELEMENTS(counts); c++) {
        for (size_t i = 0; i <= G_N_ELEMENTS(hostile); i++) {
            manifest_check_count(check_decode, some_bytes, sizeof(some_bytes),
                                 counts[c].at, i < G_N_ELEMENTS(hostile) ?
                                 hostile[i] : counts[c].more,
                                 "the configured part ends too early");
        }
    }
}

/* Registers that cannot be configured; a list ends with a 0. */
static const struct {
    uint64_t configured[4];
    const char *fault;
} registers[] = {
    { { MIDR, DFR0, PSCI }, NULL },
    { { PSCI }, NULL },
    { { PSCI, DFR0 },
      "the register list is not in ascending order: entry 1, "
      "ID_AA64DFR0_EL1 (0x603000000013c028), follows PSCI_VERSION "
      "(0x6030000000140000)" },
    { { DFR0, DFR0 },
      "entry 1 of the register list, ID_AA64DFR0_EL1 (0x603000000013c028), "
      "is in the list twice" },
    /* the guest can change it: it is listed, without a value */
    { { DFR0, TCR },
      "TCR_EL1 (0x603000000013c102) is configured but has no value" },
    { { PSCI + 1 }, "SMCCC_ARCH_WORKAROUND_1 (0x6030000000140001) is "
      "configured but has no value" },
    { { 1 }, "entry 0 of the register list, register 0x0000000000000001, has "
      "size code 0, not 32 or 64 bits" },
    { { WIDE }, "entry 0 of the register list, S3_0_C9_C9_1 "
      "(0x604000000013c4c9), has size code 4, not 32 or 64 bits" },
};

static void append32(GByteArray *bytes, uint32_t value)
{
    value = GUINT32_TO_BE(value);
    g_byte_array_append(bytes, (const guint8 *)&value, sizeof(value));
}

static void append64(GByteArray *bytes, uint64_t value)
{
    value = GUINT64_TO_BE(value);
    g_byte_array_append(bytes, (const guint8 *)&value, sizeof(value));
}

static void test_registers(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(registers); i++) {
        g_autoptr(GByteArray) bytes = g_byte_array_new();
        size_t len = manifest_count(registers[i].configured, 1);

        g_byte_array_append(bytes, (const guint8 *)"", 1);
        append32(bytes, len);
        for (size_t n = 0; n < len; n++) {
            append64(bytes, registers[i].configured[n]);
        }
        append32(bytes, 0);
        check_decode(bytes->data, bytes->len, registers[i].fault);
    }
}

/* @len implementations; the last one is @last */
static GByteArray *impls_bytes(uint32_t len, uint64_t last)
{
    GByteArray *bytes = g_byte_array_new();

    g_byte_array_append(bytes, (const guint8 *)"", 1);
    append32(bytes, 0);
    append32(bytes, len);
    for (uint32_t i = 1; i <= len; i++) {
        append64(bytes, i < len ? i : last);
        append64(bytes, 0);
        append64(bytes, 0);
    }
    return bytes;
}

static void test_impls(void)
{
    static const struct {
        uint32_t len;
        uint64_t last;
        const char *fault;
    } cases[] = {
        { 1, 0, NULL },
        { 64, 64, NULL },
        { 65, 65, "more than 64 implementations" },
        { 1000, 1000, "more than 64 implementations" },
        { 3, 1, "MIDR_EL1 0x1, REVIDR_EL1 0x0, AIDR_EL1 0x0 is in the list "
                "twice" },
        { 2, 0x100000000, "MIDR_EL1 0x100000000 has more than 32 bits" },
        { 2, UINT64_MAX,
          "MIDR_EL1 0xffffffffffffffff has more than 32 bits" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GByteArray) bytes = impls_bytes(cases[i].len,
                                                  cases[i].last);

        check_decode(bytes->data, bytes->len, cases[i].fault);
    }
}

/* By what, as it goes into messages. */
static void test_text(void)
{
    g_autofree char *longest = g_strnfill(200, 'b');
    g_autofree char *longer = g_strnfill(201, 'b');
    const struct {
        const char *sent;
        uint8_t len;
        const char *text;       /* NULL: refused */
    } cases[] = {
        { "", 0, "a baseline" },
        { "baseline pool (p.json)", 22, "baseline pool (p.json)" },
        { "\x1b[2J\n\r\t\x7f", 8, "?[2J????" },
        { "a\0b", 3, "a?b" },
        { "\xc3\xa4\xff\x80", 4, "????" },
        { "%s%n", 4, "%s%n" },
        { longest, 200, longest },
        { longer, 201, NULL },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GByteArray) bytes = g_byte_array_new();
        g_autoptr(ARMCPRegManifest) manifest = NULL;

        g_byte_array_append(bytes, &cases[i].len, 1);
        g_byte_array_append(bytes, (const guint8 *)cases[i].sent,
                            cases[i].len);
        append64(bytes, 0);
        manifest = decode(bytes->data, bytes->len,
                          cases[i].text ? NULL
                                        : "the configured part ends too early");
        if (cases[i].text) {
            g_assert_cmpstr(manifest->baseline, ==, cases[i].text);
        }
    }
}

/* A longer one is cut, not sent with a length that does not fit. */
static void test_text_cut(void)
{
    g_autoptr(ARMCPRegManifest) manifest = a_manifest();
    g_autoptr(ARMCPRegManifest) decoded = NULL;
    g_autoptr(GByteArray) bytes = NULL;

    manifest->baseline = g_strnfill(300, 'b');
    bytes = arm_cpreg_manifest_encode_configured(manifest);
    decoded = decode(bytes->data, bytes->len, NULL);
    g_assert_cmpuint(strlen(decoded->baseline), ==, ARM_CPREG_BASELINE_MAX);
}

static void test_printable(void)
{
    g_autofree char *long_one = g_strnfill(300, 'x');
    g_autofree char *cut = arm_cpreg_printable(long_one);
    g_autofree char *text = arm_cpreg_printable("baseline p\xc3\xa4 (\n)");
    g_autofree char *empty = arm_cpreg_printable("");

    g_assert_cmpuint(strlen(cut), ==, ARM_CPREG_BASELINE_MAX);
    g_assert_cmpstr(text, ==, "baseline p?? (?)");
    g_assert_cmpstr(empty, ==, "");
    g_assert_null(arm_cpreg_printable(NULL));
}

/* Change any byte: refused with a reason, or accepted, and nothing else. */
static void test_corrupt(void)
{
    static const uint8_t flips[] = { 0x01, 0x80, 0xff };

    for (size_t at = 0; at < sizeof(some_bytes); at++) {
        for (size_t i = 0; i < G_N_ELEMENTS(flips); i++) {
            g_autofree uint8_t *bytes = g_memdup2(some_bytes,
                                                  sizeof(some_bytes));
            g_autoptr(ARMCPRegManifest) manifest = a_manifest();
            g_autofree char *fault = NULL;

            bytes[at] ^= flips[i];
            fault = arm_cpreg_manifest_decode_configured(manifest, bytes,
                                                     sizeof(some_bytes));
            g_assert_true(!fault || *fault);
        }
    }
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        GTestFunc run;
    } cases[] = {
        { "encode", test_encode },
        { "encode-nothing", test_encode_nothing },
        { "decode", test_decode },
        { "decode-nothing", test_decode_nothing },
        { "truncated", test_truncated },
        { "more", test_more },
        { "counts", test_counts },
        { "registers", test_registers },
        { "impls", test_impls },
        { "text", test_text },
        { "text-cut", test_text_cut },
        { "printable", test_printable },
        { "corrupt", test_corrupt },
    };

    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strdup_printf(
            "/arm/cpreg-manifest-configured/%s", cases[i].name);

        g_test_add_func(path, cases[i].run);
    }
    return g_test_run();
}
