/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Can a guest be shown what the user has chosen? Asked of a scratch vCPU. */

#ifndef TARGET_ARM_KVM_IDENTITY_CHECK_H
#define TARGET_ARM_KVM_IDENTITY_CHECK_H

#include "kvm-identity.h"

/**
 * kvm_arm_identity_append: one more clause about a value
 * @text: the clauses so far; they are set apart by "; "
 * @regidx: the register
 * @wanted, @possible: the values
 * @why: what stands against it
 */
void kvm_arm_identity_append(GString *text, uint64_t regidx, uint64_t wanted,
                             uint64_t possible, const char *why);

/**
 * kvm_arm_identity_try: put the choice on a scratch vCPU
 * @cpu: one that has no vCPU yet
 * @init: what KVM_ARM_VCPU_INIT is going to be given for it
 * @chosen: what kvm_arm_identity_chosen() returned
 * @label: what the error is about
 *
 * Each value is checked by the rules of its fields and by the bits that this
 * kernel lets a user choose, so that the error says what is possible, then by
 * KVM.
 * All that is not possible is in one error.
 */
bool kvm_arm_identity_try(ARMCPU *cpu, const ARMCPRegVCPUInit *init,
                          const GArray *chosen, const char *label,
                          Error **errp);

#endif
