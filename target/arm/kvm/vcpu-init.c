/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What KVM_ARM_VCPU_INIT is given for a vCPU. */

#include "qemu/osdep.h"
#include "vcpu-init.h"

ARMCPRegVCPUInit arm_cpreg_vcpu_init_of(ARMCPU *cpu)
{
    ARMCPRegVCPUInit init = { .target = cpu->kvm_target };

    memcpy(init.features, cpu->kvm_init_features, sizeof(init.features));
    init.features[0] &= ~(1u << ARM_CPREG_FEATURE_POWER_OFF);
    if (arm_cpreg_has_feature(&init, ARM_CPREG_FEATURE_SVE)) {
        init.sve_vls = cpu->sve_vq.map;
    }
    return init;
}
