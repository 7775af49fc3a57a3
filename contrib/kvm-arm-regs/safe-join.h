/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The value of an ID register that is safe on both of two hosts. */

#ifndef CONTRIB_KVM_ARM_REGS_SAFE_JOIN_H
#define CONTRIB_KVM_ARM_REGS_SAFE_JOIN_H

/**
 * safe_join: what can be a guest's on both, see cpreg-safe.h
 * @regidx: a feature ID register or CTR_EL0
 * @a, @b: the limits of two hosts, or what was joined before
 *
 * The most that is safe: join(a, a) is a, and neither the order of hosts nor
 * how they are grouped makes a difference.
 */
uint64_t safe_join(uint64_t regidx, uint64_t a, uint64_t b);

#endif
