/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The options of KVM_ARM_VCPU_INIT in the migration stream of a vCPU.
 *
 * A stream without them loads as before.
 */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "migration/handshake.h"
#include "migration/misc.h"
#include "system/kvm.h"
#include "target/arm/kvm/vcpu-init.h"
#include "vcpu-init.h"

static bool vcpu_init_needed(void *opaque)
{
    return kvm_enabled() && migration_handshake_agreed();
}

static bool vcpu_init_pre_save(void *opaque, Error **errp)
{
    ARMCPU *cpu = opaque;

    cpu->kvm_vmstate_init = arm_cpreg_vcpu_init_of(cpu);
    return true;
}

static bool vcpu_init_post_load(void *opaque, int version_id, Error **errp)
{
    ERRP_GUARD();
    ARMCPU *cpu = opaque;
    g_autoptr(GString) refused = g_string_new(NULL);
    ARMCPRegVCPUInit here;

    if (!kvm_enabled()) {
        return true;        /* only the register list counts */
    }
    here = arm_cpreg_vcpu_init_of(cpu);
    arm_cpreg_vcpu_init_compare(ARM_CPREG_INIT_SOURCE, &cpu->kvm_vmstate_init,
                                &here, refused);
    if (refused->len) {
        error_setg(errp, "cpu %d: the vCPU of the source cannot be restored "
                   "on this host: %s", CPU(cpu)->cpu_index, refused->str);
        migration_load_set_cause(*errp);
        return false;
    }
    return true;
}

const VMStateDescription vmstate_kvm_vcpu_init = {
    .name = "cpu/kvm-vcpu-init",
    .version_id = 1,
    .minimum_version_id = 1,
    .needed = vcpu_init_needed,
    .pre_save_errp = vcpu_init_pre_save,
    .post_load_errp = vcpu_init_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32(kvm_vmstate_init.target, ARMCPU),
        VMSTATE_UINT32_ARRAY(kvm_vmstate_init.features, ARMCPU,
                             ARM_CPREG_FEATURE_WORDS),
        VMSTATE_UINT64(kvm_vmstate_init.sve_vls, ARMCPU),
        VMSTATE_END_OF_LIST()
    }
};
