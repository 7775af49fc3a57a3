/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The cpreg list of a KVM vCPU: what KVM_GET_REG_LIST enumerates, without the
 * core and SVE registers, which kvm.c moves by hand.
 *
 * This is the ioctl edge: what a list means is decided in cpreg-*.c.  Every
 * register that failed is named in one text, and no pass stops at the first.
 *
 * Beside the list's values, cpreg_values, stands what KVM holds as far as
 * QEMU knows, cpreg_kvm_values: both are set by a read, and a value that KVM
 * holds is not written again.
 */

#ifndef TARGET_ARM_KVM_CPREGS_H
#define TARGET_ARM_KVM_CPREGS_H

#include "cpreg-reconcile.h"
#include "cpu.h"

/**
 * kvm_arm_cpregs_init: build the cpreg list of a new vCPU
 *
 * Replaces the list that was made for TCG, and reads the initial values.
 * Call after KVM_ARM_VCPU_INIT and KVM_ARM_VCPU_FINALIZE.
 */
bool kvm_arm_cpregs_init(ARMCPU *cpu, Error **errp);

/**
 * kvm_arm_cpregs_get: read every register of the list from KVM
 *
 * A register that KVM has hidden since the list was made leaves the list.
 * Registers that could be read have their new value also on failure.
 */
bool kvm_arm_cpregs_get(ARMCPU *cpu, Error **errp);

/**
 * kvm_arm_cpregs_put: write the registers of the list that KVM holds another
 * value of
 * @level: KVM_PUT_RUNTIME_STATE and so on; the counters are only written with
 *         KVM_PUT_FULL_STATE, since time must not jump in a running guest
 */
bool kvm_arm_cpregs_put(ARMCPU *cpu, int level, Error **errp);

/* Before a save: read the list; the virtual counter is the adjusted one. */
bool kvm_arm_cpregs_pre_save(ARMCPU *cpu, Error **errp);

/**
 * kvm_arm_cpregs_load_identity: first phase of a load
 * @source: the checked list of the stream, with values
 * @refused: a clause is appended for each register that KVM refused
 *
 * Writes the feature ID registers, then the firmware registers and feature
 * bitmaps, where they differ: which other registers exist follows from them
 * (Linux Documentation/virt/kvm/api.rst, KVM_ARM_VCPU_INIT).  Then lists
 * the registers anew.  After the first KVM_RUN a change is refused (EBUSY).
 *
 * Returns false, with an error, if KVM does not list its registers.
 */
bool kvm_arm_cpregs_load_identity(ARMCPU *cpu, const ARMCPRegList *source,
                                  GString *refused, Error **errp);

/**
 * kvm_arm_cpregs_load_rest: second phase of a load
 * @report: the stream's list reconciled with the one after the first phase
 * @refused: a clause is appended for each register that KVM refused
 *
 * Writes what is in both lists, and is not identity, from the vCPU's list.
 * If nothing was refused in either phase, brings QEMU's own view up to date.
 */
void kvm_arm_cpregs_load_rest(ARMCPU *cpu, const ARMCPRegReport *report,
                              GString *refused);

#endif
