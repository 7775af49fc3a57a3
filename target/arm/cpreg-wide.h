/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Wide registers: those that KVM lists and whose size is neither 32 nor 64
 * bits, so that the cpreg arrays cannot hold them.  Core and SVE registers,
 * which kvm.c moves by hand, are not among them.
 *
 * No kernel up to Linux 7.3 lists one; the KVM API has sizes from 8 to 2048
 * bits, and code for more (KVM_REG_SIZE_MASK, include/uapi/linux/kvm.h).
 * A value is carried as the bytes that KVM gives, without knowing what they
 * mean: source and destination have the same byte order.
 */

#ifndef TARGET_ARM_CPREG_WIDE_H
#define TARGET_ARM_CPREG_WIDE_H

#include "cpreg-names.h"

/* More than so many in a stream are not believed. */
#define ARM_CPREG_WIDE_MAX 1024

typedef struct ARMCPRegWide {
    uint64_t regidx;
    uint8_t *value;     /* arm_cpreg_size(regidx) bytes */
} ARMCPRegWide;

/* The size of a register's value in bytes, a power of two up to 32768. */
size_t arm_cpreg_size(uint64_t regidx);

/* Is this index one of a wide register? */
bool arm_cpreg_is_wide(uint64_t regidx);

/* A list without entries; g_array_unref() frees it with its values. */
GArray *arm_cpreg_wide_new(void);

/* Append an entry; its value is all zeroes.  Valid until the next one. */
ARMCPRegWide *arm_cpreg_wide_add(GArray *list, uint64_t regidx);

/* The entry of a register, NULL if it is not in the list (or @list is NULL) */
ARMCPRegWide *arm_cpreg_wide_find(GArray *list, uint64_t regidx);

/**
 * arm_cpreg_wide_fault: what is wrong with a list from a stream
 *
 * Returns a new string, NULL if each entry is of a wide register and the
 * indexes are in ascending order.
 */
char *arm_cpreg_wide_fault(GArray *list);

/**
 * arm_cpreg_wide_text: a register and its value, for messages
 *
 * Returns a new string: "S3_0_C9_C9_1 (0x604000000013c4c9) of 16 bytes =
 * 000102..."; the first byte in memory comes first.
 */
char *arm_cpreg_wide_text(const ARMCPRegWide *reg);

/**
 * arm_cpreg_wide_unknown: what the destination has no place for
 * @source: the stream's list; NULL if it had none
 * @own: the list here; NULL if there is none
 * @refused: a clause is appended for each register of @source alone
 */
void arm_cpreg_wide_unknown(GArray *source, GArray *own, GString *refused);

/* One more clause, set apart by "; ": register, value, and @what behind it. */
void arm_cpreg_wide_append(GString *text, const ARMCPRegWide *reg,
                           const char *what);

#endif
