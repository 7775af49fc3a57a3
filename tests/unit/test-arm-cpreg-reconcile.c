/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reconciliation: two lists in, the outcome of every register out.
 *
 * Expectations come from the kernel's documentation and from the lists of
 * real kernels: which registers 6.12 lists and 6.18 does not, and what the
 * guest's ID registers said of them.
 */

#include "qemu/osdep.h"
#include "target/arm/cpreg/reconcile.h"

#define MIDR        0x603000000013c000ULL
#define MPIDR       0x603000000013c005ULL
#define REVIDR      0x603000000013c006ULL
#define DFR0        0x603000000013c028ULL
#define ID_FIRST    0x603000000013c008ULL
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
#define PMINTENSET  0x603000000013c4f1ULL
#define PMINTENCLR  0x603000000013c4f2ULL
#define POR_EL1     0x603000000013c514ULL
#define PMCR        0x603000000013dce0ULL
#define PMOVSSET    0x603000000013dcf3ULL
#define POR_EL0     0x603000000013dd14ULL
#define PMEVCNTR0   0x603000000013df40ULL
#define PMCCFILTR   0x603000000013df7fULL
#define CNTPCT      0x603000000013df01ULL
#define CNTP_CTL    0x603000000013df11ULL
#define CNTP_CVAL   0x603000000013df12ULL
#define CCSIDR(n)   (0x6020000000110000ULL + (n))
#define BMAP(n)     (0x6030000000160000ULL + (n))
#define PSCI        0x6030000000140000ULL
#define WORKAROUND(n) (PSCI + (n))
#define BMAP_2      0x6030000000160003ULL
/* AArch32, no such register: TCG of QEMU 11.0 and earlier */
#define BOGUS_DBGDTR 0x40200000200e0298ULL

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
    g_assert_null(arm_cpreg_list_fault(&list));
    return list;
}

static void list_free(ARMCPRegList *list)
{
    g_free((void *)list->indexes);
    g_free((void *)list->values);
}

typedef struct Case {
    const char *name;
    Reg source[16];
    Reg destination[16];
    /*
     * One letter a register, ascending: b(oth), t(olerated), R(efused); of
     * those missing in the stream: k(eeps), s(et), m(issing without a row).
     */
    const char *outcomes;
    const char *text;
} Case;

static const Case cases[] = {
#include "test-arm-cpreg-reconcile.h.inc"
};

static char letter_of(const ARMCPRegVerdict *verdict)
{
    static const char letters[] = { 'b', 'm', 't', 'R' };

    if (verdict->missing) {
        return verdict->missing->set ? 's' : 'k';
    }
    return letters[verdict->outcome];
}

/* What has a row has its reason and, if it is a kernel's, the kernel. */
static void check_row(uint64_t regidx, const char *why, const char *kernel)
{
    g_assert_cmpstr(why, !=, "");
    if (regidx == BOGUS_DBGDTR) {
        g_assert_null(kernel);
    } else {
        g_assert_true(g_ascii_isdigit(kernel[0]));
    }
}

static void test_case(gconstpointer data)
{
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

        g_string_append_c(outcomes, letter_of(v));
        if (v->s >= 0) {
            g_assert_cmphex(source.indexes[v->s], ==, v->regidx);
        }
        if (v->d >= 0) {
            g_assert_cmphex(destination.indexes[v->d], ==, v->regidx);
        }
        if (v->outcome == ARM_CPREG_TOLERATED) {
            check_row(v->regidx, v->rule->why, v->rule->kernel);
        }
        if (v->missing) {
            check_row(v->regidx, v->missing->why, v->missing->kernel);
            g_assert_cmpint(v->outcome, ==, ARM_CPREG_MISSING);
        }
    }
    g_assert_cmpstr(outcomes->str, ==, c->outcomes);
    g_assert_cmpint(ok, ==, strchr(c->outcomes, 'R') == NULL);
    for (int i = 0; i < ARM_CPREG_OUTCOMES; i++) {
        counted += report.count[i];
    }
    g_assert_cmpuint(counted, ==, strlen(c->outcomes));

    text = arm_cpreg_report_text(&report, &source, NULL);
    g_assert_cmpstr(text, ==, c->text);

    list_free(&source);
    list_free(&destination);
}

/*
 * Every row of the tables is the reason of an outcome above: a tolerated
 * register, a refused one (of NEVER), or a missing one.
 */
static void test_rows_used(void)
{
    const ARMCPRegRules *rules = &arm_cpreg_rules;
    g_autofree bool *used = g_new0(bool, rules->len);
    g_autofree bool *missing = g_new0(bool, rules->missing->len);

    for (size_t n = 0; n < G_N_ELEMENTS(cases); n++) {
        ARMCPRegList source = list_of(cases[n].source);
        ARMCPRegList destination = list_of(cases[n].destination);
        g_auto(ARMCPRegReport) report = { NULL };

        arm_cpreg_reconcile(rules, &source, &destination, &report);
        for (size_t i = 0; i < report.len; i++) {
            const ARMCPRegVerdict *v = &report.verdicts[i];

            if (v->rule &&
                (v->rule->never || v->outcome == ARM_CPREG_TOLERATED)) {
                used[v->rule - rules->rules] = true;
            }
            if (v->missing) {
                missing[v->missing - rules->missing->rows] = true;
            }
        }
        list_free(&source);
        list_free(&destination);
    }
    for (size_t i = 0; i < rules->len; i++) {
        g_assert_true(used[i]);
    }
    for (size_t i = 0; i < rules->missing->len; i++) {
        g_assert_true(missing[i]);
    }
}

/* The values that are set: what the guest read on an older kernel. */
static void test_missing_row(void)
{
    static const struct {
        uint64_t regidx;
        bool set;
        uint64_t value;
    } regs[] = {
        { ZFR0, true, 0 },
        { PMMIR, true, 0 },
        { BMAP_2, true, 0 },
        { OSLSR, true, 8 },
        { PSCI, false, 0 },
        { CCSIDR(5), false, 0 },
        { SCTLR, false, 0 },
    };
    static const Reg stream[] = { { PFR0, 0x11 }, { 0 } };
    const ARMCPRegMissingRules *rules = arm_cpreg_rules.missing;
    ARMCPRegList source = list_of(stream), none = { NULL };
    const ARMCPRegMissing *row;

    for (size_t i = 0; i < G_N_ELEMENTS(regs); i++) {
        row = arm_cpreg_missing_row(rules, &source, regs[i].regidx);
        g_assert_cmpint(row != NULL, ==, regs[i].regidx != SCTLR);
        g_assert_cmpint(row && row->set, ==, regs[i].set);
        g_assert_cmphex(row ? row->value : 0, ==, regs[i].value);
        /* no rules, as for TCG: nothing is ever set */
        g_assert_null(arm_cpreg_missing_row(NULL, &source, regs[i].regidx));
    }
    g_assert_null(arm_cpreg_missing_row(rules, &none, SCTLR));
    list_free(&source);
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
    text = arm_cpreg_report_text(&report, &source, NULL);
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
    g_test_add_func("/arm/cpreg-reconcile/missing-row", test_missing_row);
    g_test_add_func("/arm/cpreg-reconcile/many-refused", test_many_refused);
    return g_test_run();
}
