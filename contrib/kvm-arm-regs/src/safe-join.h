/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The value of an ID register that is safe on both of two hosts. */

#ifndef CONTRIB_KVM_ARM_REGS_SRC_SAFE_JOIN_H
#define CONTRIB_KVM_ARM_REGS_SRC_SAFE_JOIN_H

/**
 * safe_join: the value that both hosts can show a guest, see cpreg/safe.h
 * @regidx: a feature ID register or CTR_EL0
 * @a, @b: the limits of two hosts, or joined values
 *
 * The best safe value: safe_join(a, a) is a, and neither the order nor the
 * grouping of the hosts matters.
 */
uint64_t safe_join(uint64_t regidx, uint64_t a, uint64_t b);

#endif
