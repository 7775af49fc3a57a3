/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The manifest of an Arm KVM guest in the migration stream.
 *
 * A section before RAM has the manifest of the first vCPU: all vCPUs of a
 * machine are created alike.  It is sent if the destination agreed in the
 * handshake (migration/handshake.h), or if the guest requires the check.  A
 * destination loads it in any case.
 */

#ifndef TARGET_ARM_MIGRATION_MANIFEST_H
#define TARGET_ARM_MIGRATION_MANIFEST_H

#include "cpu.h"

/* Provide the section; call with each new KVM vCPU. */
void arm_cpreg_manifest_provide(ARMCPU *cpu);

#endif
