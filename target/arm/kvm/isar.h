/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * QEMU's own copy of registers that a guest cannot change: isar, midr, revidr,
 * ctr, ccsidr and psci_version of ARMCPU.
 */

#ifndef TARGET_ARM_KVM_ISAR_H
#define TARGET_ARM_KVM_ISAR_H

#include "cpu.h"

/**
 * arm_cpreg_set_isar: set bits of QEMU's copy of a register
 * @regidx: any KVM register index
 * @mask: the bits to set
 * @value: their value, which KVM accepts
 *
 * Fields that follow from options of the CPU, or from what QEMU emulates (SVE,
 * MTE, pointer authentication, EL2, ...), keep their value: arm_cpu_realizefn()
 * sets them, and the options of KVM_ARM_VCPU_INIT follow from them.  So the
 * order of this and arm_cpu_finalize_features() does not matter.
 *
 * Call it before register_cp_regs_for_features() in arm_cpu_realizefn(), which
 * decides what a debugger reads in an ID register.
 *
 * Returns false if QEMU has no copy of this register.
 */
bool arm_cpreg_set_isar(ARMCPU *cpu, uint64_t regidx, uint64_t mask,
                        uint64_t value);

#endif
