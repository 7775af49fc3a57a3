/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A scratch vCPU, in a VM of its own, to find out what KVM would do.
 *
 * It has the machine's interrupt controller and no memory, and runs no
 * instruction.  kvm_arm_create_scratch_host_vcpu() is for another purpose: it
 * has none of the guest's features, no interrupt controller, and no Error.
 */

#ifndef TARGET_ARM_KVM_SCRATCH_H
#define TARGET_ARM_KVM_SCRATCH_H

#include "target/arm/cpreg/load.h"
#include "target/arm/cpreg/vcpu-init.h"
#include "cpu.h"

typedef struct KVMScratch {
    /*
     * Its registers.  The first run ends before the first instruction.  KVM
     * does not run a vCPU with EL2 without an interrupt controller of its own:
     * first_run is NULL then.
     */
    ARMCPRegTarget target;
} KVMScratch;

/**
 * kvm_arm_scratch_new: make a scratch vCPU
 * @cpu: has the target, features and vector lengths that it gets
 *
 * Returns NULL, with an error, on failure.
 */
KVMScratch *kvm_arm_scratch_new(ARMCPU *cpu, Error **errp);

/*
 * The same from @init instead of a vCPU; @mte: with memory tagging; @irqchip:
 * with the machine's interrupt controller.
 */
KVMScratch *kvm_arm_scratch_new_as(const ARMCPRegVCPUInit *init, bool mte,
                                   bool irqchip, Error **errp);
void kvm_arm_scratch_free(KVMScratch *scratch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KVMScratch, kvm_arm_scratch_free)

/*
 * The SVE vector lengths that KVM gives a vCPU on this host, bit n for
 * (n + 1) * 128 bits.  Returns 0, with an error, if KVM does not say.
 */
uint64_t kvm_arm_host_sve_vls(Error **errp);

/* Enable a capability of KVM in the VM of each scratch vCPU from now on. */
void kvm_arm_scratch_enable(uint32_t capability);

#endif
