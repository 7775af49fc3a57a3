/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Migration tolerance: what becomes of a register that only one side lists.
 *
 * An unexpected register, which only the stream has, can hold state that the
 * guest relies on, so the default is to refuse.  A rule lets it stay behind
 * only where values in the stream prove that the guest cannot see it.  Values
 * that differ are never tolerated: KVM takes them or not.
 *
 * A missing register, which only the destination has, keeps its reset value by
 * default.  A rule gives the value that the guest read on the source instead,
 * where that is known.
 */

#ifndef TARGET_ARM_CPREG_TOLERANCE_H
#define TARGET_ARM_CPREG_TOLERANCE_H

#include "cpreg-names.h"

/* One row of cpreg-tolerance.h.inc; each condition that is set must hold. */
typedef struct ARMCPRegRule {
    uint64_t first;                 /* the registers it is about */
    uint64_t last;
    const ARMCPRegField *gate;      /* this field of the stream is 0 */
    uint64_t gate_too;              /* or this */
    bool cache;                     /* the stream's CLIDR_EL1 has it not */
    bool timer;                     /* nor was the physical timer ever used */
    bool seen;                      /* it is altered for the guest: told */
    bool has_value;                 /* the register holds @value */
    uint64_t value;
    bool never;                     /* only tells why it is refused */
    const char *why;
    const char *kernel;
} ARMCPRegRule;

/* One row of cpreg-missing.h.inc. */
typedef struct ARMCPRegMissing {
    uint64_t first;                 /* the registers it is about */
    uint64_t last;
    bool none_listed;               /* the stream has none of them */
    bool set;                       /* the guest is to read @value... */
    uint64_t value;                 /* ...else the reset value is kept */
    const char *why;
    const char *kernel;
} ARMCPRegMissing;

typedef struct ARMCPRegRules {
    const ARMCPRegRule *rules;
    size_t len;
    const ARMCPRegMissing *missing;
    size_t missing_len;
} ARMCPRegRules;

/* The tables in cpreg-tolerance.h.inc and cpreg-missing.h.inc. */
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
 * arm_cpreg_tolerated_value: the value at which a register may stay behind
 * @value: set where the function returns true
 *
 * What the guest reads where the register is not listed.  False if no rule
 * about this register asks for a value.
 */
bool arm_cpreg_tolerated_value(const ARMCPRegRules *rules, uint64_t regidx,
                               uint64_t *value);

/**
 * arm_cpreg_refusal_text: why a register may not stay behind
 * @rule, @source, @s: as arm_cpreg_tolerated() gave and took them
 *
 * Returns a new string, a clause such as "the guest can use it
 * (ID_AA64MMFR3_EL1.TCRX is 1)".
 */
char *arm_cpreg_refusal_text(const ARMCPRegRule *rule,
                             const ARMCPRegList *source, size_t s);

/**
 * arm_cpreg_missing_row: the row about a missing register, or NULL
 * @rules: the rules, in order
 * @source: the checked list of the stream, without the register
 * @regidx: the register
 *
 * One whose row has a value to set is to be written, as if that had been in
 * the stream: feature ID registers and firmware bitmaps with the identity,
 * others with the rest.  KVM may refuse it, as any value.
 *
 * The rows are about what Linux listed when.  A list of TCG's follows QEMU's
 * own releases: do not ask for one, there every missing register keeps its
 * value.
 */
const ARMCPRegMissing *arm_cpreg_missing_row(const ARMCPRegRules *rules,
                                             const ARMCPRegList *source,
                                             uint64_t regidx);

#endif
