/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Safe values of the feature ID registers and of CTR_EL0.
 *
 * A value is safe where it promises no more than the hardware has.  Which way
 * that is differs from field to field; cpreg-safe.h.inc says it.  KVM takes no
 * value that is not safe against the one of a new vCPU, the limit, and a value
 * that is safe on two hosts can be a guest's on both.
 *
 * Pure functions of numbers, which may be anybody's.  Of another register, do
 * not ask.
 */

#ifndef TARGET_ARM_CPREG_SAFE_H
#define TARGET_ARM_CPREG_SAFE_H

#include "cpreg-names.h"

typedef enum ARMCPRegSafe {
    /* The limit, or a lower number. */
    ARM_CPREG_SAFE_LOWER,
    /* The same of two's complement numbers: 0xf is lower than 0. */
    ARM_CPREG_SAFE_LOWER_SIGNED,
    /* The limit, or a higher number. */
    ARM_CPREG_SAFE_HIGHER,
    /* The same, and 0 is the highest: nothing is said. */
    ARM_CPREG_SAFE_HIGHER_OR_ZERO,
    /* The limit itself, or the one value that is always safe. */
    ARM_CPREG_SAFE_EXACT,
} ARMCPRegSafe;

typedef struct ARMCPRegSafeField {
    uint64_t regidx;
    uint8_t shift;
    uint8_t width;
    ARMCPRegSafe safe;
    uint8_t value;          /* the one of EXACT */
    uint8_t least;          /* no CPU has a lower number... */
    bool or_zero;           /* ...but 0 */
    const char *name;       /* "ID_AA64PFR0_EL1.FP"; NULL without a name */
} ARMCPRegSafeField;

/* A feature ID register or CTR_EL0? */
static inline bool arm_cpreg_safe_has_fields(uint64_t regidx)
{
    return (regidx >= ARM_CPREG_ID_FIRST && regidx <= ARM_CPREG_ID_LAST) ||
           regidx == ARM_CPREG(CTR_EL0);
}

/* The field's bits of the register. */
static inline uint64_t arm_cpreg_safe_mask(const ARMCPRegSafeField *field)
{
    return ((1ULL << field->width) - 1) << field->shift;
}

/* The field's number, of a value of the register. */
static inline uint64_t arm_cpreg_safe_number(const ARMCPRegSafeField *field,
                                             uint64_t value)
{
    return (value & arm_cpreg_safe_mask(field)) >> field->shift;
}

/* A number of the field, by two's complement. */
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
 * What has no name in cpreg-fields.h.inc is taken by its nibbles, less what
 * has one, so that the fields of a register cover it without overlap:
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
 * @limit: the register's value of a new vCPU
 *
 * Values that no CPU may have (a debug architecture below 6) are not safe.
 */
bool arm_cpreg_safe_is(const ARMCPRegSafeField *field, uint64_t wanted,
                       uint64_t limit);

/**
 * arm_cpreg_safe_since: from which kernel on KVM lets bits be chosen
 * @regidx: a feature ID register or CTR_EL0
 * @bits: bits of it
 *
 * Returns a release, "6.7"; NULL if no kernel is known that lets all of them.
 */
const char *arm_cpreg_safe_since(uint64_t regidx, uint64_t bits);

/**
 * arm_cpreg_safe_append: what stands against a value
 * @text: a clause is appended for each field that is not possible, set apart
 *        by "; ": "ID_AA64DFR0_EL1.DebugVer: wanted 10, possible 6 to 9", or
 *        "...: wanted 6, possible 8 (this kernel cannot change it; Linux 6.7
 *        and later can)"
 * @regidx: a feature ID register or CTR_EL0
 * @wanted: the value that a guest is to have
 * @limit: the one of a new vCPU
 * @writable: KVM_ARM_GET_REG_WRITABLE_MASKS; 0 where KVM does not have it
 *
 * Returns true if none was appended: KVM can be given the value.
 */
bool arm_cpreg_safe_append(GString *text, uint64_t regidx, uint64_t wanted,
                           uint64_t limit, uint64_t writable);

#endif
