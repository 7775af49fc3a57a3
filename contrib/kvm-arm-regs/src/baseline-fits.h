/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Can a host start, and receive, the guests of a baseline? */

#ifndef CONTRIB_KVM_ARM_REGS_SRC_BASELINE_FITS_H
#define CONTRIB_KVM_ARM_REGS_SRC_BASELINE_FITS_H

#include "baseline.h"

/**
 * baseline_fits_faults: why a host cannot
 * @host: a dump without baseline_fault()
 * @pool: a baseline or another dump; only registers that a guest cannot change
 *        count, and only those with a value
 *
 * Returns an array of texts, empty if the host fits.
 */
GPtrArray *baseline_fits_faults(const HostDump *host, const HostDump *pool);

#endif
