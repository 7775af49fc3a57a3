/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reconciliation: two lists in, the outcome of every register out.
 *
 * Expectations come from the kernel's documentation and from the lists of
 * real kernels: which registers 6.12 lists and 6.18 does not, and what the
 * guest's ID registers said of them.
 */

#include "qemu/osdep.h"
#include "target/arm/cpreg-reconcile.h"

#define MIDR        0x603000000013c000ULL
#define MPIDR       0x603000000013c005ULL
#define REVIDR      0x603000000013c006ULL
#define PFR0        0x603000000013c020ULL
#define ZFR0        0x603000000013c024ULL
#define MMFR3       0x603000000013c03bULL
#define ID_LAST     0x603000000013c03fULL
#define SCTLR       0x603000000013c080ULL
#define TCR         0x603000000013c102ULL
#define TCR2        0x603000000013c103ULL
#define PMMIR       0x603000000013c4f6ULL
#define PIRE0       0x603000000013c512ULL
#define PIR         0x603000000013c513ULL
#define OSLSR       0x603000000013808cULL
#define SCTLR2      0x603000000013c083ULL
#define CLIDR       0x603000000013c801ULL
#define CNTPCT      0x603000000013df01ULL
#define CNTP_CTL    0x603000000013df11ULL
#define CNTP_CVAL   0x603000000013df12ULL
#define CCSIDR(n)   (0x6020000000110000ULL + (n))
#define BMAP(n)     (0x6030000000160000ULL + (n))
#define PSCI        0x6030000000140000ULL
#define BMAP_2      0x6030000000160003ULL

/* ID_AA64MMFR3_EL1: TCRX is bits 3:0, S1PIE bits 11:8 (Arm ARM) */
#define HAS_TCR2    0x1ULL
#define HAS_S1PIE   0x100ULL
#define POISON      0x1de7ec7edbadc0deULL

typedef struct Reg {
    uint64_t regidx;
    uint64_t value;
} Reg;

/* A list of a test, ended by regidx 0. */
static ARMCPRegList list_of(const Reg *regs)
{
    ARMCPRegList list = { NULL };
    uint64_t *indexes, *values;

    while (regs[list.len].regidx) {
        list.len++;
    }
    indexes = g_new(uint64_t, list.len);
    values = g_new(uint64_t, list.len);
    for (size_t i = 0; i < list.len; i++) {
        indexes[i] = regs[i].regidx;
        values[i] = regs[i].value;
    }
    list.indexes = indexes;
    list.values = values;
    g_assert_cmpint(arm_cpreg_list_check(&list, NULL), ==, ARM_CPREG_LIST_OK);
    return list;
}

static void list_free(ARMCPRegList *list)
{
    g_free((void *)list->indexes);
    g_free((void *)list->values);
}

typedef struct Case {
    const char *name;
    Reg source[12];
    Reg destination[12];
    /* one letter a register, ascending: b(oth) m(issing) t(olerated) R */
    const char *outcomes;
    const char *text;
} Case;

static const Case cases[] = {
    { "empty", { { 0 } }, { { 0 } }, "", NULL },
    { "equal", { { MIDR, 1 }, { TCR, 2 } }, { { MIDR, 9 }, { TCR, 9 } },
      "bb", NULL },
    { "missing", { { TCR, 2 } }, { { MIDR }, { TCR }, { PSCI } },
      "mbm", NULL },
    { "disjoint", { { TCR, 2 } }, { { MIDR } }, "mR",
      "TCR_EL1 (0x603000000013c102) = 0x2"
      " is unknown here, and no rule lets it stay behind" },
    { "nothing-here", { { TCR, 0 } }, { { 0 } }, "R",
      "TCR_EL1 (0x603000000013c102) = 0x0"
      " is unknown here, and no rule lets it stay behind" },
    /* stock drops what lies above its own highest index, without a word */
    { "above-highest", { { TCR, 2 }, { PSCI, 0x10003 } }, { { TCR } }, "bR",
      "PSCI_VERSION (0x6030000000140000) = 0x10003 is unknown here, "
      "and no rule lets it stay behind" },

    /* RAZ */
    { "raz-zero", { { PFR0, 0x11 }, { ZFR0, 0 }, { TCR, 2 } },
      { { PFR0 }, { TCR } }, "btb", NULL },
    { "raz-ends", { { 0x603000000013c008ULL, 0 }, { ID_LAST, 0 } },
      { { 0 } }, "tt", NULL },
    { "raz-value", { { ZFR0, 0x10 } }, { { 0 } }, "R",
      "ID_AA64ZFR0_EL1 (0x603000000013c024) = 0x10 is unknown here, "
      "and could stay behind only with 0x0" },
    { "raz-not-midr", { { MIDR, 0 }, { MPIDR, 0 }, { REVIDR, 0 } },
      { { 0 } }, "RRR",
      "MIDR_EL1 (0x603000000013c000) = 0x0"
      " is unknown here, and no rule lets it stay behind; "
      "MPIDR_EL1 (0x603000000013c005) = 0x0"
      " is unknown here, and no rule lets it stay behind; "
      "REVIDR_EL1 (0x603000000013c006) = 0x0"
      " is unknown here, and no rule lets it stay behind" },
    { "raz-not-sctlr", { { SCTLR, 0 } }, { { 0 } }, "R",
      "SCTLR_EL1 (0x603000000013c080) = 0x0"
      " is unknown here, and no rule lets it stay behind" },

    /* gates: 6.12 lists these on every CPU, their reset value is poison */
    { "gate-6.12-to-6.18",
      { { MMFR3, 0 }, { TCR, 2 }, { TCR2, POISON }, { PIRE0, POISON },
        { PIR, POISON } },
      { { MMFR3 }, { TCR }, { BMAP_2 } }, "bbtttm", NULL },
    { "gate-id-not-here", { { MMFR3, 0 }, { TCR2, POISON } }, { { 0 } },
      "tt", NULL },
    { "gate-tcr2-visible",
      { { MMFR3, HAS_TCR2 }, { TCR2, 0 }, { PIR, POISON } }, { { MMFR3 } },
      "bRt",
      "TCR2_EL1 (0x603000000013c103) = 0x0 is unknown here, and the guest "
      "can use it (ID_AA64MMFR3_EL1.TCRX is 1)" },
    { "gate-s1pie-visible",
      { { MMFR3, HAS_S1PIE }, { TCR2, 5 }, { PIRE0, 6 }, { PIR, 7 } },
      { { MMFR3 } }, "btRR",
      "PIRE0_EL1 (0x603000000013c512) = 0x6 is unknown here, and the "
      "guest can use it (ID_AA64MMFR3_EL1.S1PIE is 1); "
      "PIR_EL1 (0x603000000013c513) = 0x7 is unknown here, and the "
      "guest can use it (ID_AA64MMFR3_EL1.S1PIE is 1)" },
    /* the other fields of the register do not open the gate */
    { "gate-other-fields", { { MMFR3, ~0xf0fULL }, { TCR2, 1 }, { PIR, 1 } },
      { { MMFR3 } }, "btt", NULL },
    /* what counts is the stream's ID register, not the one here */
    { "gate-not-ours", { { MMFR3, 0 }, { TCR2, 1 } },
      { { MMFR3, HAS_TCR2 } }, "bt", NULL },
    { "gate-not-told", { { TCR2, 1 } }, { { MMFR3, 0 } }, "mR",
      "TCR2_EL1 (0x603000000013c103) = 0x1 is unknown here, and the guest "
      "may use it (the stream does not have ID_AA64MMFR3_EL1.TCRX)" },

    /* value */
    { "value-zero", { { PSCI, 1 }, { BMAP_2, 0 } }, { { PSCI } }, "bt",
      NULL },
    { "value-other", { { PSCI, 1 }, { BMAP_2, 3 } }, { { PSCI } }, "bR",
      "VENDOR_HYP_BMAP_2 (0x6030000000160003) = 0x3 is unknown here, "
      "and could stay behind only with 0x0" },

    { "sctlr2-6.17-to-6.16", { { MMFR3, 0x101 }, { SCTLR2, 0 } },
      { { MMFR3 } }, "bt", NULL },

    /*
     * 7.3 lists PMMIR_EL1 for each vCPU with a PMU, 0 unless it was asked
     * for.
     */
    { "pmmir-zero", { { PMMIR, 0 } }, { { 0 } }, "t", NULL },
    { "oslsr-unlocked", { { OSLSR, 8 } }, { { 0 } }, "t", NULL },
    { "oslsr-locked", { { OSLSR, 10 } }, { { 0 } }, "R",
      "OSLSR_EL1 (0x603000000013808c) = 0xa is unknown here, "
      "and could stay behind only with 0x8" },

    /* 6.1 to 5.10: PV time is there, TRNG and PTP are not */
    { "bitmaps-6.1-to-5.10", { { BMAP(0), 1 }, { BMAP(1), 1 }, { BMAP(2), 3 } },
      { { 0 } }, "RtR",
      "STD_BMAP (0x6030000000160000) = 0x1 is unknown here, "
      "and no rule lets it stay behind; "
      "VENDOR_HYP_BMAP (0x6030000000160002) = 0x3 is unknown here, "
      "and no rule lets it stay behind" },

    /* 6.12 to 6.1: CLIDR_EL1 0x2000021 is L1 instruction, L2 unified */
    { "caches-6.12-to-6.1",
      { { CCSIDR(0), 2 }, { CCSIDR(1), 2 }, { CCSIDR(2), 2 },
        { CCSIDR(3), 2 }, { CCSIDR(13), 2 }, { CLIDR, 0x2000021 } },
      { { CCSIDR(0) }, { CCSIDR(1) }, { CCSIDR(2) }, { CLIDR } },
      "bbbttb", NULL },
    { "caches-split-and-data",
      /* L1 both, L2 data, L3 unified, L4 none */
      { { CCSIDR(0), 2 }, { CCSIDR(1), 2 }, { CCSIDR(2), 2 },
        { CCSIDR(3), 2 }, { CCSIDR(4), 2 }, { CCSIDR(5), 2 },
        { CCSIDR(6), 2 }, { CCSIDR(7), 2 }, { CLIDR, 03 | 020 | 0400 } },
      { { CLIDR } }, "RRRtRtttb",
      "CCSIDR[0] (0x6020000000110000) = 0x2 is unknown here, "
      "and CLIDR_EL1 tells the guest of this cache; "
      "CCSIDR[1] (0x6020000000110001) = 0x2 is unknown here, "
      "and CLIDR_EL1 tells the guest of this cache; "
      "CCSIDR[2] (0x6020000000110002) = 0x2 is unknown here, "
      "and CLIDR_EL1 tells the guest of this cache; "
      "CCSIDR[4] (0x6020000000110004) = 0x2 is unknown here, "
      "and CLIDR_EL1 tells the guest of this cache" },
    { "caches-not-told", { { CCSIDR(5), 2 } }, { { 0 } }, "R",
      "CCSIDR[5] (0x6020000000110005) = 0x2 is unknown here, "
      "and CLIDR_EL1 tells the guest of this cache" },
    { "caches-14", { { CCSIDR(14), 2 }, { CLIDR, 0 } }, { { CLIDR } }, "Rb",
      "CCSIDR[14] (0x602000000011000e) = 0x2 is unknown here, "
      "and no rule lets it stay behind" },

    /* 6.4 to 6.1; ISTATUS (bit 2) may stand while the timer is off */
    { "ptimer-off", { { CNTPCT, 99 }, { CNTP_CTL, 4 }, { CNTP_CVAL, 5 } },
      { { 0 } }, "ttt", NULL },
    { "ptimer-masked-only", { { CNTP_CTL, 2 } }, { { 0 } }, "t", NULL },
    { "ptimer-on", { { CNTPCT, 9 }, { CNTP_CTL, 1 }, { CNTP_CVAL, 5 } },
      { { 0 } }, "RRR",
      "CNTPCT_EL0 (0x603000000013df01) = 0x9 is unknown here, and the guest "
      "can use it (CNTP_CTL_EL0.ENABLE is 1); "
      "CNTP_CTL_EL0 (0x603000000013df11) = 0x1 is unknown here, and the "
      "guest can use it (CNTP_CTL_EL0.ENABLE is 1); "
      "CNTP_CVAL_EL0 (0x603000000013df12) = 0x5 is unknown here, and the "
      "guest can use it (CNTP_CTL_EL0.ENABLE is 1)" },

    /*
     * QEMU 11.1.3, Linux 7.3 to 6.12: PMMIR_EL1 is refused, then the
     * tolerated VENDOR_HYP_BMAP_2 comes last and the guest migrates.
     */
    { "tolerated-after-refused",
      { { TCR, 2 }, { PMMIR, 0x20 }, { PSCI, 0x10001 }, { BMAP_2, 0 } },
      { { TCR }, { PSCI } }, "bRbt",
      "PMMIR_EL1 (0x603000000013c4f6) = 0x20 is unknown here, "
      "and could stay behind only with 0x0" },
    { "refused-after-tolerated",
      { { MMFR3, 0 }, { TCR2, 1 }, { PMMIR, 0x20 } }, { { MMFR3 } }, "btR",
      "PMMIR_EL1 (0x603000000013c4f6) = 0x20 is unknown here, "
      "and could stay behind only with 0x0" },
};

static void test_case(gconstpointer data)
{
    static const char letters[] = { 'b', 'm', 't', 'R' };
    const Case *c = data;
    ARMCPRegList source = list_of(c->source);
    ARMCPRegList destination = list_of(c->destination);
    g_auto(ARMCPRegReport) report = { NULL };
    g_autoptr(GString) outcomes = g_string_new(NULL);
    g_autofree char *text = NULL;
    size_t counted = 0;
    bool ok;

    ok = arm_cpreg_reconcile(&arm_cpreg_rules, &source, &destination, &report);
    for (size_t i = 0; i < report.len; i++) {
        const ARMCPRegVerdict *v = &report.verdicts[i];

        g_string_append_c(outcomes, letters[v->outcome]);
        if (v->s >= 0) {
            g_assert_cmphex(source.indexes[v->s], ==, v->regidx);
        }
        if (v->d >= 0) {
            g_assert_cmphex(destination.indexes[v->d], ==, v->regidx);
        }
        /* whatever is tolerated has its reason and its kernel */
        if (v->outcome == ARM_CPREG_TOLERATED) {
            g_assert_cmpstr(v->rule->why, !=, "");
            g_assert_true(g_ascii_isdigit(v->rule->kernel[0]));
        }
    }
    g_assert_cmpstr(outcomes->str, ==, c->outcomes);
    g_assert_cmpint(ok, ==, strchr(c->outcomes, 'R') == NULL);
    for (int i = 0; i < ARM_CPREG_OUTCOMES; i++) {
        counted += report.count[i];
    }
    g_assert_cmpuint(counted, ==, strlen(c->outcomes));

    text = arm_cpreg_report_text(&report, &source);
    g_assert_cmpstr(text, ==, c->text);

    list_free(&source);
    list_free(&destination);
}

/* Every row of the table is the reason of a tolerated register above. */
static void test_rows_used(void)
{
    g_autofree bool *used = g_new0(bool, arm_cpreg_rules.len);

    for (size_t n = 0; n < G_N_ELEMENTS(cases); n++) {
        ARMCPRegList source = list_of(cases[n].source);
        ARMCPRegList destination = list_of(cases[n].destination);
        g_auto(ARMCPRegReport) report = { NULL };

        arm_cpreg_reconcile(&arm_cpreg_rules, &source, &destination, &report);
        for (size_t i = 0; i < report.len; i++) {
            if (report.verdicts[i].outcome == ARM_CPREG_TOLERATED) {
                used[report.verdicts[i].rule - arm_cpreg_rules.rules] = true;
            }
        }
        list_free(&source);
        list_free(&destination);
    }
    for (size_t i = 0; i < arm_cpreg_rules.len; i++) {
        g_assert_true(used[i]);
    }
}

/* Unexpected registers in any number: all are named, in one text. */
static void test_many_refused(void)
{
    enum { N = 1000 };
    g_autofree uint64_t *indexes = g_new(uint64_t, N);
    g_autofree uint64_t *values = g_new0(uint64_t, N);
    ARMCPRegList source = { indexes, values, N }, none = { NULL };
    g_auto(ARMCPRegReport) report = { NULL };
    g_autofree char *text = NULL;

    for (int i = 0; i < N; i++) {
        /* op1 7: no register that any rule is about */
        indexes[i] = 0x603000000013f800ULL + i;
    }
    g_assert_false(arm_cpreg_reconcile(&arm_cpreg_rules, &source, &none,
                                       &report));
    g_assert_cmpuint(report.count[ARM_CPREG_REFUSED], ==, N);
    text = arm_cpreg_report_text(&report, &source);
    for (int i = 0; i < N; i++) {
        g_autofree char *index = g_strdup_printf("(0x%016" PRIx64 ")",
                                                 indexes[i]);

        g_assert_nonnull(strstr(text, index));
    }
    g_assert_cmpuint(strlen(text), <, N * 64);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strdup_printf("/arm/cpreg-reconcile/%s",
                                                cases[i].name);

        g_test_add_data_func(path, &cases[i], test_case);
    }
    g_test_add_func("/arm/cpreg-reconcile/rows-used", test_rows_used);
    g_test_add_func("/arm/cpreg-reconcile/many-refused", test_many_refused);
    return g_test_run();
}
