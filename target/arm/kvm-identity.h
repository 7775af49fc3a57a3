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

#include "cpreg-load.h"
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

/* "1.1" */
char *kvm_arm_psci_version_name(uint32_t version);

/* Bits of a register, beside those that a list of KVMWanted has of it. */
void kvm_arm_identity_want(GArray *list, uint64_t regidx, uint64_t mask,
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

/*
 * kvm-identity-check.c
 *
 * One more clause of a text about a value, and what stands against it.
 */
void kvm_arm_identity_append(GString *text, uint64_t regidx, uint64_t wanted,
                             uint64_t possible, const char *why);

/**
 * kvm_arm_identity_put: write what differs
 * @chosen: what kvm_arm_identity_chosen() returned
 * @trial: what the baseline has of fixed registers: each value is checked by
 *         the rules of its fields and by the bits that this kernel lets a user
 *         choose, so that @refused says what is possible, then by KVM, and
 *         read back; NULL after a trial, which has said all that
 * @late: the VM may have run: it can have values of a guest from elsewhere,
 *        and KVM keeps them
 *
 * Returns 0 or the first error, which does not end it.
 */
int kvm_arm_identity_put(ARMCPRegTarget *target, const GArray *chosen,
                         const ARMCPRegList *trial, bool late,
                         GString *refused);

/*
 * Put the choice of a CPU that has no vCPU yet on a scratch vCPU, and run it.
 * All that is not possible is in one error.
 */
bool kvm_arm_identity_try(ARMCPU *cpu, const GArray *chosen, Error **errp);

/**
 * kvm_arm_add_sysreg_properties: kvm-sysreg-properties.c
 * @cpu: one that is being made; its class gets them, with the first CPU
 *
 * SYSREG_<register>_<field>: a field of an ID register that shall have another
 * value than the host's.  There is one for each field in cpreg-fields.h.inc
 * that KVM lets a user choose, with the names there:
 * SYSREG_ID_AA64DFR0_EL1_DebugVer.  So a property that there is can be set.
 * Not for MIDR_EL1 and CLIDR_EL1, which say nothing by their fields, and not
 * for what KVM fills in by the interrupt controller.
 *
 * A value is checked as it is set, by the rules of cpreg-safe.h.  KVM may still
 * refuse it when the vCPU is made: what is possible can be less on a CPU with
 * other options.
 */
void kvm_arm_add_sysreg_properties(ARMCPU *cpu);

#endif
