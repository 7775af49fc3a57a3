/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Missing registers: what becomes of a register that only the destination has.
 *
 * It keeps its reset value by default.  A row of missing.h.inc gives the value
 * that the guest read on the source instead, where that is known.
 */

#ifndef TARGET_ARM_CPREG_MISSING_H
#define TARGET_ARM_CPREG_MISSING_H

#include "list.h"

/* One row of missing.h.inc. */
typedef struct ARMCPRegMissing {
    uint64_t first;                 /* the registers that the row is about */
    uint64_t last;
    bool none_listed;               /* the stream has none of them */
    bool set;                       /* write @value... */
    uint64_t value;                 /* ...else the reset value is kept */
    const char *why;
    const char *kernel;
} ARMCPRegMissing;

typedef struct ARMCPRegMissingRules {
    const ARMCPRegMissing *rows;
    size_t len;
} ARMCPRegMissingRules;

/* The table in missing.h.inc. */
extern const ARMCPRegMissingRules arm_cpreg_missing_rules;

/**
 * arm_cpreg_missing_row: the row about a missing register, or NULL
 * @rules: the rows, in order.  NULL for a list of TCG's: it follows QEMU's own
 *         releases, the rows are about what Linux listed when.
 * @source: the checked list of the stream, without the register
 * @regidx: the register
 *
 * If the row has a value to set, the load writes it as if the stream had it:
 * feature ID registers and firmware bitmaps with the identity, others with the
 * rest.  KVM may refuse it, as any value.
 */
const ARMCPRegMissing *
arm_cpreg_missing_row(const ARMCPRegMissingRules *rules,
                      const ARMCPRegList *source, uint64_t regidx);

#endif
