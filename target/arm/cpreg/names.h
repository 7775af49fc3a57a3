/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of KVM registers, and of the fields of ID registers. */

#ifndef TARGET_ARM_CPREG_NAMES_H
#define TARGET_ARM_CPREG_NAMES_H

#include "index.h"

/* A field of a feature ID register, by its name in fields.h.inc. */
typedef struct ARMCPRegField {
    uint64_t regidx;
    const char *name;       /* "ID_AA64MMFR3_EL1.TCRX" */
    uint8_t shift;
    uint8_t width;
} ARMCPRegField;

/* ARM_FIELD_ID_AA64MMFR3_EL1_TCRX and so on: positions in the table. */
enum {
#define DEF(reg, field, shift, width) ARM_FIELD_##reg##_##field,
#include "fields.h.inc"
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

/* Append a clause to a message, after "; " if the message has text already. */
void G_GNUC_PRINTF(2, 3) arm_cpreg_clause(GString *text, const char *format,
                                          ...);

/* Append an item to an enumeration, after ", " if @text has text already. */
void G_GNUC_PRINTF(2, 3) arm_cpreg_item(GString *text, const char *format,
                                        ...);

/**
 * arm_cpreg_short_name: the architecture's or KVM's name of a register
 * @regidx: any 64-bit number
 *
 * Returns a new string: "TCR2_EL1", "CCSIDR[2]", "PSCI_VERSION",
 * "VENDOR_HYP_BMAP_2", "X7".  A system register without a name has the name
 * that assemblers accept, "S3_0_C2_C0_3".  An index of no known kind is shown
 * as a number.
 */
char *arm_cpreg_short_name(uint64_t regidx);

/**
 * arm_cpreg_name: the name followed by the index, for messages
 *
 * Returns a new string: "TCR2_EL1 (0x603000000013c103)".
 */
char *arm_cpreg_name(uint64_t regidx);

/**
 * arm_cpreg_services: the hypercalls that a firmware bitmap offers
 * @regidx: any register
 * @value: its value
 *
 * Returns a new string, "FUNC_FEAT, PTP".  A bit without a name is "bit 7".
 * NULL if no bit is set, or if @regidx is not a firmware bitmap.
 */
char *arm_cpreg_services(uint64_t regidx, uint64_t value);

#endif
