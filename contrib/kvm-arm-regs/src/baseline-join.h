/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The values of a baseline. */

#ifndef CONTRIB_KVM_ARM_REGS_SRC_BASELINE_JOIN_H
#define CONTRIB_KVM_ARM_REGS_SRC_BASELINE_JOIN_H

#include "baseline.h"

/* Join the registers of hosts with equal vCPUs into @baseline's pool. */
void baseline_join(Baseline *baseline, bool with_list);

#endif
