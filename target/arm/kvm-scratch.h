/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A scratch vCPU: one of a VM of its own, made to ask KVM what it would do.
 *
 * It has the interrupt controller of the machine, and no memory, and runs no
 * instruction.
 */

#ifndef TARGET_ARM_KVM_SCRATCH_H
#define TARGET_ARM_KVM_SCRATCH_H

#include "cpreg-load.h"
#include "cpreg-vcpu-init.h"
#include "cpu.h"

typedef struct KVMScratch {
    /*
     * Its registers.  The first run ends before an instruction; there is none
     * for a vCPU with EL2 without an interrupt controller of KVM's: that one
     * KVM does not run.
     */
    ARMCPRegTarget target;
} KVMScratch;

/**
 * kvm_arm_scratch_new: a scratch vCPU
 * @cpu: the vCPU whose target, features and vector lengths it gets
 *
 * Returns NULL, with an error, if KVM does not make it.
 */
KVMScratch *kvm_arm_scratch_new(ARMCPU *cpu, Error **errp);

/*
 * The same of a vCPU that there is not; @mte: with memory tagging; @irqchip:
 * there is a machine, whose interrupt controller it gets
 */
KVMScratch *kvm_arm_scratch_new_as(const ARMCPRegVCPUInit *init, bool mte,
                                   bool irqchip, Error **errp);
void kvm_arm_scratch_free(KVMScratch *scratch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KVMScratch, kvm_arm_scratch_free)

/*
 * A capability of KVM's that the guest's VM has been given, and that every
 * scratch vCPU's VM shall have from now on.
 */
void kvm_arm_scratch_enable(uint32_t capability);

#endif
