/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Load the register list of a stream into a KVM vCPU. */

#ifndef TARGET_ARM_KVM_LOAD_H
#define TARGET_ARM_KVM_LOAD_H

#include "target/arm/cpreg/load.h"
#include "cpu.h"

/**
 * kvm_arm_cpregs_load: load the list of a stream by arm_cpreg_load()
 * @source: the checked list, with values; wide registers are in
 *          cpreg_vmstate_wide
 * @load: a new one; gets the outcome of each register
 *
 * If nothing is refused, also updates QEMU's own view of the CPU.
 *
 * Returns false, with an error, if KVM does not list its registers.
 */
bool kvm_arm_cpregs_load(ARMCPU *cpu, const ARMCPRegList *source,
                         ARMCPRegLoad *load, Error **errp);

/* The same without QEMU's own view, for any list and its wide registers. */
bool kvm_arm_cpregs_load_list(ARMCPU *cpu, const ARMCPRegList *source,
                              GPtrArray *wide, ARMCPRegLoad *load,
                              Error **errp);

#endif
