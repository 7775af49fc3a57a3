/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Harmless alterations.  What KVM makes of a value is taken from Linux,
 * arch/arm64/kvm: sys_regs.c, pmu-emul.c, hypercalls.c, arch_timer.c, of 6.12
 * and later; what a guest can use of a register is from the Arm ARM (DDI 0487),
 * chapter D.
 */

#include "qemu/osdep.h"
#include "target/arm/cpreg/altered.h"

/* KVM register indexes, by the encodings of the registers */
#define PFR1_32     0x603000000013c009ULL   /* ID_PFR1_EL1 */
#define ID_FIRST    0x603000000013c008ULL   /* ID_PFR0_EL1 */
#define AA32_LAST   0x603000000013c01fULL   /* CRm 3, op2 7 */
#define ID_DFR0     0x603000000013c00aULL
#define PFR0        0x603000000013c020ULL
#define PFR1        0x603000000013c021ULL
#define DFR0        0x603000000013c028ULL
#define ISAR0       0x603000000013c030ULL
#define MMFR2       0x603000000013c03aULL
#define CTR         0x603000000013d801ULL
#define TCR         0x603000000013c102ULL
#define PMINTENSET  0x603000000013c4f1ULL
#define PMINTENCLR  0x603000000013c4f2ULL
#define PMCR        0x603000000013dce0ULL
#define PMCNTENSET  0x603000000013dce1ULL
#define PMCNTENCLR  0x603000000013dce2ULL
#define PMOVSCLR    0x603000000013dce3ULL
#define PMSWINC     0x603000000013dce4ULL
#define PMCEID0     0x603000000013dce6ULL
#define PMCCNTR     0x603000000013dce8ULL
#define PMOVSSET    0x603000000013dcf3ULL
#define CNTP_CTL    0x603000000013df11ULL
#define CNTV_CTL    0x603000000013df19ULL
#define PMEVCNTR0   0x603000000013df40ULL
#define PMEVCNTR30  0x603000000013df5eULL
#define PMEVTYPER0  0x603000000013df60ULL
#define PSCI        0x6030000000140000ULL
#define WORKAROUND(n) (PSCI + (n))

/* PMCR_EL0 of a guest with six event counters */
#define N6          (6 << 11)

/* Values of the guest; 0 if the list does not have the register. */
typedef struct Guest {
    uint64_t pfr0;
    uint64_t pfr1;
    uint64_t dfr0;
    uint64_t pmcr;
} Guest;

/* AArch32 at EL0 and MTE2; PMUVer 4 (PMUv3p4), six counters */
static const Guest old_pmu = { 0x12, 0x200, 0x400, N6 };
/* No AArch32, no MTE; PMUVer 6 (PMUv3p5) */
static const Guest new_pmu = { 0x11, 0x1, 0x600, N6 };
/* No ID registers, no PMU */
static const Guest nothing;

typedef struct Case {
    const char *name;
    const Guest *guest;
    uint64_t regidx;
    uint64_t written;
    uint64_t held;
    bool harmless;
    const char *why;        /* how it begins; NULL where no row applies */
} Case;

static const Case cases[] = {
    /* no difference needs no row */
    { "same", &nothing, TCR, 5, 5, true, NULL },
    { "no-row", &old_pmu, TCR, 5, 4, false, NULL },
    { "no-row-id", &old_pmu, ISAR0, 0x10, 0, false, NULL },

    /* aa32_id_visibility(): RAZ/WI where the host has no AArch32 */
    { "aa32-zero", &new_pmu, PFR1_32, 0x10000000, 0, true,
      "the guest has no AArch32" },
    { "aa32-any", &new_pmu, PFR1_32, 0, 0x10000000, true,
      "the guest has no AArch32" },
    { "aa32-first", &new_pmu, ID_FIRST, 0x131, 0, true,
      "the guest has no AArch32" },
    { "aa32-last", &new_pmu, AA32_LAST, 1, 0, true,
      "the guest has no AArch32" },
    { "aa32-not-aarch64", &new_pmu, AA32_LAST + 1, 0x11, 0, false, NULL },
    { "aa32-guest-has-it", &old_pmu, PFR1_32, 0x10000000, 0, false, NULL },
    { "aa32-unknown", &nothing, PFR1_32, 0x10000000, 0, false, NULL },

    /* set_id_dfr0_el1(): PerfMon IMPDEF becomes 0 */
    { "perfmon", &old_pmu, ID_DFR0, 0x0f010006, 0x00010006, true, "PerfMon" },
    { "perfmon-pmuv3", &old_pmu, ID_DFR0, 0x04010006, 0x00010006, false,
      NULL },
    { "perfmon-other-bits", &old_pmu, ID_DFR0, 0x0f010006, 0x00010007, false,
      "PerfMon" },
    { "perfmon-not-zero", &old_pmu, ID_DFR0, 0x0f010006, 0x04010006, false,
      NULL },

    /* set_id_aa64pfr0_el1() and set_id_aa64pfr1_el1(): the host's MPAM */
    { "mpam", &old_pmu, PFR0, 0x1101010021111112, 0x1101000021111112, true,
      "MPAM" },
    { "mpam-not-zero", &old_pmu, PFR0, 0x2 << 8 | 2ULL << 40, 1ULL << 40,
      false, NULL },
    { "mpam-appears", &old_pmu, PFR0, 0, 1ULL << 40, false, NULL },
    { "mpam-and-el0", &old_pmu, PFR0, 1ULL << 40 | 0x12, 0x11, false,
      "MPAM" },
    { "mpam-frac", &old_pmu, PFR1, 0x10020, 0x20, true, "MPAM_frac" },
    { "mpam-frac-appears", &old_pmu, PFR1, 0x20, 0x10020, false, NULL },

    /* set_id_aa64pfr1_el1(): MTE_frac ASYNC becomes NI where the CPU is so */
    { "mte-frac", &old_pmu, PFR1, 0x200, 0xf0000000200, true, "MTE_frac" },
    { "mte-frac-back", &old_pmu, PFR1, 0xf0000000200, 0x200, false, NULL },
    { "mte-frac-1", &old_pmu, PFR1, 0x200, 0x10000000200, false, NULL },
    { "mte-frac-no-mte", &new_pmu, PFR1, 0x1, 0xf0000000001, false, NULL },
    { "both-fracs", &old_pmu, PFR1, 0x10200, 0xf0000000200, true,
      "MPAM_frac" },

    /* set_id_aa64dfr0_el1(): PMUVer IMP_DEF becomes 0 */
    { "pmuver", &old_pmu, DFR0, 0xf06, 0x006, true, "PMUVer" },
    { "pmuver-pmuv3", &old_pmu, DFR0, 0x406, 0x006, false, NULL },

    /* set_id_aa64mmfr2_el1(): the host's NV */
    { "nv", &old_pmu, MMFR2, 0x02001011, 0x1011, true, "NV" },
    { "nv-appears", &old_pmu, MMFR2, 0x1011, 0x02001011, false, NULL },

    /* only the guest reads these so: KVM gives what was written */
    { "ctr-idc", &old_pmu, CTR, 0x84448004, 0x94448004, false, NULL },
    { "ctr-idc-back", &old_pmu, CTR, 0x94448004, 0x84448004, false, NULL },
    { "pmceid0-chain", &old_pmu, PMCEID0, 0, 1 << 30, false, NULL },

    /* kvm_arm_set_fw_reg(): the level is checked, the host's is given */
    { "workaround-1", &nothing, WORKAROUND(1), 0, 2, true,
      "the destination protects" },
    { "workaround-2", &nothing, WORKAROUND(2), 0x12, 3, true,
      "the destination protects" },
    { "workaround-3", &nothing, WORKAROUND(3), 1, 2, true,
      "the destination protects" },
    { "workaround-other-bits", &nothing, WORKAROUND(1), 0x20, 2, false,
      "the destination protects" },
    { "psci", &nothing, PSCI, 0x10001, 0x10003, false, NULL },
    { "workaround-4", &nothing, WORKAROUND(4), 0, 1, false, NULL },

    /* kvm_arm_timer_set_reg(): CTL without ISTATUS */
    { "cntv-istatus", &nothing, CNTV_CTL, 5, 1, true, "ISTATUS" },
    { "cntv-istatus-set", &nothing, CNTV_CTL, 1, 5, true, "ISTATUS" },
    { "cntp-istatus", &nothing, CNTP_CTL, 5, 1, true, "ISTATUS" },
    { "cntv-imask", &nothing, CNTV_CTL, 3, 1, false, NULL },
    { "cntv-enable-too", &nothing, CNTV_CTL, 1, 4, false, "ISTATUS" },

    /* set_pmcr(): N and bits 7 to 0 are kept; kvm_pmu_handle_pmcr() */
    { "pmcr-imp", &old_pmu, PMCR, 0x41013000, 0x3000, true, "IMP and IDCODE" },
    { "pmcr-imp-other", &old_pmu, PMCR, 0x41013000, 0x42013000, false, NULL },
    { "pmcr-n", &old_pmu, PMCR, 8 << 11, N6, false, NULL },
    { "pmcr-n-more", &old_pmu, PMCR, N6, 8 << 11, false, NULL },
    { "pmcr-imp-and-n", &old_pmu, PMCR, 0x41014000, N6, false,
      "IMP and IDCODE" },
    { "pmcr-lp", &old_pmu, PMCR, N6 | 0x80, N6, true, "LP" },
    { "pmcr-lp-set", &old_pmu, PMCR, N6, N6 | 0x80, false, NULL },
    { "pmcr-lp-v3p5", &new_pmu, PMCR, N6 | 0x80, N6, false, NULL },
    { "pmcr-lc", &new_pmu, PMCR, N6, N6 | 0x40, true, "LC" },
    { "pmcr-lc-clear", &new_pmu, PMCR, N6 | 0x40, N6, false, NULL },
    { "pmcr-lc-aarch32", &old_pmu, PMCR, N6, N6 | 0x40, false, NULL },
    { "pmcr-c-and-p", &old_pmu, PMCR, N6 | 7, N6 | 1, true, "C and P" },
    { "pmcr-c", &old_pmu, PMCR, N6 | 4, N6, true, "C and P" },
    { "pmcr-e", &old_pmu, PMCR, N6 | 1, N6, false, NULL },
    { "pmcr-all", &old_pmu, PMCR, 0x410130ad, 0x3029, true,
      "IMP and IDCODE" },

    /* set_pmreg(), get_pmreg(): kvm_pmu_valid_counter_mask() */
    { "pmcntenset", &old_pmu, PMCNTENSET, 0xffffffff, 0x8000003f, true,
      "the guest has no such counter" },
    { "pmcntenset-5", &old_pmu, PMCNTENSET, 0x8000003f, 0x8000001f, false,
      NULL },
    { "pmcntenset-cycles", &old_pmu, PMCNTENSET, 0x80000000, 0, false, NULL },
    { "pmcntenset-5-and-6", &old_pmu, PMCNTENSET, 0x60, 0, false,
      "the guest has no such counter" },
    { "pmcntenset-appears", &old_pmu, PMCNTENSET, 0, 0x40, false, NULL },
    { "pmcntenset-no-n", &nothing, PMCNTENSET, 0x40, 0, false, NULL },
    { "pmcntenset-poison", &old_pmu, PMCNTENSET, 0x1de7ec7edbadc0de,
      0x8000001e, true, "the guest has no such counter" },
    { "pmcntenclr", &old_pmu, PMCNTENCLR, 0x40, 0, true,
      "the guest has no such counter" },
    { "pmovsclr", &old_pmu, PMOVSCLR, 0x40, 0, true,
      "the guest has no such counter" },
    { "pmovsset", &old_pmu, PMOVSSET, 0x40, 0, true,
      "the guest has no such counter" },
    { "pmintenset", &old_pmu, PMINTENSET, 0x40, 0, true,
      "the guest has no such counter" },
    { "pmintenclr", &old_pmu, PMINTENCLR, 0x40, 0, true,
      "the guest has no such counter" },

    /* set_wi_reg(), get_raz_reg() */
    { "pmswinc", &old_pmu, PMSWINC, 0x1de7ec7edbadc0de, 0, true,
      "the register is write-only" },
    { "pmswinc-appears", &old_pmu, PMSWINC, 0, 1, false, NULL },

    /* kvm_pmu_get_counter_value(): 32 bits but for PMUv3p5 */
    { "pmevcntr0", &old_pmu, PMEVCNTR0, 0x1de7ec7edbadc0de, 0xdbadc0de, true,
      "the guest's event counters" },
    { "pmevcntr30", &old_pmu, PMEVCNTR30, 1ULL << 32, 0, true,
      "the guest's event counters" },
    { "pmevcntr0-low", &old_pmu, PMEVCNTR0, 2, 3, false, NULL },
    { "pmevcntr0-v3p5", &new_pmu, PMEVCNTR0, 1ULL << 32, 0, false, NULL },
    { "pmevtyper0", &old_pmu, PMEVTYPER0, 1ULL << 32, 0, false, NULL },
    { "pmccntr", &old_pmu, PMCCNTR, 1ULL << 32, 0, false, NULL },
};

static void test_case(gconstpointer data)
{
    const Case *c = data;
    uint64_t indexes[4], values[4];
    ARMCPRegList guest = { indexes, values, 0 };
    const struct {
        uint64_t regidx;
        uint64_t value;
    } regs[] = {
        { PFR0, c->guest->pfr0 }, { PFR1, c->guest->pfr1 },
        { DFR0, c->guest->dfr0 }, { PMCR, c->guest->pmcr },
    };
    const char *why = "not set";

    for (size_t i = 0; i < G_N_ELEMENTS(regs); i++) {
        if (regs[i].value) {
            indexes[guest.len] = regs[i].regidx;
            values[guest.len++] = regs[i].value;
        }
    }
    g_assert_cmpint(arm_cpreg_alteration(&guest, c->regidx, c->written,
                                         c->held, &why), ==, c->harmless);
    if (c->why) {
        g_assert_nonnull(why);
        g_assert_true(g_str_has_prefix(why, c->why));
    } else {
        g_assert_null(why);
    }
    g_assert_cmpint(arm_cpreg_alteration(&guest, c->regidx, c->written,
                                         c->held, NULL), ==, c->harmless);
}

/* Whether all, none or one counter: N is any number of five bits. */
static void test_counters(void)
{
    for (unsigned n = 0; n < 32; n++) {
        uint64_t regidx = PMCR, pmcr = n << 11;
        ARMCPRegList guest = { &regidx, &pmcr, 1 };

        for (unsigned bit = 0; bit < 64; bit++) {
            g_assert_cmpint(arm_cpreg_alteration(&guest, PMCNTENSET,
                                                 1ULL << bit, 0, NULL),
                            ==, bit >= n && bit != 31);
        }
    }
}

/* No guest, no values: PMCR_EL0.N is in no row. */
static void test_n(void)
{
    for (uint64_t pfr0 = 0; pfr0 < 3; pfr0++) {
        for (uint64_t pmuver = 0; pmuver < 16; pmuver++) {
            uint64_t indexes[] = { PFR0, DFR0, PMCR };
            uint64_t values[] = { pfr0, pmuver << 8, 8 << 11 };
            ARMCPRegList guest = { indexes, values, 3 };

            for (unsigned n = 0; n < 32; n++) {
                g_assert_cmpint(arm_cpreg_alteration(&guest, PMCR, 8 << 11,
                                                     n << 11, NULL),
                                ==, n == 8);
            }
        }
    }
}

/* Rows say something, and are in the right order of releases. */
static void test_rows(void)
{
    for (size_t i = 0; i < arm_cpreg_alterations_len; i++) {
        const ARMCPRegAlteration *row = &arm_cpreg_alterations[i];

        g_assert_cmphex(row->first, <=, row->last);
        g_assert_cmphex(row->bits, !=, 0);
        g_assert_cmphex(row->held & ~row->bits, ==, 0);
        g_assert_cmphex(row->written & ~row->bits, ==, 0);
        g_assert_true(row->since || row->until);
        g_assert_true(!row->until || row->since < row->until);
        g_assert_nonnull(row->why);
        g_assert_nonnull(row->kernel);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strdup_printf("/arm/cpreg-altered/case/%s",
                                                cases[i].name);

        g_test_add_data_func(path, &cases[i], test_case);
    }
    g_test_add_func("/arm/cpreg-altered/counters", test_counters);
    g_test_add_func("/arm/cpreg-altered/n", test_n);
    g_test_add_func("/arm/cpreg-altered/rows", test_rows);
    return g_test_run();
}
