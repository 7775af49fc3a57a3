/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The cpreg list of a KVM vCPU: what KVM_GET_REG_LIST enumerates, without the
 * core and SVE registers, which kvm.c moves by hand.
 *
 * This is the ioctl edge: what a list means is decided in cpreg-*.c.  All
 * functions name every register that failed in one error, and none stops at
 * the first.
 */

#ifndef TARGET_ARM_KVM_CPREGS_H
#define TARGET_ARM_KVM_CPREGS_H

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
 * Registers that could be read have their new value also on failure.
 */
bool kvm_arm_cpregs_get(ARMCPU *cpu, Error **errp);

/**
 * kvm_arm_cpregs_put: write the registers of the list to KVM
 * @level: KVM_PUT_RUNTIME_STATE and so on; the counters are only written with
 *         KVM_PUT_FULL_STATE, since time must not jump in a running guest
 */
bool kvm_arm_cpregs_put(ARMCPU *cpu, int level, Error **errp);

/* Before a save: read the list; the virtual counter is the adjusted one. */
bool kvm_arm_cpregs_pre_save(ARMCPU *cpu, Error **errp);

/* After a load: write the list, bring QEMU's own view up to date. */
bool kvm_arm_cpregs_post_load(ARMCPU *cpu, Error **errp);

#endif
