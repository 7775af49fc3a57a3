/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is safe on two hosts: by the Arm ARM (DDI 0487), chapter D, and the ftr
 * tables of Linux 7.0, arch/arm64/kernel/cpufeature.c.
 */

#include "qemu/osdep.h"
#include "contrib/kvm-arm-regs/src/safe-join.h"
#include "target/arm/cpreg/safe.h"

/* KVM register indexes, by the encodings of the registers */
#define ID_DFR0     0x603000000013c00aULL
#define ID_MMFR0    0x603000000013c00cULL
#define ID_MMFR4    0x603000000013c016ULL
#define PFR0        0x603000000013c020ULL
#define PFR1        0x603000000013c021ULL
#define FPFR0       0x603000000013c027ULL
#define DFR0        0x603000000013c028ULL
#define ISAR0       0x603000000013c030ULL
#define ISAR1       0x603000000013c031ULL
#define ISAR2       0x603000000013c032ULL
#define ISAR3       0x603000000013c033ULL
#define MMFR0       0x603000000013c038ULL
#define MMFR1       0x603000000013c039ULL
#define CTR         0x603000000013d801ULL

/* Fields of two hosts, and what is safe on both. */
static const struct {
    uint64_t regidx;
    unsigned shift;
    uint64_t a;
    uint64_t b;
    uint64_t both;
} cases[] = {
    { ISAR0, 4, 2, 1, 1 },           /* AES, lower */
    { ISAR0, 60, 0, 15, 0 },         /* RNDR, the highest field */
    { ISAR2, 20, 0, 1, 0 },          /* BC: 479965a2b7ec */
    { ISAR3, 8, 3, 9, 3 },           /* without a name */
    { PFR0, 16, 0, 15, 15 },         /* FP, signed */
    { PFR0, 16, 1, 0, 0 },
    { PFR0, 20, 15, 1, 15 },         /* AdvSIMD */
    { PFR0, 56, 15, 1, 1 },          /* CSV2 is not signed */
    { PFR1, 40, 0, 15, 15 },         /* MTE_frac */
    { DFR0, 8, 4, 15, 15 },          /* PMUVer: not PMUv3 */
    { DFR0, 36, 0, 15, 15 },         /* DoubleLock */
    { DFR0, 0, 10, 6, 6 },           /* DebugVer */
    { ID_DFR0, 24, 15, 6, 15 },      /* PerfMon */
    { ID_MMFR0, 8, 0, 15, 15 },      /* OuterShr */
    { ID_MMFR0, 12, 0, 15, 0 },      /* ShareLvl is not signed */
    { ID_MMFR0, 28, 15, 1, 15 },     /* InnerShr */
    { MMFR0, 24, 0, 15, 15 },        /* TGran64 */
    { MMFR0, 28, 15, 1, 15 },        /* TGran4 */
    { MMFR0, 20, 0, 1, 0 },          /* TGran16 is not signed */
    { MMFR0, 32, 0, 2, 1 },          /* TGran16_2: not supported */
    { MMFR0, 40, 2, 2, 2 },          /* TGran4_2 */
    { MMFR1, 24, 0, 1, 1 },          /* SpecSEI, higher */
    { ID_MMFR4, 0, 1, 0, 1 },
    { ISAR1, 4, 1, 5, 0 },           /* APA: none of both */
    { ISAR1, 8, 3, 0, 0 },           /* API */
    { ISAR2, 12, 3, 4, 0 },          /* APA3 */
    { FPFR0, 27, 1, 0, 0 },          /* F8MM8, one bit... */
    { FPFR0, 26, 1, 2, 0 },          /* ...not a number with F8MM4 */
    { CTR, 0, 4, 3, 3 },             /* IminLine */
    { CTR, 14, 3, 1, 2 },            /* L1Ip: VIPT */
    { CTR, 14, 3, 3, 3 },
    { CTR, 16, 4, 5, 4 },            /* DminLine */
    { CTR, 20, 4, 5, 5 },            /* ERG */
    { CTR, 24, 4, 0, 0 },            /* CWG, 0 does not tell */
    { CTR, 28, 1, 0, 0 },            /* IDC */
    { CTR, 28, 1, 2, 0 },            /* and DIC: bits by themselves */
};

static void test_join(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        uint64_t regidx = cases[i].regidx;
        uint64_t a = cases[i].a << cases[i].shift;
        uint64_t b = cases[i].b << cases[i].shift;
        uint64_t both = cases[i].both << cases[i].shift;

        g_test_message("case %zu: 0x%" PRIx64, i, regidx);
        g_assert_cmphex(safe_join(regidx, a, b), ==, both);
        g_assert_cmphex(safe_join(regidx, b, a), ==, both);
        g_assert_cmphex(safe_join(regidx, a, a), ==, a);
    }
}

/* Any values: commutative, associative, idempotent, and safe on each. */
static void test_algebra(void)
{
    static const uint64_t regs[] = {
        ID_DFR0, ID_MMFR0, PFR0, PFR1, DFR0, ISAR1, ISAR2, MMFR0, MMFR1, CTR,
    };

    for (int i = 0; i < 20000; i++) {
        uint64_t r = regs[i % G_N_ELEMENTS(regs)], v[3], ab, bc, abc;
        ARMCPRegSafeField field;

        for (int n = 0; n < 3; n++) {
            v[n] = (uint64_t)g_test_rand_int() << 32 |
                   (uint32_t)g_test_rand_int();
        }
        ab = safe_join(r, v[0], v[1]);
        bc = safe_join(r, v[1], v[2]);
        abc = safe_join(r, ab, v[2]);
        g_assert_cmphex(safe_join(r, v[1], v[0]), ==, ab);
        g_assert_cmphex(safe_join(r, v[0], bc), ==, abc);
        g_assert_cmphex(safe_join(r, abc, v[1]), ==, abc);
        for (unsigned bit = 0; bit < 64; bit = field.shift + field.width) {
            field = arm_cpreg_safe_field(r, bit);
            /* Of debug below version 6 there is none. */
            if (bit == 0 && (r == DFR0 || r == ID_DFR0)) {
                continue;
            }
            for (int n = 0; n < 3 && !(r == ID_DFR0 && bit == 24); n++) {
                g_assert_true(arm_cpreg_safe_is(&field, abc, v[n]));
            }
        }
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/kvm-arm-regs/safe-join/cases", test_join);
    g_test_add_func("/kvm-arm-regs/safe-join/algebra", test_algebra);
    return g_test_run();
}
