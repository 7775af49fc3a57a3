/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a KVM guest is shown of its CPU where the user chooses it.
 *
 * By a baseline (kvm-baseline), by single fields (SYSREG_...), by a list of
 * implementations (x-target-impl-cpus) and by the PSCI version.  All of it is
 * put into KVM right after KVM_ARM_VCPU_INIT, before anybody could look, and
 * into QEMU's own view before that.  A machine has one set.
 */

#ifndef TARGET_ARM_KVM_IDENTITY_H
#define TARGET_ARM_KVM_IDENTITY_H

#include "cpu.h"
#include "kvm-baseline.h"
#include "kvm-impl-cpus.h"

typedef struct KVMIdentity {
    ARMKVMBaseline *baseline;   /* kvm-baseline, or NULL */
    GArray *wanted;             /* of KVMWanted: single fields */
    GArray *impls;              /* x-target-impl-cpus, or NULL */
    uint32_t psci_version;      /* kvm-psci-version, or 0 */
} KVMIdentity;

/* Bits of a register that shall have a value. */
typedef struct KVMWanted {
    uint64_t regidx;
    uint64_t mask;
    uint64_t value;             /* within the mask */
} KVMWanted;

/* Give a CPU its properties; they go when it goes. */
void kvm_arm_identity_add_properties(ARMCPU *cpu);

/* True, with an error about property @name, if the CPU is realized. */
bool kvm_arm_identity_is_late(Object *obj, const char *name, Error **errp);

/* Bits of a register that the user wants, beside those wanted before. */
void kvm_arm_identity_want(ARMCPU *cpu, uint64_t regidx, uint64_t mask,
                           uint64_t value);

/**
 * kvm_arm_identity_chosen: all that the user has chosen for a CPU
 *
 * Returns an array of KVMWanted, each register once: identity registers in
 * ascending order, then the others; without the PSCI version of
 * kvm-psci-version.  Bits that KVM fills in by the interrupt controller are
 * in no mask.
 */
GArray *kvm_arm_identity_chosen(ARMCPU *cpu);

/* The entry of a register in such an array, NULL if there is none. */
KVMWanted *kvm_arm_identity_find(GArray *list, uint64_t regidx);

/* The implementations that the guest is told of; NULL for none. */
GArray *kvm_arm_identity_impls(ARMCPU *cpu);

/* "baseline pool (pool.json)", or the names of properties; NULL for nothing */
char *kvm_arm_identity_label(ARMCPU *cpu);

/**
 * kvm_arm_identity_finalize: before a vCPU is made
 *
 * Call when all properties are set, and the features that follow from them.
 * For the first vCPU, prepares the VM for the list of implementations, and
 * tries the choice on a scratch vCPU: what is not possible here is told before
 * anything was changed.  For another one, checks that it is to be what the
 * first one is.  Then QEMU's own view gets the values.
 */
bool kvm_arm_identity_finalize(ARMCPU *cpu, Error **errp);

/**
 * kvm_arm_identity_init: put all of it into a new vCPU
 *
 * Call after KVM_ARM_VCPU_INIT and KVM_ARM_VCPU_FINALIZE, before the first
 * KVM_RUN and before the register list is read, which follows from it.
 */
bool kvm_arm_identity_init(ARMCPU *cpu, Error **errp);

/**
 * kvm_arm_identity_reset: put back what KVM_ARM_VCPU_INIT has reset
 * @ret: what it returned
 *
 * Linux keeps the VM's ID registers; up to 6.9 it makes up CLIDR_EL1 anew
 * (e016333745c7), also where a guest starts a vCPU by itself, by PSCI.
 *
 * Returns @ret if that is an error, else 0 or a negative errno.
 */
int kvm_arm_identity_reset(ARMCPU *cpu, int ret);

#endif
