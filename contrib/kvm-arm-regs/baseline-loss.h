/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a host could show a guest, and does not for the sake of its pool. */

#ifndef CONTRIB_KVM_ARM_REGS_BASELINE_LOSS_H
#define CONTRIB_KVM_ARM_REGS_BASELINE_LOSS_H

#include "baseline.h"

typedef struct BaselineLoss {
    uint64_t regidx;        /* 0: the vector lengths */
    char *name;             /* "ID_AA64DFR0_EL1.DebugVer" */
    char *has;
    char *gets;
    GPtrArray *holders;     /* of HostDump: those that have no more than that */
    int holder;             /* the only kind of them; -1 if there are more */
} BaselineLoss;

/* An array of BaselineLoss: what the hosts of kind @i lose. */
GPtrArray *baseline_losses(const Baseline *baseline, guint i);

/* How many kinds lose something: without registers nothing was joined. */
guint baseline_joined(const Baseline *baseline);

/* Hosts that lose the same for the same ones. */
typedef struct BaselineLosers {
    GPtrArray *dumps;       /* of HostDump, which it does not own */
    GPtrArray *losses;      /* of BaselineLoss */
} BaselineLosers;

/* An array of BaselineLosers, in the order of the first host of each. */
GPtrArray *baseline_losers(const Baseline *baseline);

/*
 * An array of BaselineLoss, owned by @losers: what others would keep without
 * the hosts of kind @holder, each name once.
 */
GPtrArray *baseline_held_back(const Baseline *baseline,
                              const GPtrArray *losers, guint holder);

/* The same ones in the same order? */
bool baseline_same_hosts(const GPtrArray *a, const GPtrArray *b);

#endif
