/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a refused value means, and what helps. */

#ifndef TARGET_ARM_CPREG_EXPLAIN_H
#define TARGET_ARM_CPREG_EXPLAIN_H

#include "cpreg-names.h"

/* Behind all that is refused of a KVM guest's registers. */
#define ARM_CPREG_REMEDY \
    "; what helps: a destination with the CPU and kernel of the source, or a " \
    "guest that is started on the older of the two, from where it can move " \
    "to more hosts"

/**
 * arm_cpreg_explain: a value that was refused, for the person who reads it
 * @regidx: the register
 * @source: its value in the stream
 * @here: the value that the destination holds
 *
 * Returns a new string: the fields of an ID register that differ, as
 * "ID_AA64ISAR1_EL1.I8MM: source 1, destination 0"; PSCI versions as numbers;
 * the hypercalls of a firmware bitmap; what an invariant register tells; and a
 * remedy where one is known.  NULL where the values say all there is.
 */
char *arm_cpreg_explain(uint64_t regidx, uint64_t source, uint64_t here);

/**
 * arm_cpreg_append_refused: one more clause about a refused value
 * @text: the clauses so far; they are set apart by "; "
 * @regidx, @source, @here: as for arm_cpreg_explain()
 * @why: who refused it, "KVM refuses the value"
 */
void arm_cpreg_append_refused(GString *text, uint64_t regidx, uint64_t source,
                              uint64_t here, const char *why);

#endif
