/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What stands between a host and the guests of a baseline. */

#ifndef CONTRIB_KVM_ARM_REGS_FITS_H
#define CONTRIB_KVM_ARM_REGS_FITS_H

#include "baseline.h"

/**
 * fits_faults: what keeps a host from starting and taking such guests
 * @host: a dump without baseline_fault()
 * @pool: a baseline, or another dump: only registers that a guest cannot
 *        change are looked at, and of these the ones with a value
 *
 * Returns an array of texts; none if it fits.
 */
GPtrArray *fits_faults(const HostDump *host, const HostDump *pool);

#endif
