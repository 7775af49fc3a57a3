/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The virtual counter of a guest that stops, and goes on (kvm-no-adjvtime). */

#ifndef TARGET_ARM_KVM_VTIME_H
#define TARGET_ARM_KVM_VTIME_H

#include "cpu.h"

/*
 * Read the virtual counter when the guest stops; write it before the guest goes
 * on.  If KVM refuses either, both only warn: the guest sees the time for which
 * it was stopped.
 */
void kvm_arm_vtime_get(ARMCPU *cpu);
void kvm_arm_vtime_put(ARMCPU *cpu);

#endif
