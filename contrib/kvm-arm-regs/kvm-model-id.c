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

/* Does this release of Linux do what the row is about? */
static bool alters(const ARMCPRegAlteration *row, unsigned release)
{
    return release >= row->since && (!row->until || release < row->until);
}

/*
 * What KVM makes of a value before it looks whether it takes it, by
 * target/arm/cpreg-altered.h.inc.  Of MPAM and NV it must be the CPU's own
 * value, which no list has: any is taken here.
 */
static uint64_t altered(const KVMModelVCPU *vcpu, const KVMModelReg *reg,
                        uint64_t wanted)
{
    for (size_t i = 0; i < arm_cpreg_alterations_len; i++) {
        const ARMCPRegAlteration *row = &arm_cpreg_alterations[i];
        uint64_t own = reg->reset & row->bits;

        if (reg->regidx < row->first || reg->regidx > row->last ||
            row->guest_only || !alters(row, vcpu->kernel)) {
            continue;
        }
        if (row->any_held) {
            /* The host has no AArch32. */
            if (row->field->regidx == ARM_CPREG(ID_AA64PFR0_EL1) &&
                arm_cpreg_field(row->field, vcpu->pfr0) == row->equal) {
                wanted = own | (wanted & ~row->bits);
            }
        } else if (own == row->held &&
                   (!row->has_written ||
                    (wanted & row->bits) == row->written)) {
            wanted = own | (wanted & ~row->bits);
        }
    }
    return wanted;
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

    wanted = altered(vcpu, reg, wanted);
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

int kvm_model_id_set_within_mask(const KVMModelVCPU *vcpu,
                                 const KVMModelReg *reg, uint64_t wanted,
                                 uint64_t *value)
{
    ARMCPRegSafeField field;

    wanted = altered(vcpu, reg, wanted);
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
