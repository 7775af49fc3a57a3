/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Safe values of ID registers: by the Arm ARM (DDI 0487), chapter D, and the
 * ftr tables of Linux 7.0, arch/arm64/kernel/cpufeature.c.
 */

#include "qemu/osdep.h"
#include "target/arm/cpreg/safe.h"

/* KVM register indexes, by the encodings of the registers */
#define ID_DFR0     0x603000000013c00aULL
#define ID_MMFR0    0x603000000013c00cULL
#define PFR0        0x603000000013c020ULL
#define PFR1        0x603000000013c021ULL
#define DFR0        0x603000000013c028ULL
#define ISAR3       0x603000000013c033ULL
#define MMFR0       0x603000000013c038ULL
#define MMFR1       0x603000000013c039ULL
#define CTR         0x603000000013d801ULL

/* The fields cover a register, each bit once, with the names' shapes. */
static void test_fields(void)
{
    for (uint64_t regidx = ARM_CPREG_ID_FIRST; regidx <= ARM_CPREG_ID_LAST;
         regidx++) {
        ARMCPRegSafeField field;
        uint64_t seen = 0;

        for (unsigned bit = 0; bit < 64; bit = field.shift + field.width) {
            field = arm_cpreg_safe_field(regidx, bit);
            g_assert_cmpint(field.shift, ==, bit);
            g_assert_cmphex(seen & arm_cpreg_safe_mask(&field), ==, 0);
            seen |= arm_cpreg_safe_mask(&field);
            for (unsigned at = bit; at < bit + field.width; at++) {
                g_assert_cmpint(arm_cpreg_safe_field(regidx, at).shift, ==,
                                bit);
            }
        }
        g_assert_cmphex(seen, ==, UINT64_MAX);
    }
}

static const struct {
    uint64_t regidx;
    uint64_t wanted;
    uint64_t limit;
    uint64_t writable;
    const char *text;
} refused[] = {
    { DFR0, 0x10305408, 0x10305408, 0, "" },
    { DFR0, 0x10305406, 0x10305408, 0xf, "" },
    { DFR0, 0x1030540a, 0x10305409, 0xf,
      "ID_AA64DFR0_EL1.DebugVer: wanted 10, possible 6 to 9" },
    { DFR0, 0x10305405, 0x10305406, 0xf,
      "ID_AA64DFR0_EL1.DebugVer: wanted 5, possible 6" },
    { DFR0, 0x10305408, 0x10305406, 0,
      "ID_AA64DFR0_EL1.DebugVer: wanted 8, possible 6 (this kernel cannot "
      "change it; Linux 6.7 and later can)" },
    /* BRPs: no kernel up to 7.3 */
    { DFR0, 0x10304406, 0x10305406, 0xf,
      "ID_AA64DFR0_EL1.BRPs: wanted 4, possible 5 (this kernel cannot change "
      "it)" },
    { PFR1, 0x10, 0x20, 0,
      "ID_AA64PFR1_EL1.SSBS: wanted 1, possible 2 (this kernel cannot change "
      "it; Linux 6.12 and later can)" },
    { PFR1, 0x13, 0x22, ~0ULL,
      "ID_AA64PFR1_EL1.BT: wanted 3, possible 0 to 2" },
    { PFR1, 0x33, 0x22, ~0ULL,
      "ID_AA64PFR1_EL1.BT: wanted 3, possible 0 to 2; "
      "ID_AA64PFR1_EL1.SSBS: wanted 3, possible 0 to 2" },
    { PFR0, 0x20000, 0x10000, ~0ULL,
      "ID_AA64PFR0_EL1.FP: wanted 2, possible 0 to 1 or 8 to 15" },
    { PFR0, 0, 0xf0000, ~0ULL,
      "ID_AA64PFR0_EL1.FP: wanted 0, possible 8 to 15" },
    { ID_DFR0, 0x02000006, 0x04000006, ~0ULL,
      "ID_DFR0_EL1.PerfMon: wanted 2, possible 0 or 3 to 4 or 8 to 15" },
    { MMFR1, 0, 0x1000000, ~0ULL,
      "ID_AA64MMFR1_EL1.SpecSEI: wanted 0, possible 1 to 15" },
    { CTR, 0x80030000, 0x84030000, ~0ULL, "" },
    { CTR, 0x83030000, 0x84030000, ~0ULL,
      "CTR_EL0.CWG: wanted 3, possible 0 or 4 to 15" },
    { MMFR0, 0x200000000, 0x300000000, ~0ULL,
      "ID_AA64MMFR0_EL1.TGRAN16_2: wanted 2, possible 3 or 1" },
    { MMFR0, 0x100000000, 0x300000000, ~0ULL, "" },
    { ISAR3, 0x500, 0x400, ~0ULL,
      "ID_AA64ISAR3_EL1 bits 11:8: wanted 5, possible 0 to 4" },
};

static void test_append(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(refused); i++) {
        g_autoptr(GString) text = g_string_new(NULL);

        g_assert_cmpint(arm_cpreg_safe_append(text, refused[i].regidx,
                                              refused[i].wanted,
                                              refused[i].limit,
                                              refused[i].writable), ==,
                        !*refused[i].text);
        g_assert_cmpstr(text->str, ==, refused[i].text);
    }
}

static void test_since(void)
{
    g_assert_cmpstr(arm_cpreg_safe_since(DFR0, 0xf), ==, "6.7");
    g_assert_cmpstr(arm_cpreg_safe_since(DFR0, 0xf000), ==, NULL);
    g_assert_cmpstr(arm_cpreg_safe_since(CTR, 1ULL << 29), ==, "6.11");
    g_assert_cmpstr(arm_cpreg_safe_since(CTR, 3ULL << 14), ==, "6.16");
    /* the newest of both */
    g_assert_cmpstr(arm_cpreg_safe_since(PFR1, 0xf0f0), ==, "6.17");
    g_assert_cmpstr(arm_cpreg_safe_since(ID_MMFR0, 0xf), ==, "6.17");
    g_assert_cmpstr(arm_cpreg_safe_since(ID_DFR0, 0xf), ==, "6.7");
    g_assert_cmpstr(arm_cpreg_safe_since(ARM_CPREG(MIDR_EL1), 0xf), ==, NULL);
    g_assert_cmpstr(arm_cpreg_safe_since(UINT64_MAX, ~0ULL), ==, NULL);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/arm/cpreg-safe/fields", test_fields);
    g_test_add_func("/arm/cpreg-safe/append", test_append);
    g_test_add_func("/arm/cpreg-safe/since", test_since);
    return g_test_run();
}
