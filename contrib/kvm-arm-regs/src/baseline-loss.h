/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a host could show a guest, but does not in its pool. */

#ifndef CONTRIB_KVM_ARM_REGS_SRC_BASELINE_LOSS_H
#define CONTRIB_KVM_ARM_REGS_SRC_BASELINE_LOSS_H

#include "baseline.h"

typedef struct BaselineLoss {
    uint64_t regidx;        /* 0: the vector lengths */
    char *name;             /* "ID_AA64DFR0_EL1.DebugVer" */
    char *has;
    char *gets;
    GPtrArray *holders;     /* of HostDump: those that have only this much */
    int holder;             /* their kind; -1 if there are several */
} BaselineLoss;

/* What the hosts of kind @i lose, an array of BaselineLoss. */
GPtrArray *baseline_losses(const Baseline *baseline, guint i);

/* The number of kinds; 0 if their registers were not joined. */
guint baseline_joined(const Baseline *baseline);

/* Hosts that lose the same to the same hosts. */
typedef struct BaselineLosers {
    GPtrArray *dumps;       /* of HostDump, owned by the caller */
    GPtrArray *losses;      /* of BaselineLoss */
} BaselineLosers;

/* An array of BaselineLosers, ordered by their first hosts. */
GPtrArray *baseline_losers(const Baseline *baseline);

/*
 * What other hosts would keep without those of kind @holder, each name once:
 * an array of BaselineLoss, owned by @losers.
 */
GPtrArray *baseline_held_back(const Baseline *baseline,
                              const GPtrArray *losers, guint holder);

/* Are these the same hosts in the same order? */
bool baseline_same_hosts(const GPtrArray *a, const GPtrArray *b);

#endif
