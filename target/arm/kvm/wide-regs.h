/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The wide registers of a KVM vCPU, see cpreg/wide.h. */

#ifndef TARGET_ARM_KVM_WIDE_REGS_H
#define TARGET_ARM_KVM_WIDE_REGS_H

#include "cpu.h"

/* A new list of the wide ones among the registers that KVM lists, all 0. */
GPtrArray *kvm_arm_wide_regs_new(const GArray *indexes);

/**
 * kvm_arm_wide_regs_get: read each register of a list from KVM
 * @failed: a clause is appended for each one that cannot be read
 *
 * Returns true if KVM says of one that it has none.
 */
bool kvm_arm_wide_regs_get(ARMCPU *cpu, GPtrArray *list, GString *failed);

/**
 * kvm_arm_wide_regs_put: write the registers of a stream, and read them back
 * @list: the vCPU's list; gets the values that KVM then holds
 * @source: the stream's list; NULL if it has none
 * @refused: a clause is appended for each one that is refused
 *
 * A register that only @list has keeps its value.
 */
void kvm_arm_wide_regs_put(ARMCPU *cpu, GPtrArray *list,
                           const GPtrArray *source, GString *refused);

#endif
