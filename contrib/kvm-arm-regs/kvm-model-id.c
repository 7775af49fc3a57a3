/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What KVM does with a write to a feature ID register.
 *
 * The limit of a field is the value that a new vCPU has; what is safe against
 * it is in target/arm/cpreg-safe.h.inc.
 */

#include "qemu/osdep.h"
#include "kvm-model-id.h"
#include "target/arm/cpreg-safe.h"

typedef KVMModelField Field;

static uint64_t mask_of(const Field *field)
{
    return ((1ULL << field->width) - 1) << field->shift;
}

/*
 * ID registers that are fixed
 *
 * CSV2 and CSV3 may be 1 where the host is not affected, which a new vCPU
 * shows, and 0 always: 23711a5e662c (5.10), 4f1df628d4ec (5.11).
 */
static const struct {
    Field field;
    unsigned since;
} choices[] = {
    { { ARM_CPREG(ID_AA64PFR0_EL1), 56, 4 }, KERNEL(5, 10) },
    { { ARM_CPREG(ID_AA64PFR0_EL1), 60, 4 }, KERNEL(5, 11) },
};

int kvm_model_id_set_fixed(const KVMModelVCPU *vcpu, const KVMModelReg *reg,
                           uint64_t wanted, uint64_t *value)
{
    uint64_t compared = ~0ULL;

    for (size_t i = 0; i < ARRAY_SIZE(choices); i++) {
        const Field *field = &choices[i].field;

        if (field->regidx == reg->regidx && vcpu->kernel >= choices[i].since) {
            if (kvm_model_field(field, wanted) >
                kvm_model_field(field, reg->reset)) {
                return -EINVAL;
            }
            compared &= ~mask_of(field);
        }
    }
    if ((wanted ^ reg->value) & compared) {
        return -EINVAL;
    }
    *value = wanted;
    return 0;
}

/* ID registers that are writable */

/*
 * Values of older kernels that are taken and come to nothing: a field of
 * this value reads as 0 from then on.
 */
static const struct {
    Field field;
    uint64_t value;
    unsigned since;
} dropped[] = {
    /* IMPLEMENTATION DEFINED is no PMU that KVM offers: 3d0dba5764b9 */
    { { ARM_CPREG(ID_AA64DFR0_EL1), 8, 4 }, 0xf, KERNEL(6, 3) },
    { { ARM_CPREG(ID_DFR0_EL1), 24, 4 }, 0xf, KERNEL(6, 3) },
    /*
     * NV was shown to guests that cannot use it, up to 6.12.  The value must
     * be the host's, which no list has; it is 2 on QEMU's `max`.
     */
    { { ARM_CPREG(ID_AA64MMFR2_EL1), 24, 4 }, 2, KERNEL(6, 16) },
};

static uint64_t drop(unsigned kernel, uint64_t regidx, uint64_t value)
{
    for (size_t i = 0; i < ARRAY_SIZE(dropped); i++) {
        const Field *field = &dropped[i].field;

        if (field->regidx == regidx && kernel >= dropped[i].since &&
            kvm_model_field(field, value) == dropped[i].value) {
            value &= ~mask_of(field);
        }
    }
    return value;
}

int kvm_model_id_set_within_mask(const KVMModelVCPU *vcpu,
                                 const KVMModelReg *reg, uint64_t wanted,
                                 uint64_t *value)
{
    ARMCPRegSafeField field;

    wanted = drop(vcpu->kernel, reg->regidx, wanted);
    if (vcpu->has_run) {
        *value = reg->value;
        return wanted == reg->value ? 0 : -EBUSY;
    }
    if ((wanted ^ reg->reset) & ~reg->mask) {
        return -EINVAL;
    }
    for (unsigned bit = 0; bit < 64; bit = field.shift + field.width) {
        field = arm_cpreg_safe_field(reg->regidx, bit);
        if (!arm_cpreg_safe_is(&field, wanted, reg->reset)) {
            return -EINVAL;
        }
    }
    *value = wanted;
    return 0;
}
