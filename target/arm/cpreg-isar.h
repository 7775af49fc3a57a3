/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * QEMU's own view of what a guest reads in the registers that do not change:
 * ARMCPU's isar, midr, revidr, ctr, ccsidr and psci_version.
 */

#ifndef TARGET_ARM_CPREG_ISAR_H
#define TARGET_ARM_CPREG_ISAR_H

#include "cpu.h"

/**
 * arm_cpreg_set_isar: the guest gets other bits than the host's
 * @regidx: any KVM register index
 * @mask: the bits that are given
 * @value: their value, which KVM has taken or has been found to take
 *
 * Fields that follow from options of the CPU or from what QEMU emulates (SVE,
 * MTE, pointer authentication, EL2, ...) keep their value: arm_cpu_realizefn()
 * sets them, and what KVM_ARM_VCPU_INIT is asked for follows from them.
 * So the order of this and arm_cpu_finalize_features() does not matter.  What
 * a debugger reads in an ID register is settled in arm_cpu_realizefn() by
 * register_cp_regs_for_features(): call this before that.
 *
 * Returns false if QEMU does not keep this register.
 */
bool arm_cpreg_set_isar(ARMCPU *cpu, uint64_t regidx, uint64_t mask,
                        uint64_t value);

#endif
