/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The vCPU features of the hosts of a baseline: they must be equal. */

#ifndef CONTRIB_KVM_ARM_REGS_SRC_BASELINE_VCPU_H
#define CONTRIB_KVM_ARM_REGS_SRC_BASELINE_VCPU_H

#include "baseline.h"

/* Add a conflict for each part of KVM_ARM_VCPU_INIT that differs. */
void baseline_add_vcpu_conflicts(Baseline *baseline);

/**
 * baseline_feature_text: the name of a feature that differs
 * @bit: KVM_ARM_VCPU_*
 * @pauth: name the two of pointer authentication as one
 *
 * Returns a new string, "pmu-v3"; NULL if another feature names it too, or if
 * it is not compared.
 */
char *baseline_feature_text(unsigned bit, bool pauth);

/* Does this vCPU have both features of pointer authentication, or none? */
bool baseline_is_pauth(const ARMCPRegVCPUInit *init);

/* "@how: kvm-arm-regs dump --cpu-feature pmu=off", as a new string */
char *baseline_feature_remedy(unsigned bit, const char *how, bool on);

#endif
