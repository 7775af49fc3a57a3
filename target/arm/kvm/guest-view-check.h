/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Write a guest view to a vCPU, and say what is refused. */

#ifndef TARGET_ARM_KVM_GUEST_VIEW_CHECK_H
#define TARGET_ARM_KVM_GUEST_VIEW_CHECK_H

#include "target/arm/cpreg/load.h"
#include "cpu.h"

/* Append to @text: the value of a register is refused, and why. */
void kvm_arm_guest_view_append(GString *text, uint64_t regidx, uint64_t wanted,
                               uint64_t possible, const char *why);

/**
 * kvm_arm_guest_view_put: write the values that KVM does not have yet
 * @values: what kvm_arm_guest_view_values() returned
 * @trial: the fixed registers of the baseline, for a first try; NULL after it
 * @late: the VM may have run
 * @refused: what is refused is appended
 *
 * A first try checks each value by the rules of its fields and by the bits
 * that KVM lets a user set, so that @refused says what is possible.  Then it
 * writes the value and reads it back.
 *
 * A VM that has run keeps its ID registers: they can be those of a guest that
 * came by migration, and a refusal to change them is no error.
 *
 * Returns 0 or the first error, which does not stop it.
 */
int kvm_arm_guest_view_put(ARMCPRegTarget *target, const GArray *values,
                           const ARMCPRegList *trial, bool late,
                           GString *refused);

/*
 * Write the guest view of a CPU without a vCPU to a scratch vCPU, and run it.
 * One error names everything that this host cannot provide.
 */
bool kvm_arm_guest_view_try(ARMCPU *cpu, const GArray *values, Error **errp);

#endif
