/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ioctls of a VM, answered by the scripted kernel that kvm_state points
 * to: KVM_CHECK_EXTENSION as recorded, KVM_ARM_GET_REG_WRITABLE_MASKS,
 * KVM_ARM_PREFERRED_TARGET, KVM_CAP_ARM_WRITABLE_IMP_ID_REGS and the SMCCC
 * filter.  kvm_arm_scratch_new_as() creates a scratch vCPU of that kernel.
 */

#ifndef STANDALONE_KVM_SCRIPTED_VM_H
#define STANDALONE_KVM_SCRIPTED_VM_H

#include "scripted-kvm.h"
#include "system/kvm.h"
#include "target/arm/kvm/scratch.h"

typedef struct ScriptedVM {
    unsigned masks_asked;   /* calls of KVM_ARM_GET_REG_WRITABLE_MASKS */
    int masks_error;        /* the error that it returns; 0 for success */
    int target_error;       /* the same for KVM_ARM_PREFERRED_TARGET */
    struct kvm_smccc_filter filter;     /* KVM_ARM_VM_SMCCC_FILTER, if set */
    uint32_t scratch_cap;   /* of kvm_arm_scratch_enable(); 0 for none */
} ScriptedVM;

extern ScriptedVM scripted_vm;

/* A scratch vCPU of @parent's kernel; @parent keeps the calls. */
KVMScratch *scripted_scratch_new(ScriptedKVM *parent, bool irqchip,
                                 Error **errp);

/* kvm_state is a new VM of this kernel from now on. */
void scripted_vm_new(ScriptedKVM *kvm);

#endif
