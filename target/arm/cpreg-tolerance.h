/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Migration tolerance: which unexpected registers may stay behind.
 *
 * A register of the stream that the destination does not list can hold state
 * that the guest relies on, so the default is to refuse.  A rule lets it stay
 * behind only where values in the stream prove that the guest cannot see it.
 * Values that differ are never tolerated: KVM takes them or not.
 */

#ifndef TARGET_ARM_CPREG_TOLERANCE_H
#define TARGET_ARM_CPREG_TOLERANCE_H

#include "cpreg-fields.h"

/* One row of cpreg-tolerance.h.inc; each condition that is set must hold. */
typedef struct ARMCPRegRule {
    uint64_t first;                 /* the registers it is about */
    uint64_t last;
    const ARMCPRegField *gate;      /* this field of the stream is 0 */
    bool cache;                     /* the stream's CLIDR_EL1 has it not */
    bool has_value;                 /* the register holds @value */
    uint64_t value;
    const char *why;
    const char *kernel;
} ARMCPRegRule;

typedef struct ARMCPRegRules {
    const ARMCPRegRule *rules;
    size_t len;
} ARMCPRegRules;

/* The table in cpreg-tolerance.h.inc. */
extern const ARMCPRegRules arm_cpreg_rules;

/**
 * arm_cpreg_tolerated: may an unexpected register stay behind?
 * @rules: the rules, in order
 * @source: the checked list of the stream, with values
 * @s: position of the register in @source
 * @rule: set to the rule that lets it stay behind; else to the first that is
 *        about this register and whose condition does not hold; else to NULL
 *
 * Returns true if it may.
 */
bool arm_cpreg_tolerated(const ARMCPRegRules *rules,
                         const ARMCPRegList *source, size_t s,
                         const ARMCPRegRule **rule);

/**
 * arm_cpreg_refusal_text: why a register may not stay behind
 * @rule, @source, @s: as arm_cpreg_tolerated() gave and took them
 *
 * Returns a new string, a clause such as "the guest can use it
 * (ID_AA64MMFR3_EL1.TCRX is 1)".
 */
char *arm_cpreg_refusal_text(const ARMCPRegRule *rule,
                             const ARMCPRegList *source, size_t s);

#endif
