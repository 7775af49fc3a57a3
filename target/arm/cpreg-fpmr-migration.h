/* SPDX-License-Identifier: GPL-2.0-or-later */
/* FPMR as QEMU 11.1 and later send it, beside the register list. */

#ifndef TARGET_ARM_CPREG_FPMR_MIGRATION_H
#define TARGET_ARM_CPREG_FPMR_MIGRATION_H

#include "migration/vmstate.h"
#include "cpu.h"

/*
 * A subsection of the vCPU that is loaded and never sent.  Its value is that
 * of FPMR in the register list, which is what counts: without FPMR in the
 * list it must be 0.
 */
extern const VMStateDescription vmstate_fpmr;

#endif
