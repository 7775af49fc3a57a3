/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The feature ID registers as KVM has them for a guest: what a new vCPU reads,
 * and which bits of it a user may choose.
 *
 * About the registers with op0 3, op1 0, 1 or 3, CRn 0, CRm 0 to 7: the ID
 * registers, CLIDR_EL1, CTR_EL0, MIDR_EL1, REVIDR_EL1 and AIDR_EL1.  KVM is
 * asked once, when the first caller wants to know, and once more where it
 * failed; it needs no vCPU for it.
 */

#ifndef TARGET_ARM_KVM_ID_MASKS_H
#define TARGET_ARM_KVM_ID_MASKS_H

/**
 * kvm_arm_id_writable: the bits that KVM lets a user choose before a run
 * @regidx: any register
 *
 * 0 for all of them up to Linux 6.6, which cannot tell.  A bit that is set
 * does not mean that KVM takes any value: of an ID register only a safe one,
 * see cpreg-safe.h, and MIDR_EL1, REVIDR_EL1 and AIDR_EL1 only with
 * KVM_CAP_ARM_WRITABLE_IMP_ID_REGS.
 */
uint64_t kvm_arm_id_writable(uint64_t regidx);

/**
 * kvm_arm_id_reset: a new vCPU's value, the limit of what can be chosen
 * @regidx: any register
 * @value: set to it
 *
 * Of a vCPU with all features that this KVM has, less EL2 (which takes others
 * away) and MTE.  A guest with fewer features can have a lower one.
 *
 * Returns 0 or a negative errno: -ENOENT for what is no such register here.
 */
int kvm_arm_id_reset(uint64_t regidx, uint64_t *value);

/* Forget the answers: another kernel is behind KVM's ioctls now. */
void kvm_arm_id_forget(void);

#endif
