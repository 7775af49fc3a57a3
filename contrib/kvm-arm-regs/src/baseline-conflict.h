/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A value that some hosts of a baseline cannot have, in words. */

#ifndef CONTRIB_KVM_ARM_REGS_SRC_BASELINE_CONFLICT_H
#define CONTRIB_KVM_ARM_REGS_SRC_BASELINE_CONFLICT_H

#include "baseline.h"

/* Add a conflict for @reg of the pool, or for each field that is one. */
void baseline_add_value_conflict(Baseline *baseline, const HostReg *reg);

#endif
