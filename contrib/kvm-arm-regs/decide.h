/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Can a guest of one host go on at another?
 *
 * Decided as QEMU does when the guest arrives, by the same code.  Where QEMU
 * asks KVM whether it takes a value, this asks the model of KVM instead, which
 * has nothing but the destination's dump to go by.
 */

#ifndef CONTRIB_KVM_ARM_REGS_DECIDE_H
#define CONTRIB_KVM_ARM_REGS_DECIDE_H

#include "host-dump.h"

/* In the order of their weight: the highest one of a decision counts. */
typedef enum Outcome {
    /* Missing in the source's list: keeps its value, or what a rule says. */
    OUTCOME_KEPT,
    /* KVM takes the source's value, which is not the one of a new vCPU. */
    OUTCOME_TAKEN,
    /* Not listed by the destination, and a rule lets it stay behind. */
    OUTCOME_LEFT_BEHIND,
    /* Nothing in the two files decides it: treat it as refused. */
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

typedef struct Decision {
    Verdict verdict;
    GArray *findings;       /* of Finding, in the order they were made */
} Decision;

/**
 * decide: what becomes of a guest that moves
 * @source: where it was started: as a new vCPU there is
 * @destination: the other host
 */
Decision *decide(const HostDump *source, const HostDump *destination);

void decision_free(Decision *decision);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Decision, decision_free)

#endif
