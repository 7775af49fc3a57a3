/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Preflight of Arm KVM guests in the migration stream.
 *
 * A section before RAM has the manifest of the first vCPU, for all of them: the
 * vCPUs of a machine are made alike.  It is sent to a destination that knows
 * it, or where the user has chosen what the guest sees, and taken always.
 */

#ifndef TARGET_ARM_CPREG_PREFLIGHT_H
#define TARGET_ARM_CPREG_PREFLIGHT_H

#include "cpu.h"

/* Have the section in streams; call with each KVM vCPU that is made. */
void arm_cpreg_preflight_provide(ARMCPU *cpu);

#endif
