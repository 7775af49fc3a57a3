/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The cpreg lists that an ARMCPU owns. */

#include "qemu/osdep.h"
#include "cpreg-cpu.h"

ARMCPRegList arm_cpreg_list_of(ARMCPU *cpu)
{
    return (ARMCPRegList) {
        .indexes = cpu->cpreg_indexes,
        .values = cpu->cpreg_values,
        .len = cpu->cpreg_array_len,
    };
}

void arm_cpreg_vmstate_resize(ARMCPU *cpu, int32_t len)
{
    cpu->cpreg_vmstate_indexes =
        g_renew(uint64_t, cpu->cpreg_vmstate_indexes, len);
    cpu->cpreg_vmstate_values =
        g_renew(uint64_t, cpu->cpreg_vmstate_values, len);
    cpu->cpreg_vmstate_array_len = len;
}

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
