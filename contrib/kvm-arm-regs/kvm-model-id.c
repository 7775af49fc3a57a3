/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What KVM does with a write to a feature ID register.
 *
 * The limit of a field is the value that a new vCPU has.  Which way is safe
 * is said by the ftr tables of arch/arm64/kernel/cpufeature.c, where "lower" is
 * the rule and the table here has the others.
 */

#include "qemu/osdep.h"
#include "kvm-model-id.h"
#include "target/arm/cpreg-names.h"

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

typedef enum Safe {
    LOWER,
    LOWER_SIGNED,
    HIGHER,
    HIGHER_OR_ZERO,     /* 0 is the highest */
    EXACT,              /* another value is turned into this safe one */
} Safe;

static const struct {
    Field field;
    Safe safe;
    unsigned value;     /* of EXACT */
} exceptions[] = {
    { { ARM_CPREG(ID_AA64ISAR1_EL1), 4, 4 }, EXACT, 0 },        /* APA */
    { { ARM_CPREG(ID_AA64ISAR1_EL1), 8, 4 }, EXACT, 0 },        /* API */
    { { ARM_CPREG(ID_AA64ISAR2_EL1), 12, 4 }, EXACT, 0 },       /* APA3 */
    { { ARM_CPREG(ID_AA64ISAR2_EL1), 20, 4 }, HIGHER },         /* BC */
    { { ARM_CPREG(ID_AA64PFR0_EL1), 16, 4 }, LOWER_SIGNED },    /* FP */
    { { ARM_CPREG(ID_AA64PFR0_EL1), 20, 4 }, LOWER_SIGNED },    /* AdvSIMD */
    { { ARM_CPREG(ID_AA64MMFR0_EL1), 24, 4 }, LOWER_SIGNED },   /* TGRAN64 */
    { { ARM_CPREG(ID_AA64MMFR0_EL1), 28, 4 }, LOWER_SIGNED },   /* TGRAN4 */
    { { ARM_CPREG(ID_AA64MMFR0_EL1), 32, 4 }, EXACT, 1 },   /* TGRAN16_2 */
    { { ARM_CPREG(ID_AA64MMFR0_EL1), 36, 4 }, EXACT, 1 },   /* TGRAN64_2 */
    { { ARM_CPREG(ID_AA64MMFR0_EL1), 40, 4 }, EXACT, 1 },   /* TGRAN4_2 */
    { { ARM_CPREG(ID_AA64MMFR1_EL1), 24, 4 }, HIGHER },         /* SpecSEI */
    { { ARM_CPREG(ID_MMFR0_EL1), 12, 4 }, LOWER_SIGNED },       /* OuterShr */
    { { ARM_CPREG(ID_MMFR0_EL1), 28, 4 }, LOWER_SIGNED },       /* InnerShr */
    { { ARM_CPREG(CTR_EL0), 14, 2 }, EXACT, 2 },                /* L1Ip */
    { { ARM_CPREG(CTR_EL0), 20, 4 }, HIGHER_OR_ZERO },          /* ERG */
    { { ARM_CPREG(CTR_EL0), 24, 4 }, HIGHER_OR_ZERO },          /* CWG */
};

/* The field at this bit: a nibble, but for CTR_EL0's and those above. */
static Field field_at(uint64_t regidx, unsigned bit, Safe *safe,
                      unsigned *exact)
{
    Field field = { regidx, bit & ~3u, 4 };

    *safe = LOWER;
    *exact = 0;
    for (size_t i = 0; i < ARRAY_SIZE(exceptions); i++) {
        const Field *other = &exceptions[i].field;

        if (other->regidx == regidx && mask_of(other) >> bit & 1) {
            *safe = exceptions[i].safe;
            *exact = exceptions[i].value;
            return *other;
        }
    }
    /* CTR_EL0.IDC and DIC */
    if (regidx == ARM_CPREG(CTR_EL0) && (bit == 28 || bit == 29)) {
        field.shift = bit;
        field.width = 1;
    }
    return field;
}

static int64_t sign_extend(uint64_t value, unsigned width)
{
    return (int64_t)(value << (64 - width)) >> (64 - width);
}

static bool is_safe(Safe safe, const Field *field, unsigned exact,
                    uint64_t wanted, uint64_t limit)
{
    uint64_t w = kvm_model_field(field, wanted);
    uint64_t l = kvm_model_field(field, limit);

    if (w == l) {
        return true;
    }
    switch (safe) {
    case LOWER:
        return w < l;
    case LOWER_SIGNED:
        return sign_extend(w, field->width) < sign_extend(l, field->width);
    case HIGHER:
        return w > l;
    case HIGHER_OR_ZERO:
        return w == 0 || (l != 0 && w > l);
    default:
        return w == exact;
    }
}

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

/* Each must be this at least; there is no debug architecture below 6. */
static const struct {
    Field field;
    uint64_t least;
    bool or_zero;
} lowest[] = {
    { { ARM_CPREG(ID_AA64DFR0_EL1), 0, 4 }, 6, false },     /* DebugVer */
    { { ARM_CPREG(ID_DFR0_EL1), 0, 4 }, 6, false },         /* CopDbg */
    { { ARM_CPREG(ID_DFR0_EL1), 24, 4 }, 3, true },         /* PerfMon */
};

static bool is_too_low(uint64_t regidx, uint64_t value)
{
    for (size_t i = 0; i < ARRAY_SIZE(lowest); i++) {
        uint64_t is = kvm_model_field(&lowest[i].field, value);

        if (lowest[i].field.regidx == regidx && is < lowest[i].least &&
            !(lowest[i].or_zero && is == 0)) {
            return true;
        }
    }
    return false;
}

int kvm_model_id_set_within_mask(const KVMModelVCPU *vcpu,
                                 const KVMModelReg *reg, uint64_t wanted,
                                 uint64_t *value)
{
    wanted = drop(vcpu->kernel, reg->regidx, wanted);
    if (vcpu->has_run) {
        *value = reg->value;
        return wanted == reg->value ? 0 : -EBUSY;
    }
    if ((wanted ^ reg->reset) & ~reg->mask ||
        is_too_low(reg->regidx, wanted)) {
        return -EINVAL;
    }
    for (unsigned bit = 0; bit < 64; ) {
        unsigned exact;
        Safe safe;
        Field field = field_at(reg->regidx, bit, &safe, &exact);

        if (!is_safe(safe, &field, exact, wanted, reg->reset)) {
            return -EINVAL;
        }
        bit = field.shift + field.width;
    }
    *value = wanted;
    return 0;
}
