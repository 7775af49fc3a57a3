/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a host could show a guest, and does not for the sake of its pool. */

#ifndef CONTRIB_KVM_ARM_REGS_BASELINE_LOSS_H
#define CONTRIB_KVM_ARM_REGS_BASELINE_LOSS_H

#include "baseline.h"

typedef struct BaselineLoss {
    char *name;             /* "ID_AA64DFR0_EL1.DebugVer" */
    char *has;
    char *gets;
    GPtrArray *holders;     /* of HostDump: those that have no more than that */
    int holder;             /* the only kind of them; -1 if there are more */
} BaselineLoss;

/* An array of BaselineLoss: what the hosts of kind @i lose. */
GPtrArray *baseline_losses(const Baseline *baseline, guint i);

#endif
