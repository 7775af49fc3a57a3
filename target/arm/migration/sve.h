/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Vectors longer than 1024 bits in the migration stream. */

#ifndef TARGET_ARM_MIGRATION_SVE_H
#define TARGET_ARM_MIGRATION_SVE_H

#include "migration/vmstate.h"
#include "cpu.h"

/*
 * A subsection of cpu/sve: the words of the Z registers above bit 1023.
 * Sent if one of them is not zero.
 */
extern const VMStateDescription vmstate_sve_zreg_top;

/* Before a load: clear the words, since a stream may lack the subsection. */
void arm_sve_pre_load(ARMCPU *cpu);

#endif
