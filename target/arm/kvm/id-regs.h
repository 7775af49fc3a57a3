/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The feature ID registers in KVM: what a new vCPU has, and which bits a user
 * may set.
 *
 * These are the registers with op0 3, op1 0, 1 or 3, CRn 0 and CRm 0 to 7: the
 * ID registers, CLIDR_EL1, CTR_EL0, MIDR_EL1, REVIDR_EL1 and AIDR_EL1.  KVM is
 * asked at the first call, and again at the next call if that failed.  There
 * need not be a vCPU.
 */

#ifndef TARGET_ARM_KVM_ID_REGS_H
#define TARGET_ARM_KVM_ID_REGS_H

/**
 * kvm_arm_id_writable: the bits that KVM lets a user set before a run
 * @regidx: any register
 *
 * Linux up to 6.6 cannot tell: 0.  KVM does not accept every value of such a
 * bit: in ID registers only a safe one, see cpreg/safe.h, and MIDR_EL1,
 * REVIDR_EL1 and AIDR_EL1 need KVM_CAP_ARM_WRITABLE_IMP_ID_REGS.
 */
uint64_t kvm_arm_id_writable(uint64_t regidx);

/**
 * kvm_arm_id_reset: a new vCPU's value, which limits what a user can set
 * @regidx: any register
 * @value: set to it
 *
 * The vCPU has all features that this KVM offers, except MTE and EL2, which
 * hides others.  A guest with fewer features can have lower values.
 *
 * Returns 0 or a negative errno: -ENOENT if this KVM does not list it.
 */
int kvm_arm_id_reset(uint64_t regidx, uint64_t *value);

/* For tests: forget what KVM has answered. */
void kvm_arm_id_forget(void);

#endif
