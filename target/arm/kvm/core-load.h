/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Core, vector and SVE registers: a load writes them before it ends. */

#ifndef TARGET_ARM_KVM_CORE_LOAD_H
#define TARGET_ARM_KVM_CORE_LOAD_H

#include "cpu.h"

/**
 * kvm_arm_core_load: write the core registers of a load to KVM
 *
 * Call before the load ends.  The error names the register that KVM refuses,
 * and its value.
 */
bool kvm_arm_core_load(ARMCPU *cpu, Error **errp);

/*
 * Has kvm_arm_core_load() written the core registers, so that only the list is
 * left to write at the end of a load?  True once after each load.
 */
bool kvm_arm_core_is_loaded(ARMCPU *cpu, int level);

#endif
