/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The feature ID registers as KVM has them for a guest. */

#include "qemu/osdep.h"
#include <linux/kvm.h>

#include "qapi/error.h"
#include "qemu/error-report.h"
#include "system/kvm.h"
#include "cpreg-names.h"
#include "kvm-id-masks.h"
#include "kvm-scratch.h"
#include "kvm_arm.h"

#define RANGE_SIZE KVM_ARM_FEATURE_ID_RANGE_SIZE

/* In the order of KVM's range. */
static struct {
    bool asked;
    uint64_t bits[RANGE_SIZE];
} writable;

static struct {
    bool asked;
    uint64_t value[RANGE_SIZE];
    int error[RANGE_SIZE];      /* 0 or a negative errno */
} reset;

/* The inverse of KVM_ARM_FEATURE_ID_RANGE_IDX() */
static uint64_t regidx_at(unsigned place)
{
    static const unsigned op1[] = { 0, 1, 3 };

    return ARM_CPREG_ARCH_ARM64 | ARM_CPREG_SIZE_U64 |
           ARM_CPREG_KIND_SYSREG | 3 << 14 | op1[place >> 6] << 11 |
           (place & 0x3f);
}

/* The register's place in the range, or -1. */
static int place_of(uint64_t regidx)
{
    unsigned op1 = regidx >> 11 & 7;
    unsigned place = KVM_ARM_FEATURE_ID_RANGE_IDX(3, op1, 0, regidx >> 3 & 7,
                                                  regidx & 7);

    return place < RANGE_SIZE && regidx_at(place) == regidx ? (int)place : -1;
}

/* Linux Documentation/virt/kvm/api.rst, KVM_ARM_GET_REG_WRITABLE_MASKS */
static void ask_writable(void)
{
    struct reg_mask_range range = {
        .addr = (uintptr_t)writable.bits,
        .range = KVM_ARM_FEATURE_ID_RANGE,
    };
    int ret = 0;

    /* The capability's value is a bitmap of the ranges that there are. */
    memset(writable.bits, 0, sizeof(writable.bits));
    if (kvm_check_extension(kvm_state,
                            KVM_CAP_ARM_SUPPORTED_REG_MASK_RANGES) &
        1 << KVM_ARM_FEATURE_ID_RANGE) {
        ret = kvm_vm_ioctl(kvm_state, KVM_ARM_GET_REG_WRITABLE_MASKS, &range);
    }
    if (ret) {
        memset(writable.bits, 0, sizeof(writable.bits));
    }
    /* What failed may not fail again: the next caller asks anew. */
    writable.asked = !ret;
}

uint64_t kvm_arm_id_writable(uint64_t regidx)
{
    int place = place_of(regidx);

    if (place < 0) {
        return 0;
    }
    if (!writable.asked) {
        ask_writable();
    }
    return writable.bits[place];
}

static KVMScratch *full_vcpu(Error **errp)
{
    static const struct {
        int cap;
        unsigned feature;
    } features[] = {
        { KVM_CAP_ARM_PSCI_0_2, KVM_ARM_VCPU_PSCI_0_2 },
        { KVM_CAP_ARM_PMU_V3, KVM_ARM_VCPU_PMU_V3 },
        { KVM_CAP_ARM_SVE, KVM_ARM_VCPU_SVE },
        { KVM_CAP_ARM_PTRAUTH_ADDRESS, KVM_ARM_VCPU_PTRAUTH_ADDRESS },
        { KVM_CAP_ARM_PTRAUTH_GENERIC, KVM_ARM_VCPU_PTRAUTH_GENERIC },
    };
    struct kvm_vcpu_init preferred = { };
    ARMCPRegVCPUInit init = { };
    int ret = kvm_vm_ioctl(kvm_state, KVM_ARM_PREFERRED_TARGET, &preferred);

    if (ret < 0) {
        error_setg_errno(errp, -ret, "KVM_ARM_PREFERRED_TARGET failed");
        return NULL;
    }
    init.target = preferred.target;
    for (size_t i = 0; i < ARRAY_SIZE(features); i++) {
        if (kvm_check_extension(kvm_state, features[i].cap) > 0) {
            init.features[0] |= 1u << features[i].feature;
        }
    }
    if (arm_cpreg_has_feature(&init, ARM_CPREG_FEATURE_SVE)) {
        /* Of the host: no CPU of ours is there yet, and none is looked at. */
        init.sve_vls = kvm_arm_sve_get_vls(NULL);
    }
    return kvm_arm_scratch_new_as(&init, false, false, errp);
}

static void ask_reset(void)
{
    g_autoptr(Error) err = NULL;
    g_autoptr(KVMScratch) scratch = full_vcpu(&err);

    if (err) {
        warn_report("the ID registers of a new vCPU are not known: %s",
                    error_get_pretty(err));
    }
    reset.asked = scratch != NULL;
    for (unsigned i = 0; i < RANGE_SIZE; i++) {
        reset.error[i] = scratch ? scratch->target.get(&scratch->target,
                                                       regidx_at(i),
                                                       &reset.value[i])
                                 : -EIO;
        reset.asked &= !reset.error[i] || reset.error[i] == -ENOENT;
    }
}

int kvm_arm_id_reset(uint64_t regidx, uint64_t *value)
{
    int place = place_of(regidx);

    if (place < 0) {
        return -ENOENT;
    }
    if (!reset.asked) {
        ask_reset();
    }
    if (!reset.error[place]) {
        *value = reset.value[place];
    }
    return reset.error[place];
}

void kvm_arm_id_forget(void)
{
    writable.asked = false;
    reset.asked = false;
}
