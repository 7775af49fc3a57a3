/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Make the baseline of hosts. */

#ifndef CONTRIB_KVM_ARM_REGS_SRC_BASELINE_MAKE_H
#define CONTRIB_KVM_ARM_REGS_SRC_BASELINE_MAKE_H

#include "baseline.h"

/**
 * baseline_make: the baseline of hosts, and of baselines
 * @dumps: of HostDump, at least one, each without baseline_fault()
 * @impls: allow different CPUs, and give the guest the list of them; also set
 *         if one of the @dumps is a baseline with such a list
 */
Baseline *baseline_make(GPtrArray *dumps, bool impls);

#endif
