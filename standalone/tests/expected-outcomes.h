/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What should become of each register, by the kernel's documentation.
 *
 * A statement of its own: it uses neither the code under test nor what the
 * scripted kernel does with a write.
 */

#ifndef STANDALONE_TESTS_EXPECTED_OUTCOMES_H
#define STANDALONE_TESTS_EXPECTED_OUTCOMES_H

#include "scripted-kvm.h"

typedef enum Outcome {
    NOT_TOLD,       /* none: not listed once the guest's identity is set */
    WRITTEN,        /* listed on both sides, has the guest's value */
    KEPT,           /* listed at the destination, has its reset value */
    LEFT_BEHIND,    /* not listed there, and may stay behind */
    REFUSED,        /* the migration fails and names it */
} Outcome;

extern const char *const outcome_names[];

/*
 * @source and @own: the register in either list, or NULL; not both
 * @value: what the guest had in it at the source
 */
Outcome expected_outcome(const ScriptedKVM *from, const ScriptedKVM *to,
                         const char *name, const ScriptedReg *source,
                         const ScriptedReg *own, uint64_t value);

/* The bits of a written register that the destination must hold. */
uint64_t expected_bits(const ScriptedKVM *from, const ScriptedKVM *to,
                       const char *name);

/* The rows of the tables that were not needed so far, NULL if there is none. */
char *expected_unused(void);

#endif
