/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a host's KVM can give the guests of a baseline. */

#ifndef CONTRIB_KVM_ARM_REGS_SRC_BASELINE_HOST_H
#define CONTRIB_KVM_ARM_REGS_SRC_BASELINE_HOST_H

#include "baseline.h"

/*
 * SMCCC_ARCH_WORKAROUND_n: KVM accepts a lower level, but shows a guest the
 * host's.
 */
bool baseline_is_workaround(uint64_t regidx);

/**
 * baseline_is_possible: can a new vCPU of a host have a value?
 * @host: the host
 * @pool: the baseline; with a list of CPUs, MIDR_EL1 can be set
 * @wanted: a register of the baseline, which the host may not list
 * @mask: the bits of it that are set
 */
bool baseline_is_possible(const HostDump *host, const HostDump *pool,
                          const HostReg *wanted, uint64_t mask);

/* Is the host's KVM unable to change any of these bits? */
bool baseline_is_fixed(const HostDump *host, uint64_t regidx, uint64_t mask);

/* KVM may be able to change it, but the file, of a guest, has no mask. */
bool baseline_lacks_mask(const HostDump *host, const HostReg *reg);

/* Which Linux can change bits of a register, "6.7"; NULL if unknown */
const char *baseline_since(uint64_t regidx, uint64_t bits);

/*
 * The vCPU of a guest that starts with a baseline on a host.  Of the kernel's
 * release it has only the two numbers that matter.
 */
HostDump *baseline_started(const HostDump *host, const HostDump *pool);

#endif
