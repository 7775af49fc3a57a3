/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The feature ID registers in KVM. */

#include "qemu/osdep.h"
#include <linux/kvm.h>

#include "qapi/error.h"
#include "qemu/error-report.h"
#include "system/kvm.h"
#include "target/arm/cpreg/names.h"
#include "id-regs.h"
#include "scratch.h"
#include "kvm_arm.h"

#define RANGE_SIZE KVM_ARM_FEATURE_ID_RANGE_SIZE

/* In the order of KVM's range. */
static struct {
    bool asked;
    uint64_t bits[RANGE_SIZE];
} id_writable;

static struct {
    bool asked;
    uint64_t value[RANGE_SIZE];
    int error[RANGE_SIZE];      /* 0 or a negative errno */
} id_reset;

/* The inverse of KVM_ARM_FEATURE_ID_RANGE_IDX() */
static uint64_t id_regidx(unsigned place)
{
    static const unsigned op1[] = { 0, 1, 3 };

    return ARM_CPREG_ARCH_ARM64 | ARM_CPREG_SIZE_U64 |
           ARM_CPREG_KIND_SYSREG | 3 << 14 | op1[place >> 6] << 11 |
           (place & 0x3f);
}

/* The register's place in the range, or -1. */
static int id_place(uint64_t regidx)
{
    unsigned op1 = regidx >> 11 & 7;
    unsigned place = KVM_ARM_FEATURE_ID_RANGE_IDX(3, op1, 0, regidx >> 3 & 7,
                                                  regidx & 7);

    return place < RANGE_SIZE && id_regidx(place) == regidx ? (int)place : -1;
}

/* Linux Documentation/virt/kvm/api.rst, KVM_ARM_GET_REG_WRITABLE_MASKS */
static void id_ask_writable(void)
{
    struct reg_mask_range range = {
        .addr = (uintptr_t)id_writable.bits,
        .range = KVM_ARM_FEATURE_ID_RANGE,
    };
    int ret = 0;

    /* The capability's value is a bitmap of ranges. */
    memset(id_writable.bits, 0, sizeof(id_writable.bits));
    if (kvm_check_extension(kvm_state,
                            KVM_CAP_ARM_SUPPORTED_REG_MASK_RANGES) &
        1 << KVM_ARM_FEATURE_ID_RANGE) {
        ret = kvm_vm_ioctl(kvm_state, KVM_ARM_GET_REG_WRITABLE_MASKS, &range);
    }
    if (ret) {
        memset(id_writable.bits, 0, sizeof(id_writable.bits));
    }
    /* After a failure the next caller asks again. */
    id_writable.asked = !ret;
}

uint64_t kvm_arm_id_writable(uint64_t regidx)
{
    int place = id_place(regidx);

    if (place < 0) {
        return 0;
    }
    if (!id_writable.asked) {
        id_ask_writable();
    }
    return id_writable.bits[place];
}

static KVMScratch *id_scratch_new(Error **errp)
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
        init.sve_vls = kvm_arm_host_sve_vls(errp);
        if (!init.sve_vls) {
            return NULL;
        }
    }
    return kvm_arm_scratch_new_as(&init, false, false, errp);
}

static void id_ask_reset(void)
{
    Error *err = NULL;
    g_autoptr(KVMScratch) scratch = id_scratch_new(&err);

    if (err) {
        warn_report("cannot read the ID registers of a new vCPU: %s",
                    error_get_pretty(err));
        error_free(err);
    }
    id_reset.asked = scratch != NULL;
    for (unsigned i = 0; i < RANGE_SIZE; i++) {
        id_reset.error[i] = scratch ? scratch->target.get(&scratch->target,
                                                          id_regidx(i),
                                                          &id_reset.value[i])
                                 : -EIO;
        id_reset.asked &= !id_reset.error[i] || id_reset.error[i] == -ENOENT;
    }
}

int kvm_arm_id_reset(uint64_t regidx, uint64_t *value)
{
    int place = id_place(regidx);

    if (place < 0) {
        return -ENOENT;
    }
    if (!id_reset.asked) {
        id_ask_reset();
    }
    if (!id_reset.error[place]) {
        *value = id_reset.value[place];
    }
    return id_reset.error[place];
}

void kvm_arm_id_forget(void)
{
    id_writable.asked = false;
    id_reset.asked = false;
}
