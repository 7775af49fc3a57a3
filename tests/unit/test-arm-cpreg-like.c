/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reconciliation of many vCPUs: what arm_cpreg_reconcile_like() reuses of
 * another vCPU's report must not show in the outcome.  Random machines, from
 * registers that the rules are about and others, against a comparison of each
 * vCPU on its own.
 */

#include "qemu/osdep.h"
#include "target/arm/cpreg-reconcile.h"

#define ROUNDS  3000
#define VCPUS   4

/* Registers of which some are left out, and values that rules ask for. */
static const uint64_t pool[] = {
    0x6020000000110000ULL, 0x6020000000110003ULL, 0x602000000011000dULL,
    0x603000000013808cULL, 0x603000000013c000ULL, 0x603000000013c020ULL,
    0x603000000013c024ULL, 0x603000000013c028ULL, 0x603000000013c03bULL,
    0x603000000013c083ULL, 0x603000000013c102ULL, 0x603000000013c103ULL,
    0x603000000013c4f1ULL, 0x603000000013c4f6ULL, 0x603000000013c512ULL,
    0x603000000013c513ULL, 0x603000000013c801ULL, 0x603000000013dce0ULL,
    0x603000000013df01ULL, 0x603000000013df11ULL, 0x603000000013df12ULL,
    0x603000000013df7fULL, 0x6030000000140000ULL, 0x6030000000140003ULL,
    0x6030000000160000ULL, 0x6030000000160001ULL, 0x6030000000160003ULL,
    0x603000000016ffffULL,
};

static const uint64_t values[] = {
    0, 1, 2, 8, 0x21, 0x100, 0x101, 0x400, 0xf00, 0x1de7ec7edbadc0deULL,
};

#define POOL G_N_ELEMENTS(pool)

typedef struct Side {
    uint64_t indexes[POOL];
    uint64_t values[POOL];
    ARMCPRegList list;
} Side;

static void new_values(Side *side)
{
    for (size_t i = 0; i < side->list.len; i++) {
        side->values[i] =
            values[g_test_rand_int_range(0, G_N_ELEMENTS(values))];
    }
}

static void new_side(Side *side)
{
    side->list = (ARMCPRegList) { side->indexes, side->values, 0 };
    for (size_t i = 0; i < POOL; i++) {
        if (g_test_rand_int_range(0, 3)) {
            side->indexes[side->list.len++] = pool[i];
        }
    }
    new_values(side);
}

/* Another last register, in as long a list; no register has this bit. */
static void change_last(Side *side)
{
    if (side->list.len) {
        side->indexes[side->list.len - 1] ^= 1ULL << 35;
    }
}

static void assert_same(const ARMCPRegReport *a, const ARMCPRegReport *b)
{
    g_assert_cmpuint(a->len, ==, b->len);
    for (size_t i = 0; i < a->len; i++) {
        const ARMCPRegVerdict *v = &a->verdicts[i], *w = &b->verdicts[i];

        g_assert_cmphex(v->regidx, ==, w->regidx);
        g_assert_cmpint(v->outcome, ==, w->outcome);
        g_assert_cmpint(v->s, ==, w->s);
        g_assert_cmpint(v->d, ==, w->d);
        g_assert_true(v->rule == w->rule);
        g_assert_true(v->missing == w->missing);
    }
    for (int i = 0; i < ARM_CPREG_OUTCOMES; i++) {
        g_assert_cmpuint(a->count[i], ==, b->count[i]);
    }
}

/* How often the outcome of a vCPU was another than that of the one before. */
static unsigned differed;

static void reconcile_vcpu(const ARMCPRegReport *like, const Side *source,
                           const Side *destination, ARMCPRegReport *report)
{
    g_auto(ARMCPRegReport) fresh = { NULL };
    bool ok = arm_cpreg_reconcile(&arm_cpreg_rules, &source->list,
                                  &destination->list, &fresh);

    g_assert_cmpint(arm_cpreg_reconcile_like(like, &arm_cpreg_rules,
                                             &source->list, &destination->list,
                                             report), ==, ok);
    assert_same(report, &fresh);
    differed += like->count[ARM_CPREG_REFUSED] !=
                report->count[ARM_CPREG_REFUSED];
}

static void test_random(void)
{
    for (int round = 0; round < ROUNDS; round++) {
        g_auto(ARMCPRegReport) like = { NULL };
        Side source, destination;

        new_side(&source);
        new_side(&destination);
        for (int vcpu = 0; vcpu < VCPUS; vcpu++) {
            ARMCPRegReport report = { NULL };

            if (vcpu == VCPUS - 1) {
                change_last(round & 1 ? &source : &destination);
            }
            reconcile_vcpu(&like, &source, &destination, &report);
            /* the report does not need the one that it was made after */
            arm_cpreg_report_clear(&like);
            like = report;
            new_values(&source);
        }
    }
    /* the values of a vCPU count, not those of the one before */
    g_assert_cmpuint(differed, >, ROUNDS);
}

/* A mark in the report before shows: equal lists are not compared again. */
static void test_reused(void)
{
    const uint64_t mark = 0x603000000013ffffULL;
    g_auto(ARMCPRegReport) like = { NULL };
    g_auto(ARMCPRegReport) report = { NULL };
    g_auto(ARMCPRegReport) third = { NULL };
    Side source, destination;

    new_side(&source);
    new_side(&destination);
    arm_cpreg_reconcile(&arm_cpreg_rules, &source.list, &destination.list,
                        &like);
    like.verdicts[0].regidx = mark;
    arm_cpreg_reconcile_like(&like, &arm_cpreg_rules, &source.list,
                             &destination.list, &report);
    g_assert_cmphex(report.verdicts[0].regidx, ==, mark);
    /* and what was reused can be used again */
    arm_cpreg_reconcile_like(&report, &arm_cpreg_rules, &source.list,
                             &destination.list, &third);
    g_assert_cmphex(third.verdicts[0].regidx, ==, mark);
}

/* Lists of other lengths, and none at all. */
static void test_other_lists(void)
{
    g_auto(ARMCPRegReport) like = { NULL };
    Side source, destination, none = { .list = { NULL } };
    const Side *sides[] = { &source, &destination, &none };

    new_side(&source);
    new_side(&destination);
    for (size_t i = 0; i < 81; i++) {
        ARMCPRegReport report = { NULL };

        reconcile_vcpu(&like, sides[i % 3], sides[i / 3 % 3], &report);
        arm_cpreg_report_clear(&like);
        like = report;
        /* the same length with other registers, from time to time */
        if (i % 9 == 8) {
            new_side(&source);
        }
    }
}

/* The same lists with other rules: those count. */
static void test_other_rules(void)
{
    const uint64_t indexes[] = { pool[13] };        /* PMMIR_EL1 */
    const uint64_t zero[] = { 0 };
    ARMCPRegList one = { indexes, zero, 1 }, empty = { NULL };
    ARMCPRegRules none = { NULL };
    g_auto(ARMCPRegReport) like = { NULL };
    g_auto(ARMCPRegReport) report = { NULL };
    g_auto(ARMCPRegReport) missing = { NULL };
    g_auto(ARMCPRegReport) kept = { NULL };

    g_assert_true(arm_cpreg_reconcile(&arm_cpreg_rules, &one, &empty, &like));
    g_assert_false(arm_cpreg_reconcile_like(&like, &none, &one, &empty,
                                            &report));
    g_assert_null(report.verdicts[0].rule);

    arm_cpreg_reconcile(&arm_cpreg_rules, &empty, &one, &missing);
    g_assert_nonnull(missing.verdicts[0].missing);
    g_assert_true(arm_cpreg_reconcile_like(&missing, &none, &empty, &one,
                                           &kept));
    g_assert_null(kept.verdicts[0].missing);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/arm/cpreg-like/random", test_random);
    g_test_add_func("/arm/cpreg-like/reused", test_reused);
    g_test_add_func("/arm/cpreg-like/other-lists", test_other_lists);
    g_test_add_func("/arm/cpreg-like/other-rules", test_other_rules);
    return g_test_run();
}
