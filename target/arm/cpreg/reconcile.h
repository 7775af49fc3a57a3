/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reconciliation: compare the register list of a stream with the destination's.
 *
 * Every register of either list gets one outcome.  The comparison never ends
 * early, and no outcome changes another: a tolerated register never clears a
 * refused one.
 */

#ifndef TARGET_ARM_CPREG_RECONCILE_H
#define TARGET_ARM_CPREG_RECONCILE_H

#include "list.h"
#include "tolerance.h"

typedef enum ARMCPRegOutcome {
    /* Both sides list it: write the stream's value. */
    ARM_CPREG_BOTH,
    /* Only the destination lists it: keep its reset value, or set a rule's. */
    ARM_CPREG_MISSING,
    /* Only the stream has it, and a rule drops it. */
    ARM_CPREG_TOLERATED,
    /* Only the stream has it, and no rule drops it. */
    ARM_CPREG_REFUSED,
    ARM_CPREG_OUTCOMES
} ARMCPRegOutcome;

typedef struct ARMCPRegVerdict {
    uint64_t regidx;
    ARMCPRegOutcome outcome;
    ssize_t s;                  /* position in the stream's list, or -1 */
    ssize_t d;                  /* position in the destination's, or -1 */
    const ARMCPRegRule *rule;   /* see arm_cpreg_tolerated(); else NULL */
    const ARMCPRegMissing *missing; /* the row about a missing one, or NULL */
} ARMCPRegVerdict;

typedef struct ARMCPRegReport {
    ARMCPRegVerdict *verdicts;  /* in ascending order of the indexes */
    size_t len;
    size_t count[ARM_CPREG_OUTCOMES];
} ARMCPRegReport;

/**
 * arm_cpreg_reconcile: compare two checked lists
 * @rules: which registers can be dropped, and what missing ones are to hold
 * @source: the stream's list, with values
 * @destination: the destination's list; its values are ignored
 * @report: filled in; free it with arm_cpreg_report_clear()
 *
 * Takes time linear in the length of the lists, plus a binary search for each
 * register that is not in both.  Allocates once.
 *
 * Returns true if no register is refused.
 */
bool arm_cpreg_reconcile(const ARMCPRegRules *rules,
                         const ARMCPRegList *source,
                         const ARMCPRegList *destination,
                         ARMCPRegReport *report);

void arm_cpreg_report_clear(ARMCPRegReport *report);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ARMCPRegReport, arm_cpreg_report_clear)

/**
 * arm_cpreg_report_text: the refused registers in words
 * @report: what arm_cpreg_reconcile() filled in
 * @source: the same list
 * @known: the registers whose values are known; NULL if all are
 *
 * Names all of them.  The first few have value and reason, the others only the
 * name, to keep a list of thousands readable.
 *
 * Returns a new string, or NULL if none is refused.
 */
char *arm_cpreg_report_text(const ARMCPRegReport *report,
                            const ARMCPRegList *source,
                            const ARMCPRegList *known);

#endif
