/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guest view: what the user set of what a KVM guest sees of its CPU.
 *
 * It comes from a baseline (kvm-baseline), single fields (SYSREG_...) and a
 * list of CPU implementations (x-target-impl-cpus).  All CPUs of a machine have
 * the same guest view, and the same PSCI version (kvm-psci-version).
 */

#ifndef TARGET_ARM_KVM_GUEST_VIEW_H
#define TARGET_ARM_KVM_GUEST_VIEW_H

#include "cpu.h"
#include "baseline.h"

/* For cpu.c and kvm.c: guest-view-properties.c and guest-view-apply.c */

/* Add the properties to a CPU; freed with it. */
void kvm_arm_guest_view_add_properties(ARMCPU *cpu);

/**
 * kvm_arm_guest_view_finalize: before a vCPU is created
 *
 * Call when all properties and the features that follow from them are set.
 *
 * For the first CPU, prepares the VM for a list of implementations and tries
 * the guest view on a scratch vCPU.  So a guest view that this host cannot
 * provide is refused before anything has changed.  For the other CPUs, checks
 * that they have the guest view of the first.  Then updates QEMU's own copy of
 * the ID registers.
 */
bool kvm_arm_guest_view_finalize(ARMCPU *cpu, Error **errp);

/**
 * kvm_arm_guest_view_init: write the guest view to a new vCPU
 *
 * Call after KVM_ARM_VCPU_INIT and KVM_ARM_VCPU_FINALIZE, and before the first
 * KVM_RUN.  The register list follows from the guest view: read it afterwards.
 */
bool kvm_arm_guest_view_init(ARMCPU *cpu, Error **errp);

/**
 * kvm_arm_guest_view_reset: write back what KVM_ARM_VCPU_INIT has reset
 * @ret: what KVM_ARM_VCPU_INIT returned
 *
 * Linux keeps the VM's ID registers.  Up to 6.9 it computes CLIDR_EL1 anew
 * (e016333745c7), also where a guest starts a vCPU by PSCI.
 *
 * Returns @ret if that is an error, else 0 or a negative errno.
 */
int kvm_arm_guest_view_reset(ARMCPU *cpu, int ret);

/* For the other files of the guest view: guest-view.c */

typedef struct KVMGuestView {
    ARMKVMBaseline *baseline;   /* kvm-baseline, or NULL */
    GArray *wanted;             /* of KVMGuestViewValue: single fields */
    GArray *impls;              /* x-target-impl-cpus, or NULL */
} KVMGuestView;

/* Bits of a register, and the value that they shall have. */
typedef struct KVMGuestViewValue {
    uint64_t regidx;
    uint64_t mask;
    uint64_t value;             /* within the mask */
} KVMGuestViewValue;

/* Set bits of a register in a list of KVMGuestViewValue. */
void kvm_arm_guest_view_want(GArray *list, uint64_t regidx, uint64_t mask,
                             uint64_t value);

/* The entry of a register in such a list; NULL if there is none. */
KVMGuestViewValue *kvm_arm_guest_view_find(GArray *list, uint64_t regidx);

/**
 * kvm_arm_guest_view_values: all register values of a CPU's guest view
 *
 * Returns an array of KVMGuestViewValue with one entry a register: first the
 * identity registers in ascending order, then the others.  It does not have
 * the PSCI version of kvm-psci-version, nor bits that KVM sets by the
 * interrupt controller.
 */
GArray *kvm_arm_guest_view_values(ARMCPU *cpu);

/* The implementations that the guest is told of; NULL for none. */
GArray *kvm_arm_guest_view_impls(ARMCPU *cpu);

/*
 * Where the register values come from, as a new string: "baseline pool
 * (pool.json)", or the names of properties; NULL if there are none.  The PSCI
 * version of kvm-psci-version does not count.
 */
char *kvm_arm_guest_view_label(ARMCPU *cpu);

#endif
