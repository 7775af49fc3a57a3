/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fields of the feature ID registers. */

#ifndef TARGET_ARM_CPREG_FIELDS_H
#define TARGET_ARM_CPREG_FIELDS_H

#include "cpreg-names.h"

typedef struct ARMCPRegField {
    uint64_t regidx;
    const char *name;       /* "ID_AA64MMFR3_EL1.TCRX" */
    uint8_t shift;
    uint8_t width;
} ARMCPRegField;

/* ARM_FIELD_ID_AA64MMFR3_EL1_TCRX and so on: positions in the table. */
enum {
#define DEF(reg, field, shift, width) ARM_FIELD_##reg##_##field,
#include "cpreg-fields.h.inc"
#undef DEF
    ARM_FIELD_COUNT
};

extern const ARMCPRegField arm_cpreg_fields[ARM_FIELD_COUNT];

/* The field's bits of @value, as an unsigned number. */
static inline uint64_t arm_cpreg_field(const ARMCPRegField *field,
                                       uint64_t value)
{
    return value >> field->shift & ((1ULL << field->width) - 1);
}

#endif
