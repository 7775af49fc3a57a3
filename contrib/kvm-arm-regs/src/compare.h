/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Can a guest move from one host to another?
 *
 * Decided by QEMU's own code, as when the guest arrives.  Where QEMU asks KVM
 * whether it accepts a value, this asks the model of KVM, with what the
 * destination's dump has.
 */

#ifndef CONTRIB_KVM_ARM_REGS_SRC_COMPARE_H
#define CONTRIB_KVM_ARM_REGS_SRC_COMPARE_H

#include "host-dump.h"

/* By weight: the highest one of a comparison decides. */
typedef enum Outcome {
    /* The source does not have it: the reset value, or that of a rule. */
    OUTCOME_KEPT,
    /* KVM accepts the source's value, which differs from a new vCPU's. */
    OUTCOME_TAKEN,
    /* The destination does not have it, and a rule drops it. */
    OUTCOME_DROPPED,
    /* The two files do not decide it: treat it as refused. */
    OUTCOME_UNKNOWN,
    OUTCOME_REFUSED,
} Outcome;

/* "refused" and so on, for JSON and for people. */
extern const char *const outcome_names[];

typedef struct Finding {
    Outcome outcome;
    uint64_t regidx;        /* 0: the vCPU as a whole */
    char *text;             /* "here" is the destination */
} Finding;

typedef enum Verdict {
    VERDICT_COMPATIBLE,
    VERDICT_UNKNOWN,
    VERDICT_REFUSED,
} Verdict;

extern const char *const verdict_names[];

typedef struct Comparison {
    Verdict verdict;
    GArray *findings;       /* of Finding, in the order they were made */
} Comparison;

/**
 * compare_hosts: compare the registers of a guest with those of a host
 * @source: the host where the guest starts, with the registers of a new vCPU
 * @destination: the host to which it moves
 */
Comparison *compare_hosts(const HostDump *source, const HostDump *destination);

void comparison_free(Comparison *comparison);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Comparison, comparison_free)

#endif
