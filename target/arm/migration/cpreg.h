/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The cpreg list in the migration stream of a vCPU.
 *
 * The stream has a length, the indexes, and the values.  A load checks the list
 * and reconciles it with the vCPU's own by the rules of cpreg/.
 */

#ifndef TARGET_ARM_MIGRATION_CPREG_H
#define TARGET_ARM_MIGRATION_CPREG_H

#include "cpu.h"

/* Before a load: clear what a stream may lack; keep a KVM vCPU for undo.h. */
void arm_cpreg_pre_load(ARMCPU *cpu);

/**
 * arm_cpreg_pre_save: fill the arrays of the stream
 *
 * Reads the registers first, from KVM or from QEMU's own state.  On failure the
 * error names the registers, and nothing must be sent.
 */
bool arm_cpreg_pre_save(ARMCPU *cpu, Error **errp);

/**
 * arm_cpreg_post_load: load the arrays of the stream
 *
 * Checks the list, writes the identity (KVM), reconciles the list with the
 * vCPU's own, and writes the rest to KVM or to QEMU's own state.  On failure
 * the vCPU must not run; the error names every register that is refused.
 */
bool arm_cpreg_post_load(ARMCPU *cpu, Error **errp);

#endif
