/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Wide registers: KVM lists them, and their size is neither 32 nor 64 bits, so
 * that the cpreg arrays cannot hold them.  Core and SVE registers do not count:
 * kvm.c migrates them one by one.
 *
 * No kernel up to Linux 7.3 lists one.  The KVM API has sizes from 8 to 2048
 * bits, and codes for more (KVM_REG_SIZE_MASK, include/uapi/linux/kvm.h).
 * QEMU carries the bytes that KVM returns and does not interpret them: source
 * and destination have the same byte order.
 */

#ifndef TARGET_ARM_CPREG_WIDE_H
#define TARGET_ARM_CPREG_WIDE_H

/* The most that are accepted from a stream. */
#define ARM_CPREG_WIDE_MAX 1024

typedef struct ARMCPRegWide {
    uint64_t regidx;
    uint8_t value[];    /* arm_cpreg_size(regidx) bytes */
} ARMCPRegWide;

/* Append an entry, with a value of all zeroes, to a list: a GPtrArray. */
ARMCPRegWide *arm_cpreg_wide_add(GPtrArray *list, uint64_t regidx);

/* The entry of a register, NULL if it is not in the list (or @list is NULL) */
ARMCPRegWide *arm_cpreg_wide_find(const GPtrArray *list, uint64_t regidx);

/**
 * arm_cpreg_wide_append: append a clause about a register to a message
 * @text: the message so far, see arm_cpreg_clause()
 * @what: what to say about the register
 *
 * Appends "S3_0_C9_C9_1 (0x604000000013c4c9) of 16 bytes = 000102...: WHAT".
 * The first byte in memory comes first.
 */
void arm_cpreg_wide_append(GString *text, const ARMCPRegWide *reg,
                           const char *what);

/**
 * arm_cpreg_wide_unknown: refuse registers that the destination does not have
 * @source: the stream's list; NULL if there is none
 * @own: the destination's list; NULL if there is none
 * @refused: a clause is appended for each register that only @source has
 */
void arm_cpreg_wide_unknown(const GPtrArray *source, const GPtrArray *own,
                            GString *refused);

#endif
