/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Give a KVM vCPU back what it was before a load that failed. */

#ifndef TARGET_ARM_KVM_UNDO_H
#define TARGET_ARM_KVM_UNDO_H

#include "cpu.h"

/**
 * kvm_arm_cpregs_begin_load: keep the vCPU for kvm_arm_cpregs_undo_load()
 *
 * Call before a load changes anything.
 */
void kvm_arm_cpregs_begin_load(ARMCPU *cpu);

/**
 * kvm_arm_cpregs_undo_load: put back what the vCPU was before its load
 *
 * Called when a load has failed, in this vCPU or elsewhere.  Also puts back
 * registers of the VM.  The vCPU must not run until it is reset or loaded: QEMU
 * has the stream's values of its other registers.  Does nothing if the load of
 * this vCPU has not begun.
 */
void kvm_arm_cpregs_undo_load(ARMCPU *cpu);

#endif
