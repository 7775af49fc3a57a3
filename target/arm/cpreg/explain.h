/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a refused value means, and what to do about it. */

#ifndef TARGET_ARM_CPREG_EXPLAIN_H
#define TARGET_ARM_CPREG_EXPLAIN_H

/* Ends every message that refuses registers of a KVM guest. */
#define ARM_CPREG_REMEDY \
    "; use a destination with the source's CPU and kernel, or start guests " \
    "on the older host"

/**
 * arm_cpreg_explain: explain a refused value
 * @regidx: the register
 * @source: its value in the stream
 * @here: the value that the destination holds
 *
 * Returns a new string: the fields of an ID register that differ, as
 * "ID_AA64ISAR1_EL1.I8MM: source 1, destination 0"; PSCI versions; the missing
 * hypercalls of a firmware bitmap; what an invariant register stands for; and
 * a remedy if there is one.  NULL if there is nothing to add to the values.
 */
char *arm_cpreg_explain(uint64_t regidx, uint64_t source, uint64_t here);

/**
 * arm_cpreg_append_refused: append a clause about a refused value
 * @text: the message so far, see arm_cpreg_clause()
 * @regidx, @source, @here: as for arm_cpreg_explain()
 * @why: who refuses it, "KVM refuses the value"
 *
 * Appends "NAME (INDEX) = SOURCE, destination HERE: WHY (EXPLANATION)".
 */
void arm_cpreg_append_refused(GString *text, uint64_t regidx, uint64_t source,
                              uint64_t here, const char *why);

/* Append a clause about a register that cannot be read: "X5 (Bad address)". */
void arm_cpreg_append_unread(GString *text, uint64_t regidx, int ret);

#endif
