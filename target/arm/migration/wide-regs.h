/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Wide registers in the migration stream of a vCPU. */

#ifndef TARGET_ARM_MIGRATION_WIDE_REGS_H
#define TARGET_ARM_MIGRATION_WIDE_REGS_H

#include "migration/vmstate.h"
#include "cpu.h"

/*
 * A subsection of cpu: the registers that are neither 32 nor 64 bits wide.
 * Sent if KVM lists any.
 */
extern const VMStateDescription vmstate_kvm_wide_regs;

/* Forget the wide registers of a stream. */
void arm_cpreg_forget_wide(ARMCPU *cpu);

#endif
