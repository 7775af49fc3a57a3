/* SPDX-License-Identifier: GPL-2.0-or-later */
/* target/arm/kvm_arm.h, as far as the edge uses it. */

#ifndef STANDALONE_INCLUDE_KVM_ARM_H
#define STANDALONE_INCLUDE_KVM_ARM_H

#include "cpu.h"

bool kvm_arm_el2_supported(void);
void kvm_arm_set_init_features(ARMCPU *cpu);

#endif
