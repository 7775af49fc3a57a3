/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What KVM does with a register, by the kernel's release.
 *
 * QEMU asks the kernel.  The model answers where there is no kernel to ask:
 * between two dumps, and in the scripted kernel of the tests.  It is derived
 * from Linux (Documentation/virt/kvm/api.rst and arm/, sys_regs.c and
 * hypercalls.c of arch/arm64/kvm, the ftr tables of
 * arch/arm64/kernel/cpufeature.c) and from the behaviour of real kernels, 5.10
 * to 7.3.  It treats an older or newer kernel like the nearest of these.
 */

#ifndef CONTRIB_KVM_ARM_REGS_SRC_KVM_MODEL_H
#define CONTRIB_KVM_ARM_REGS_SRC_KVM_MODEL_H

#include "kvm-model-types.h"

/* KERNEL(6, 18) of "6.18.15+deb13-cloud-arm64"; 0 if it is not a release. */
unsigned kvm_model_kernel(const char *release);

/**
 * kvm_model_set: a write by user space
 * @vcpu: the vCPU; its PMU and its timers are not modelled
 * @reg: the register, which KVM lists
 * @wanted: the value that is written
 * @value: set to the value that KVM then has, on success
 *
 * Returns 0 or a negative errno.
 */
int kvm_model_set(const KVMModelVCPU *vcpu, const KVMModelReg *reg,
                  uint64_t wanted, uint64_t *value);

/* Does kvm_model_set() need the mask of this register, or CTR_EL0? */
bool kvm_model_needs_mask(unsigned kernel, uint64_t regidx);
bool kvm_model_needs_ctr(unsigned kernel, uint64_t regidx);

/**
 * kvm_model_gate: the field that hides a register
 *
 * While this field of an ID register is 0, KVM neither lists the register nor
 * reads or writes it.  NULL if nothing hides it.
 */
const KVMModelField *kvm_model_gate(unsigned kernel, uint64_t regidx);

/*
 * The first KVM_RUN of a VM with these registers, in any order: KVM changes
 * the @values of feature ID registers that do not fit together.
 */
void kvm_model_first_run(unsigned kernel, const uint64_t *indexes,
                         uint64_t *values, size_t len);

#endif
