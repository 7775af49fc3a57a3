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
    uint8_t value[];    /* arm_cpreg_size(regidx) bytes */
} ARMCPRegWide;

/* Append an entry to a list, a GPtrArray; its value is all zeroes. */
ARMCPRegWide *arm_cpreg_wide_add(GPtrArray *list, uint64_t regidx);

/* The entry of a register, NULL if it is not in the list (or @list is NULL) */
ARMCPRegWide *arm_cpreg_wide_find(const GPtrArray *list, uint64_t regidx);

/**
 * arm_cpreg_wide_append: one more clause about a register, for messages
 * @text: the clauses so far; they are set apart by "; "
 * @what: what is said of the register
 *
 * "S3_0_C9_C9_1 (0x604000000013c4c9) of 16 bytes = 000102...: @what"; the
 * first byte in memory comes first.
 */
void arm_cpreg_wide_append(GString *text, const ARMCPRegWide *reg,
                           const char *what);

/**
 * arm_cpreg_wide_unknown: what the destination has no place for
 * @source: the stream's list; NULL if it had none
 * @own: the list here; NULL if there is none
 * @refused: a clause is appended for each register of @source alone
 */
void arm_cpreg_wide_unknown(const GPtrArray *source, const GPtrArray *own,
                            GString *refused);

#endif
