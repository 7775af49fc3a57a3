/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A checksum of the cpreg list, in the migration stream of a vCPU. */

#ifndef TARGET_ARM_CPREG_CHECKSUM_H
#define TARGET_ARM_CPREG_CHECKSUM_H

#include "migration/vmstate.h"
#include "cpreg-list.h"

/*
 * CRC-32 (ISO 3309, as zlib's crc32()) of the list as it stands in the stream:
 * the length as 32 bits, the indexes, the values, all big-endian.
 */
uint32_t arm_cpreg_checksum(const ARMCPRegList *list);

/*
 * A subsection of cpu, sent for KVM vCPUs with the capability
 * x-cpreg-preflight.  KVM takes nearly any value of a register that a guest can
 * write, so a value that was damaged on its way, or in a saved file, would be
 * the guest's new value.  With this the load is refused, before anything of the
 * list is written.
 */
extern const VMStateDescription vmstate_cpreg_checksum;

#endif
