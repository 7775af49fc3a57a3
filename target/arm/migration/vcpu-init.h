/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options of KVM_ARM_VCPU_INIT in the migration stream of a vCPU. */

#ifndef TARGET_ARM_MIGRATION_VCPU_INIT_H
#define TARGET_ARM_MIGRATION_VCPU_INIT_H

#include "migration/vmstate.h"

/*
 * A subsection of cpu.  It is sent if the destination agreed in the handshake
 * (migration/handshake.h), and loaded in any case.  A destination refuses the
 * guest if target, features or vector lengths of its vCPU differ.
 */
extern const VMStateDescription vmstate_kvm_vcpu_init;

#endif
