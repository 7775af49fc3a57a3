/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What KVM_ARM_VCPU_INIT was given, in the migration stream of a vCPU. */

#ifndef TARGET_ARM_CPREG_VCPU_INIT_MIGRATION_H
#define TARGET_ARM_CPREG_VCPU_INIT_MIGRATION_H

#include "migration/vmstate.h"

/*
 * A subsection of cpu, sent where preflight is, see migration/preflight.h, and
 * taken always: a destination whose vCPU was made with another target, other
 * features or other vector lengths refuses the guest.
 */
extern const VMStateDescription vmstate_kvm_vcpu_init;

#endif
