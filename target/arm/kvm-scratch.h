/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A scratch vCPU: one of a VM of its own, made to ask KVM what it would do.
 *
 * It has no interrupt controller and no memory, and runs no instruction.
 */

#ifndef TARGET_ARM_KVM_SCRATCH_H
#define TARGET_ARM_KVM_SCRATCH_H

#include "cpreg-list.h"
#include "cpreg-vcpu-init.h"
#include "cpu.h"

typedef struct KVMScratch KVMScratch;

/**
 * kvm_arm_scratch_new: a scratch vCPU
 * @cpu: the vCPU whose target, features and vector lengths it gets
 *
 * Returns NULL, with an error, if KVM does not make it.
 */
KVMScratch *kvm_arm_scratch_new(ARMCPU *cpu, Error **errp);

/* The same of a vCPU that there is not; @mte: with memory tagging */
KVMScratch *kvm_arm_scratch_new_as(const ARMCPRegVCPUInit *init, bool mte,
                                   Error **errp);
void kvm_arm_scratch_free(KVMScratch *scratch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KVMScratch, kvm_arm_scratch_free)

/*
 * A capability of KVM's that the guest's VM has been given, and that every
 * scratch vCPU's VM shall have from now on.
 */
void kvm_arm_scratch_enable(uint32_t capability);

/* Registers of 32 or 64 bits; 0 or a negative errno. */
int kvm_arm_scratch_get(KVMScratch *scratch, uint64_t regidx, uint64_t *value);
int kvm_arm_scratch_set(KVMScratch *scratch, uint64_t regidx, uint64_t value);

/**
 * kvm_arm_scratch_list: what KVM_GET_REG_LIST enumerates for it now
 *
 * Returns the indexes of all registers in ascending order, a GArray of
 * uint64_t; NULL, with an error, if KVM does not list them.
 */
GArray *kvm_arm_scratch_list(KVMScratch *scratch, Error **errp);

/**
 * kvm_arm_scratch_run: its first KVM_RUN, which ends before an instruction
 *
 * A vCPU with EL2 is left as it is: KVM does not run one without an interrupt
 * controller.
 */
bool kvm_arm_scratch_run(KVMScratch *scratch, Error **errp);

#endif
