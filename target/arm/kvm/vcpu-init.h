/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What KVM_ARM_VCPU_INIT is given for a vCPU. */

#ifndef TARGET_ARM_KVM_VCPU_INIT_H
#define TARGET_ARM_KVM_VCPU_INIT_H

#include "target/arm/cpreg/vcpu-init.h"
#include "cpu.h"

/* What KVM_ARM_VCPU_INIT is given for a KVM vCPU. */
ARMCPRegVCPUInit arm_cpreg_vcpu_init_of(ARMCPU *cpu);

#endif
