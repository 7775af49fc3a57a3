/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Migration tolerance: which registers can be dropped.
 *
 * An unexpected register, which only the stream has, can hold state that the
 * guest relies on.  It is refused by default.  A rule drops it only if values
 * in the stream prove that the guest cannot see the difference.  No rule
 * tolerates a value that differs: KVM accepts or refuses it.
 */

#ifndef TARGET_ARM_CPREG_TOLERANCE_H
#define TARGET_ARM_CPREG_TOLERANCE_H

#include "list.h"
#include "missing.h"
#include "names.h"

/* One row of tolerance.h.inc; each condition that is set must hold. */
typedef struct ARMCPRegRule {
    uint64_t first;                 /* the registers that the row is about */
    uint64_t last;
    const ARMCPRegField *gate;      /* the stream has 0 in this field... */
    uint64_t gate_too;              /* ...or this */
    bool cache;                     /* the stream's CLIDR_EL1 lacks it */
    bool timer;                     /* the guest never used its timer */
    bool seen;                      /* warn: the guest can see the change */
    bool has_value;                 /* the register holds @value */
    uint64_t value;
    bool never;                     /* always refuse, with this reason */
    const char *why;
    const char *kernel;             /* NULL: no kernel has the register */
} ARMCPRegRule;

typedef struct ARMCPRegRules {
    const ARMCPRegRule *rules;
    size_t len;
    const ARMCPRegMissingRules *missing;    /* NULL for TCG */
} ARMCPRegRules;

/* The tables in tolerance.h.inc and missing.h.inc. */
extern const ARMCPRegRules arm_cpreg_rules;

/**
 * arm_cpreg_tolerated: can an unexpected register be dropped?
 * @rules: the rules, in order
 * @source: the checked list of the stream, with values
 * @s: position of the register in @source
 * @rule: set to the rule that drops it; if none does, to the first rule about
 *        the register, or to NULL
 *
 * Returns true if it can.
 */
bool arm_cpreg_tolerated(const ARMCPRegRules *rules,
                         const ARMCPRegList *source, size_t s,
                         const ARMCPRegRule **rule);

/**
 * arm_cpreg_tolerated_value: the value with which a register can be dropped
 * @value: set if the function returns true
 *
 * A guest reads this value if its host does not list the register.
 *
 * Returns false if no rule about this register asks for a value.
 */
bool arm_cpreg_tolerated_value(const ARMCPRegRules *rules, uint64_t regidx,
                               uint64_t *value);

/**
 * arm_cpreg_refusal_text: why a register cannot be dropped
 * @rule: as set by arm_cpreg_tolerated()
 * @source, @s: as passed to it
 *
 * Returns a new string, a clause such as "the guest can use it
 * (ID_AA64MMFR3_EL1.TCRX is 1)".
 */
char *arm_cpreg_refusal_text(const ARMCPRegRule *rule,
                             const ARMCPRegList *source, size_t s);

#endif
