/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Safe values of the feature ID registers and of CTR_EL0.
 *
 * A safe value promises no more than the hardware has.  Whether a higher or a
 * lower number promises more depends on the field, see safe.h.inc.  The limit
 * is the value of a new vCPU: KVM refuses values that are not safe against it.
 * A guest can have a value on two hosts if it is safe on both.
 *
 * Pure functions; input may be hostile.  Only for feature ID registers and
 * CTR_EL0.
 */

#ifndef TARGET_ARM_CPREG_SAFE_H
#define TARGET_ARM_CPREG_SAFE_H

#include "index.h"

typedef enum ARMCPRegSafe {
    /* The limit, or a lower number. */
    ARM_CPREG_SAFE_LOWER,
    /* The same with two's complement numbers: 0xf is lower than 0. */
    ARM_CPREG_SAFE_LOWER_SIGNED,
    /* The limit, or a higher number. */
    ARM_CPREG_SAFE_HIGHER,
    /* The same, and 0 (not stated) is the highest. */
    ARM_CPREG_SAFE_HIGHER_OR_ZERO,
    /* The limit itself, or the one value that is always safe. */
    ARM_CPREG_SAFE_EXACT,
} ARMCPRegSafe;

typedef struct ARMCPRegSafeField {
    uint64_t regidx;
    uint8_t shift;
    uint8_t width;
    ARMCPRegSafe safe;
    uint8_t value;          /* for EXACT: always safe */
    uint8_t least;          /* no CPU has a lower number... */
    bool or_zero;           /* ...except 0 */
    const char *name;       /* "ID_AA64PFR0_EL1.FP"; NULL without a name */
} ARMCPRegSafeField;

/* Is it a feature ID register or CTR_EL0? */
static inline bool arm_cpreg_safe_has_fields(uint64_t regidx)
{
    return arm_cpreg_is_feature_id(regidx) || regidx == ARM_CPREG(CTR_EL0);
}

/* The mask of the field in the register. */
static inline uint64_t arm_cpreg_safe_mask(const ARMCPRegSafeField *field)
{
    return ((1ULL << field->width) - 1) << field->shift;
}

/* The number in the field, from a value of the register. */
static inline uint64_t arm_cpreg_safe_number(const ARMCPRegSafeField *field,
                                             uint64_t value)
{
    return (value & arm_cpreg_safe_mask(field)) >> field->shift;
}

/* A number of the field, as a two's complement number. */
static inline int64_t arm_cpreg_safe_signed(const ARMCPRegSafeField *field,
                                            uint64_t number)
{
    return (int64_t)(number << (64 - field->width)) >> (64 - field->width);
}

/**
 * arm_cpreg_safe_field: the field that a bit belongs to
 * @regidx: a feature ID register or CTR_EL0
 * @bit: 0 to 63
 *
 * Bits without a name in fields.h.inc count as fields of at most a nibble.  The
 * fields of a register cover it without overlap:
 *
 *   for (bit = 0; bit < 64; bit = field.shift + field.width)
 */
ARMCPRegSafeField arm_cpreg_safe_field(uint64_t regidx, unsigned bit);

/**
 * arm_cpreg_safe_field_name: the field for messages
 *
 * Returns a new string, "ID_AA64PFR0_EL1.FP", or "ID_AA64ISAR3_EL1 bits 19:16"
 * for a field without a name.
 */
char *arm_cpreg_safe_field_name(const ARMCPRegSafeField *field);

/**
 * arm_cpreg_safe_is: is a value of a field safe?
 * @field: the field
 * @wanted: a value of the whole register
 * @limit: the register's value in a new vCPU
 *
 * A value that no CPU can have (a debug architecture below 6) is not safe.
 */
bool arm_cpreg_safe_is(const ARMCPRegSafeField *field, uint64_t wanted,
                       uint64_t limit);

/**
 * arm_cpreg_safe_since: the first kernel that can change bits
 * @regidx: a feature ID register or CTR_EL0
 * @bits: bits of it
 *
 * Returns a release, "6.7"; NULL if no known kernel can change all of them.
 */
const char *arm_cpreg_safe_since(uint64_t regidx, uint64_t bits);

/**
 * arm_cpreg_safe_append: why KVM cannot give a guest a value
 * @text: a clause is appended for each impossible field:
 *        "ID_AA64DFR0_EL1.DebugVer: wanted 10, possible 6 to 9", or
 *        "...: wanted 6, possible 8 (this kernel cannot change it; Linux 6.7
 *        and later can)"
 * @regidx: a feature ID register or CTR_EL0
 * @wanted: the value that a guest is to have
 * @limit: the value of a new vCPU
 * @writable: KVM_ARM_GET_REG_WRITABLE_MASKS; 0 if KVM does not have it
 *
 * Returns true if the value is possible; then nothing was appended.
 */
bool arm_cpreg_safe_append(GString *text, uint64_t regidx, uint64_t wanted,
                           uint64_t limit, uint64_t writable);

#endif
