/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Core, vector and SVE registers: an error names the register. */

#ifndef TARGET_ARM_KVM_CORE_REGS_H
#define TARGET_ARM_KVM_CORE_REGS_H

#include "cpu.h"

/*
 * Read or write a register of any size.  Return 0, or a negative errno with an
 * error that names the register and, up to 64 bits, the refused value.
 */
int kvm_arm_get_core_reg(CPUState *cs, uint64_t regidx, void *target,
                         Error **errp);
int kvm_arm_put_core_reg(CPUState *cs, uint64_t regidx, void *source,
                         Error **errp);

#endif
