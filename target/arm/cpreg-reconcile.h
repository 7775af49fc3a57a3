/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reconciliation: the register list of a stream against the one here.
 *
 * Every register of either list gets one outcome.  The lists are compared to
 * their end whatever is found on the way, and no outcome changes another one:
 * a register that is tolerated never clears one that was refused.
 */

#ifndef TARGET_ARM_CPREG_RECONCILE_H
#define TARGET_ARM_CPREG_RECONCILE_H

#include "cpreg-tolerance.h"

typedef enum ARMCPRegOutcome {
    /* Listed on both sides: the stream's value is to be written. */
    ARM_CPREG_BOTH,
    /* Listed here only: keeps its reset value, or what a rule sets. */
    ARM_CPREG_MISSING,
    /* In the stream only, and a rule lets it stay behind. */
    ARM_CPREG_TOLERATED,
    /* In the stream only, and nothing lets it stay behind. */
    ARM_CPREG_REFUSED,
    ARM_CPREG_OUTCOMES
} ARMCPRegOutcome;

typedef struct ARMCPRegVerdict {
    uint64_t regidx;
    ARMCPRegOutcome outcome;
    ssize_t s;                  /* position in the stream's list, or -1 */
    ssize_t d;                  /* position in the list here, or -1 */
    const ARMCPRegRule *rule;   /* see arm_cpreg_tolerated(); else NULL */
    /* the row about a missing register; NULL without one, or if not missing */
    const ARMCPRegMissing *missing;
} ARMCPRegVerdict;

typedef struct ARMCPRegReport {
    ARMCPRegVerdict *verdicts;  /* in ascending order of the indexes */
    size_t len;
    size_t count[ARM_CPREG_OUTCOMES];
} ARMCPRegReport;

/**
 * arm_cpreg_reconcile: compare two checked lists
 * @rules: what may stay behind, and what missing registers are to hold; for
 *         lists of TCG without the latter, see arm_cpreg_missing_row()
 * @source: the stream's list, with values
 * @destination: the list here; its values are not looked at
 * @report: filled in; arm_cpreg_report_clear() frees it
 *
 * Linear in the length of the lists, plus a binary search for each register
 * that is not in both; one allocation in all.
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
 * @known: the registers whose values are known, and told; NULL if all are
 *
 * All of them are named: the first ones with value and reason, the others by
 * name, so that a list of thousands stays readable.
 *
 * Returns a new string, or NULL if none is refused.
 */
char *arm_cpreg_report_text(const ARMCPRegReport *report,
                            const ARMCPRegList *source,
                            const ARMCPRegList *known);

#endif
