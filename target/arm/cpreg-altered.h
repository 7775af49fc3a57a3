/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Harmless alterations: what KVM may hold instead of the value that was
 * written.
 *
 * KVM takes some values and holds others.  A value that differs from what was
 * written is harm to the guest, unless rows of cpreg-altered.h.inc cover each
 * bit that differs.  The rows are about what the guest cannot use, about
 * read-only state, and about what KVM itself never gave.
 *
 * Linux releases in the rows are for a model of a kernel.  Whoever has a
 * kernel to ask looks at what it holds.
 */

#ifndef TARGET_ARM_CPREG_ALTERED_H
#define TARGET_ARM_CPREG_ALTERED_H

#include "cpreg-names.h"

/* A release of Linux as a number that can be compared. */
#define ARM_CPREG_LINUX(major, minor)   ((major) << 8 | (minor))

/* One row of cpreg-altered.h.inc; each condition that is set must hold. */
typedef struct ARMCPRegAlteration {
    uint64_t first;                 /* the registers it is about */
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
    bool guest_only;                /* the guest reads it, no ioctl does */
    bool at_run;                    /* not before the first KVM_RUN */
    unsigned since;                 /* this release of Linux or a later one */
    unsigned until;                 /* but an earlier one than this; or 0 */
    const char *why;
    const char *kernel;
} ARMCPRegAlteration;

/* The table in cpreg-altered.h.inc. */
extern const ARMCPRegAlteration arm_cpreg_alterations[];
extern const size_t arm_cpreg_alterations_len;

/**
 * arm_cpreg_alteration: may KVM hold @held where @written was written?
 * @guest: the guest's checked list, with the values of its ID registers and
 *         of PMCR_EL0; the conditions of the rows look at them
 * @regidx: the register
 * @written: the value of the guest
 * @held: the value that KVM gives when it is read
 * @why: set to the reason of the first row that applies, or to NULL; may be
 *       NULL
 *
 * The counters of the time are the caller's: no row is about them.
 *
 * Returns true if rows cover every bit that differs.
 */
bool arm_cpreg_alteration(const ARMCPRegList *guest, uint64_t regidx,
                          uint64_t written, uint64_t held, const char **why);

#endif
