/* SPDX-License-Identifier: GPL-2.0-or-later */
/* KVM register indexes, and fields of ID registers, as people know them. */

#ifndef TARGET_ARM_CPREG_NAMES_H
#define TARGET_ARM_CPREG_NAMES_H

#include "cpreg-list.h"

/* ARM_SYSREG_TCR2_EL1 and so on: the low 16 bits of a register's index. */
enum {
#define DEF(name, op0, op1, crn, crm, op2) \
    ARM_SYSREG_##name = (op0) << 14 | (op1) << 11 | (crn) << 7 | \
                        (crm) << 3 | (op2),
#include "cpreg-names.h.inc"
#undef DEF
};

/* The KVM register index of a system register in cpreg-names.h.inc. */
#define ARM_CPREG(name)                                                 \
    (ARM_CPREG_ARCH_ARM64 | ARM_CPREG_SIZE_U64 | ARM_CPREG_KIND_SYSREG | \
     ARM_SYSREG_##name)

/* The feature ID registers: op0 3, op1 0, CRn 0, CRm 1 to 7, any op2. */
#define ARM_CPREG_ID_FIRST      ARM_CPREG(ID_PFR0_EL1)
#define ARM_CPREG_ID_LAST       (ARM_CPREG_ID_FIRST + 0x37)

/* The lowest of the counters and event types, which end in PMCCFILTR_EL0. */
#define ARM_CPREG_PMEVCNTR0     (ARM_CPREG(PMCCFILTR_EL0) - 0x3f)

/* A field of a feature ID register, by its name in cpreg-fields.h.inc. */
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

/* State that QEMU moves by hand: core registers, and those of SVE. */
bool arm_cpreg_is_core(uint64_t regidx);

/* The size of a register's value in bytes, a power of two up to 32768. */
size_t arm_cpreg_size(uint64_t regidx);

/* Is it a register of other sizes than 32 and 64 bits, and not of the core? */
bool arm_cpreg_is_wide(uint64_t regidx);

/* One more clause of a message about registers, set apart by "; ". */
void G_GNUC_PRINTF(2, 3) arm_cpreg_clause(GString *text, const char *format,
                                          ...);

/* Does this register count the time, whether or not the guest runs? */
bool arm_cpreg_is_counter(uint64_t regidx);

/**
 * arm_cpreg_short_name: the architecture's or KVM's name of a register
 * @regidx: any 64-bit number
 *
 * Returns a new string: "TCR2_EL1", "CCSIDR[2]", "PSCI_VERSION",
 * "VENDOR_HYP_BMAP_2", "X7"; for a system register without a name the one that
 * assemblers take, "S3_0_C2_C0_3"; for what is no register of a known kind
 * the number itself.
 */
char *arm_cpreg_short_name(uint64_t regidx);

/**
 * arm_cpreg_name: the name with the index behind it, for messages
 *
 * Returns a new string: "TCR2_EL1 (0x603000000013c103)".
 */
char *arm_cpreg_name(uint64_t regidx);

/**
 * arm_cpreg_services: the hypercalls that a firmware bitmap offers
 * @regidx: any register
 * @value: its value
 *
 * Returns a new string, "FUNC_FEAT, PTP", with "bit 7" for one without a
 * name; NULL for a bitmap without a bit and for what is no such bitmap.
 */
char *arm_cpreg_services(uint64_t regidx, uint64_t value);

#endif
