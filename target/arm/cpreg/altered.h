/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Harmless alterations: values that KVM may hold instead of the written one.
 *
 * Some writes succeed, and KVM then holds another value.  This is an error
 * unless rows of altered.h.inc cover each bit that differs.  The rows are about
 * fields that the guest cannot use, read-only state, and features that KVM
 * showed but never had.
 *
 * Only the model of a kernel uses the Linux releases in the rows.  With a real
 * kernel, the value that it holds decides.
 */

#ifndef TARGET_ARM_CPREG_ALTERED_H
#define TARGET_ARM_CPREG_ALTERED_H

#include "list.h"
#include "names.h"

/* A release of Linux as a number that can be compared. */
#define ARM_CPREG_LINUX(major, minor)   ((major) << 8 | (minor))

/* One row of altered.h.inc; each condition that is set must hold. */
typedef struct ARMCPRegAlteration {
    uint64_t first;                 /* the registers that the row is about */
    uint64_t last;
    uint64_t bits;                  /* which may differ */
    bool any_held;                  /* KVM holds anything in them... */
    uint64_t held;                  /* ...or these of @bits */
    bool has_written;               /* @written was written to them */
    uint64_t written;
    const ARMCPRegField *field;     /* the guest's field is @equal... */
    uint64_t equal;
    uint64_t below;                 /* ...or, where not 0, less than @below */
    bool beyond_n;                  /* of @bits, no counter of the guest's */
    bool guest_only;                /* the guest reads it, ioctls do not */
    bool at_run;                    /* not before the first KVM_RUN */
    unsigned since;                 /* from this Linux release on */
    unsigned until;                 /* before this release; 0 for no end */
    const char *why;
    const char *kernel;
} ARMCPRegAlteration;

/* The table in altered.h.inc. */
extern const ARMCPRegAlteration arm_cpreg_alterations[];
extern const size_t arm_cpreg_alterations_len;

/**
 * arm_cpreg_alteration: may KVM hold @held where @written was written?
 * @guest: the guest's checked list, with values; the rows' conditions depend
 *         on its ID registers and PMCR_EL0
 * @regidx: the register
 * @written: the value of the guest
 * @held: the value that KVM returns
 * @why: set to the reason of the first row that applies, or to NULL; may be
 *       NULL
 *
 * Do not ask about counters of time: no row is about them.
 *
 * Returns true if rows cover every bit that differs.
 */
bool arm_cpreg_alteration(const ARMCPRegList *guest, uint64_t regidx,
                          uint64_t written, uint64_t held, const char **why);

#endif
