/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The manifest of a vCPU: its encoding, and what is wrong with some. */

#include "qemu/osdep.h"
#include "arm-cpreg-manifest-lists.h"

/* Written out, from the kernel's uapi headers, not by the code under test. */
#define CCSIDR_2    0x6020000000110002ULL
#define MIDR        0x603000000013c000ULL
#define MPIDR       0x603000000013c005ULL
#define DFR0_32     0x603000000013c00aULL   /* ID_DFR0_EL1 */
#define MMFR3       0x603000000013c03bULL   /* ID_AA64MMFR3_EL1 */
#define SCTLR       0x603000000013c080ULL
#define TCR         0x603000000013c102ULL
#define TCR2        0x603000000013c103ULL
#define PMINTENSET  0x603000000013c4f1ULL
#define PMMIR       0x603000000013c4f6ULL
#define CLIDR       0x603000000013c801ULL
#define CTR         0x603000000013d801ULL
#define CNTP_CTL    0x603000000013df11ULL
#define OSLSR       0x603000000013808cULL
#define PSCI        0x6030000000140000ULL
#define WORKAROUND3 0x6030000000140003ULL
#define BMAP(n)     (0x6030000000160000ULL + (n))
#define WIDE        0x604000000013c4c9ULL   /* 128 bits */
#define WIDER       0x605000000013c4c9ULL   /* 256 bits */
#define CORE_V0     0x6040000000100054ULL

/* The encoding */

static const uint64_t some_indexes[] = { CCSIDR_2, MIDR, TCR, PSCI, 0 };
static const uint64_t some_fixed[][2] = {
    { CCSIDR_2, 0x700fe03a }, { MIDR, 0xfedcba9876543210 },
    { PSCI, 0x10001 }, { 0 },
};
static const uint64_t some_wide[] = { WIDE, 0 };

/* By the layout in cpreg/manifest.h. */
static const uint8_t some_bytes[] = {
    0, 0, 0, 5,                                 /* target */
    0, 0, 0, 0x1c,  0, 0, 0, 0,  0, 0, 0, 0,    /* features */
    0, 0, 0, 0,  0, 0, 0, 0,  0, 0, 0, 0,  0x80, 0, 0, 0,
    0, 0, 0, 1, 0, 0, 0x80, 0x0f,               /* vector lengths */
    4, '6', '.', '1', '8',
    0, 0, 0, 4,
    0x60, 0x20, 0, 0, 0, 0x11, 0, 2,
    0x60, 0x30, 0, 0, 0, 0x13, 0xc0, 0,
    0x60, 0x30, 0, 0, 0, 0x13, 0xc1, 2,
    0x60, 0x30, 0, 0, 0, 0x14, 0, 0,
    0, 0, 0, 3,
    0x60, 0x20, 0, 0, 0, 0x11, 0, 2,  0, 0, 0, 0, 0x70, 0x0f, 0xe0, 0x3a,
    0x60, 0x30, 0, 0, 0, 0x13, 0xc0, 0,
    0xfe, 0xdc, 0xba, 0x98, 0x76, 0x54, 0x32, 0x10,
    0x60, 0x30, 0, 0, 0, 0x14, 0, 0,  0, 0, 0, 0, 0, 1, 0, 1,
    0, 0, 0, 1,
    0x60, 0x40, 0, 0, 0, 0x13, 0xc4, 0xc9,
};

/* Where its parts are. */
#define AT_KERNEL   (4 + 28 + 8)
#define AT_LIST     (AT_KERNEL + 1 + 4)
#define AT_FIXED    (AT_LIST + 4 + 4 * 8)
#define AT_WIDE     (AT_FIXED + 4 + 3 * 16)

static ARMCPRegManifest *some_manifest(void)
{
    ARMCPRegManifest *manifest = manifest_of_lists(some_indexes, some_fixed,
                                                   some_wide);

    manifest->init.target = 5;
    manifest->init.features[0] = 0x1c;
    manifest->init.features[6] = 0x80000000;
    manifest->init.sve_vls = 0x10000800fULL;
    g_free(manifest->kernel);
    manifest->kernel = g_strdup("6.18");
    return manifest;
}

static void test_encode(void)
{
    g_autoptr(ARMCPRegManifest) manifest = some_manifest();
    g_autoptr(GByteArray) bytes = arm_cpreg_manifest_encode(manifest);

    g_assert_cmpmem(bytes->data, bytes->len, some_bytes, sizeof(some_bytes));
}

static void test_decode(void)
{
    g_autofree char *fault = NULL;
    g_autoptr(ARMCPRegManifest) manifest =
        arm_cpreg_manifest_decode(some_bytes, sizeof(some_bytes), &fault);
    g_autoptr(ARMCPRegManifest) expected = some_manifest();

    g_assert_cmpstr(fault, ==, NULL);
    g_assert_cmpmem(&manifest->init, sizeof(manifest->init),
                    &expected->init, sizeof(expected->init));
    g_assert_cmpstr(manifest->kernel, ==, "6.18");
    g_assert_cmpmem(manifest->indexes, manifest->len * 8,
                    some_indexes, 4 * 8);
    g_assert_cmpuint(manifest->fixed_len, ==, 3);
    for (size_t i = 0; i < 3; i++) {
        g_assert_cmphex(manifest->fixed_indexes[i], ==, some_fixed[i][0]);
        g_assert_cmphex(manifest->fixed_values[i], ==, some_fixed[i][1]);
    }
    g_assert_cmpmem(manifest->wide_indexes, manifest->wide_len * 8,
                    some_wide, 1 * 8);
}

/* @words: what is wrong with the bytes; NULL if nothing is */
static void check_decode(const void *bytes, size_t len, const char *words)
{
    /* A copy, so that a read beyond its end is seen. */
    g_autofree void *copy = g_memdup2(bytes, len);
    g_autofree char *fault = NULL;
    g_autoptr(ARMCPRegManifest) manifest =
        arm_cpreg_manifest_decode(copy, len, &fault);

    g_assert_cmpstr(fault, ==, words);
    g_assert_true(!manifest == !!words);
}

static void test_truncated(void)
{
    manifest_check_truncated(check_decode, some_bytes, sizeof(some_bytes),
                             "it ends too early");
}

static void test_more(void)
{
    manifest_check_more(check_decode, some_bytes, sizeof(some_bytes),
                        "it has trailing bytes");
}

/* Counts of entries that are not there. */
static void test_counts(void)
{
    static const struct {
        size_t at;
        uint32_t more;
    } counts[] = { { AT_LIST, 5 }, { AT_FIXED, 4 }, { AT_WIDE, 2 } };
    /* Some of them times 8, or 16, are few in 32 bits. */
    static const uint32_t hostile[] = {
        0xffffffff, 0x80000000, 0x20000001, 0x20000004, 0x10000002, 0x01000000,
        ARM_CPREG_LIST_MAX,
    };

    for (size_t c = 0; c < G_N_ELEMENTS(counts); c++) {
        for (size_t i = 0; i <= G_N_ELEMENTS(hostile); i++) {
            manifest_check_count(check_decode, some_bytes, sizeof(some_bytes),
                                 counts[c].at, i < G_N_ELEMENTS(hostile) ?
                                 hostile[i] : counts[c].more,
                                 "it ends too early");
        }
    }
}

/* As it goes into messages; the bytes behind it are those of some_bytes. */
static void test_kernel(void)
{
    static const struct {
        const char *sent;
        uint8_t len;
        const char *kernel;     /* NULL: refused */
    } cases[] = {
        { "", 0, "" },
        { "6.18.15+deb13-cloud-arm64", 25, "6.18.15+deb13-cloud-arm64" },
        { "6\0" "18", 4, "6?18" },
        { "\x1b[2J", 4, "?[2J" },
        { "a b\n\r\t\x7f", 7, "a?b????" },
        { "\xc3\xa4\xff\x80", 4, "????" },
        { "%s%n", 4, "%s%n" },
        { "0123456789012345678901234567890123456789012345678901234567890123",
          64,
          "0123456789012345678901234567890123456789012345678901234567890123" },
        { "01234567890123456789012345678901234567890123456789012345678901234",
          65, NULL },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GByteArray) bytes = g_byte_array_new();
        g_autoptr(ARMCPRegManifest) manifest = NULL;
        g_autofree char *fault = NULL;

        g_byte_array_append(bytes, some_bytes, AT_KERNEL);
        g_byte_array_append(bytes, &cases[i].len, 1);
        g_byte_array_append(bytes, (const guint8 *)cases[i].sent,
                            cases[i].len);
        g_byte_array_append(bytes, some_bytes + AT_LIST,
                            sizeof(some_bytes) - AT_LIST);
        manifest = arm_cpreg_manifest_decode(bytes->data, bytes->len, &fault);
        if (cases[i].kernel) {
            g_assert_null(fault);
            g_assert_cmpstr(manifest->kernel, ==, cases[i].kernel);
        } else {
            g_assert_null(manifest);
            g_assert_cmpstr(fault, ==, "it ends too early");
        }
    }
}

/* A longer name is cut, not sent with a length that does not fit. */
static void test_kernel_cut(void)
{
    g_autoptr(ARMCPRegManifest) manifest = some_manifest();
    g_autoptr(ARMCPRegManifest) decoded = NULL;
    g_autoptr(GByteArray) bytes = NULL;
    g_autofree char *fault = NULL;

    g_free(manifest->kernel);
    manifest->kernel = g_strnfill(300, 'k');
    bytes = arm_cpreg_manifest_encode(manifest);
    decoded = arm_cpreg_manifest_decode(bytes->data, bytes->len, &fault);
    g_assert_null(fault);
    g_assert_cmpuint(strlen(decoded->kernel), ==, ARM_CPREG_KERNEL_MAX);
}

/* Lists that break a rule; each is refused also when it comes encoded. */
typedef struct Broken {
    const char *name;
    uint64_t indexes[4];
    uint64_t fixed[4][2];
    uint64_t wide[4];
    const char *fault;
} Broken;

static const Broken broken[] = {
    { "good", { MIDR, TCR, PSCI }, { { MIDR, 1 }, { PSCI } }, { WIDE, WIDER },
      NULL },
    { "one", { TCR }, .fault = NULL },
    { "empty", { 0 }, .fault = "the register list is empty" },
    { "unsorted", { TCR, MIDR },
      .fault = "register list: the register list is not in ascending order: "
               "entry 1, MIDR_EL1 (0x603000000013c000), follows TCR_EL1 "
               "(0x603000000013c102)" },
    { "duplicate", { MIDR, TCR, TCR },
      .fault = "register list: entry 2 of the register list, TCR_EL1 "
               "(0x603000000013c102), is in the list twice" },
    { "size", { MIDR, WIDE },
      .fault = "register list: entry 1 of the register list, S3_0_C9_C9_1 "
               "(0x604000000013c4c9), has size code 4, not 32 or 64 bits" },
    { "identity-without-value", { MIDR, PSCI }, { { MIDR } },
      .fault = "PSCI_VERSION (0x6030000000140000) is in the register list but "
               "has no value" },
    { "values-unsorted", { MIDR, PSCI }, { { PSCI }, { MIDR } },
      .fault = "registers with values: the register list is not in ascending "
               "order: entry 1, MIDR_EL1 (0x603000000013c000), follows "
               "PSCI_VERSION (0x6030000000140000)" },
    { "values-duplicate", { MIDR, PSCI }, { { MIDR, 1 }, { MIDR, 2 } },
      .fault = "registers with values: entry 1 of the register list, MIDR_EL1 "
               "(0x603000000013c000), is in the list twice" },
    { "values-size", { MIDR }, { { WIDE } },
      .fault = "registers with values: entry 0 of the register list, "
               "S3_0_C9_C9_1 (0x604000000013c4c9), has size code 4, not 32 "
               "or 64 bits" },
    { "value-not-listed", { TCR, PSCI }, { { MIDR, 1 } },
      .fault = "MIDR_EL1 (0x603000000013c000) has a value but is not in the "
               "register list" },
    /* Another QEMU may count more registers, or fewer, to the fixed ones. */
    { "fewer-values", { MIDR, TCR, PSCI }, { { PSCI } }, .fault = NULL },
    { "more-values", { MIDR, TCR }, { { MIDR, 1 }, { TCR, 2 } },
      .fault = NULL },
    { "wide-is-none", { MIDR }, .wide = { TCR },
      .fault = "entry 0 of the list of wide registers, TCR_EL1 "
               "(0x603000000013c102), has size code 3, not that of a wide "
               "register" },
    { "wide-is-core", { MIDR }, .wide = { CORE_V0 },
      .fault = "entry 0 of the list of wide registers, V0 "
               "(0x6040000000100054), has size code 4, not that of a wide "
               "register" },
    { "wide-unsorted", { MIDR }, .wide = { WIDER, WIDE },
      .fault = "the list of wide registers is not in ascending order: entry "
               "1, S3_0_C9_C9_1 (0x604000000013c4c9), follows "
               "S3_0_C9_C9_1 (0x605000000013c4c9)" },
    { "wide-duplicate", { MIDR }, .wide = { WIDE, WIDE },
      .fault = "entry 1 of the list of wide registers, S3_0_C9_C9_1 "
               "(0x604000000013c4c9), is in the list twice" },
};

static void test_broken(gconstpointer data)
{
    const Broken *test = data;
    g_autoptr(ARMCPRegManifest) manifest =
        manifest_of_lists(test->indexes, test->fixed, test->wide);
    g_autofree char *fault = arm_cpreg_manifest_fault(manifest);
    g_autoptr(GByteArray) bytes = arm_cpreg_manifest_encode(manifest);

    g_assert_cmpstr(fault, ==, test->fault);
    check_decode(bytes->data, bytes->len, test->fault);
}

static void test_longest(void)
{
    g_autoptr(ARMCPRegManifest) manifest = arm_cpreg_manifest_new();
    g_autoptr(GByteArray) bytes = NULL;
    const size_t max = ARM_CPREG_LIST_MAX;

    manifest->indexes = g_new(uint64_t, max + 1);
    manifest->fixed_indexes = g_new(uint64_t, max);
    manifest->fixed_values = g_new0(uint64_t, max);
    for (size_t i = 0; i <= max; i++) {
        manifest->indexes[i] = PSCI + i;
    }
    memcpy(manifest->fixed_indexes, manifest->indexes, max * 8);
    manifest->len = max;
    manifest->fixed_len = max;
    bytes = arm_cpreg_manifest_encode(manifest);
    g_assert_cmpuint(bytes->len, <=, ARM_CPREG_MANIFEST_MAX);
    check_decode(bytes->data, bytes->len, NULL);

    manifest->len++;
    g_byte_array_unref(bytes);
    bytes = arm_cpreg_manifest_encode(manifest);
    check_decode(bytes->data, bytes->len, "the register list has 16385 "
                 "entries, at most 16384 are allowed");
}

/* Which registers have values, and which of them are written first. */
static void test_kinds(void)
{
    static const struct {
        uint64_t regidx;
        bool fixed;
        bool identity;
    } cases[] = {
        { MIDR, true, false },
        { MPIDR, false, false },
        { 0x603000000013c006, true, false },    /* REVIDR_EL1 */
        { 0x603000000013c007, false, false },
        { 0x603000000013c008, true, true },     /* ID_PFR0_EL1 */
        { DFR0_32, true, true },
        { MMFR3, true, true },
        { 0x603000000013c03f, true, true },
        { 0x603000000013c040, false, false },
        { SCTLR, false, false },
        { TCR2, false, false },
        { PMMIR, true, false },
        { PMINTENSET, false, false },
        { CLIDR, true, false },
        { 0x603000000013c807, true, false },    /* AIDR_EL1 */
        { CTR, true, false },
        { 0x603000000013d000, false, false },   /* CSSELR_EL1 */
        { OSLSR, false, false },
        { CNTP_CTL, false, false },
        { CCSIDR_2, true, false },
        { PSCI, true, true },
        { WORKAROUND3, true, true },
        { BMAP(0), true, true },
        { BMAP(3), true, true },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_assert_true(arm_cpreg_is_fixed(cases[i].regidx) == cases[i].fixed);
        g_assert_true(arm_cpreg_is_identity(cases[i].regidx) ==
                      cases[i].identity);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/arm/cpreg-manifest/encode", test_encode);
    g_test_add_func("/arm/cpreg-manifest/decode", test_decode);
    g_test_add_func("/arm/cpreg-manifest/truncated", test_truncated);
    g_test_add_func("/arm/cpreg-manifest/more", test_more);
    g_test_add_func("/arm/cpreg-manifest/counts", test_counts);
    g_test_add_func("/arm/cpreg-manifest/kernel", test_kernel);
    g_test_add_func("/arm/cpreg-manifest/kernel-cut", test_kernel_cut);
    for (size_t i = 0; i < G_N_ELEMENTS(broken); i++) {
        g_autofree char *path = g_strdup_printf("/arm/cpreg-manifest/lists/%s",
                                                broken[i].name);

        g_test_add_data_func(path, &broken[i], test_broken);
    }
    g_test_add_func("/arm/cpreg-manifest/longest", test_longest);
    g_test_add_func("/arm/cpreg-manifest/kinds", test_kinds);
    return g_test_run();
}
