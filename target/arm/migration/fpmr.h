/* SPDX-License-Identifier: GPL-2.0-or-later */
/* FPMR as QEMU 11.1 and later send it, beside the register list. */

#ifndef TARGET_ARM_MIGRATION_FPMR_H
#define TARGET_ARM_MIGRATION_FPMR_H

#include "migration/vmstate.h"
#include "cpu.h"

/*
 * A subsection of cpu that is loaded and never sent.  The register list has
 * FPMR too, and decides.  If the list has no FPMR, the value must be 0.
 */
extern const VMStateDescription vmstate_fpmr;

#endif
