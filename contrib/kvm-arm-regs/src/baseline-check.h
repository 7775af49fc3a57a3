/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Can each host start, and receive, the guests of a baseline? */

#ifndef CONTRIB_KVM_ARM_REGS_SRC_BASELINE_CHECK_H
#define CONTRIB_KVM_ARM_REGS_SRC_BASELINE_CHECK_H

#include "baseline.h"

/* Add a conflict for each value and each move that is not possible. */
void baseline_check(Baseline *baseline);

#endif
