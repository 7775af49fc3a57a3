/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What KVM does with a write to a feature ID register.
 *
 * The limit of a field is the value that a new vCPU has; what is safe against
 * it is in target/arm/cpreg/safe.h.inc.
 */

#include "qemu/osdep.h"
#include "kvm-model-id.h"
#include "target/arm/cpreg/safe.h"

static uint64_t field_mask(const KVMModelField *field)
{
    return ((1ULL << field->width) - 1) << field->shift;
}

/* Does this release of Linux do what the row is about? */
static bool alteration_applies(const ARMCPRegAlteration *row, unsigned release)
{
    return release >= row->since && (!row->until || release < row->until);
}

/*
 * The value into which KVM changes another one before it checks it, by
 * target/arm/cpreg/altered.h.inc.  For MPAM and NV KVM accepts only the CPU's
 * own value; no list has that, so any value is accepted here.
 */
static uint64_t alter_value(const KVMModelVCPU *vcpu, const KVMModelReg *reg,
                            uint64_t wanted)
{
    for (size_t i = 0; i < arm_cpreg_alterations_len; i++) {
        const ARMCPRegAlteration *row = &arm_cpreg_alterations[i];
        uint64_t own = reg->reset & row->bits;

        if (reg->regidx < row->first || reg->regidx > row->last ||
            row->guest_only || !alteration_applies(row, vcpu->kernel)) {
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
    KVMModelField field;
    unsigned since;
} choices[] = {
    { { ARM_CPREG(ID_AA64PFR0_EL1), 56, 4 }, KERNEL(5, 10) },
    { { ARM_CPREG(ID_AA64PFR0_EL1), 60, 4 }, KERNEL(5, 11) },
};

int kvm_model_id_set_fixed(const KVMModelVCPU *vcpu, const KVMModelReg *reg,
                           uint64_t wanted, uint64_t *value)
{
    uint64_t compared = ~0ULL;

    wanted = alter_value(vcpu, reg, wanted);
    for (size_t i = 0; i < ARRAY_SIZE(choices); i++) {
        const KVMModelField *field = &choices[i].field;

        if (field->regidx == reg->regidx && vcpu->kernel >= choices[i].since) {
            if (kvm_model_field(field, wanted) >
                kvm_model_field(field, reg->reset)) {
                return -EINVAL;
            }
            compared &= ~field_mask(field);
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

    wanted = alter_value(vcpu, reg, wanted);
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
