/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Core, vector and SVE registers that KVM did not give. */

#ifndef TARGET_ARM_KVM_CORE_UNREAD_H
#define TARGET_ARM_KVM_CORE_UNREAD_H

#include "cpu.h"

/**
 * kvm_arm_core_unread: note that a core register could not be read
 * @err: why not; this function frees it
 *
 * While the guest is stopped: warns and returns true.  Until the core registers
 * are read again, none is written, so that the guest can run on; a save fails
 * with the register's name.  Otherwise: returns false with the error.
 */
bool kvm_arm_core_unread(ARMCPU *cpu, Error *err, Error **errp);

#endif
