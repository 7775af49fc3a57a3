/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The cpreg lists that an ARMCPU owns, and the length that comes in. */

#ifndef TARGET_ARM_MIGRATION_LISTS_H
#define TARGET_ARM_MIGRATION_LISTS_H

#include "migration/vmstate.h"
#include "target/arm/cpreg/list.h"
#include "cpu.h"

/* The vCPU's own list; valid until the list changes. */
ARMCPRegList arm_cpreg_list_of(ARMCPU *cpu);

/* Resize the arrays of the stream; their content is then undefined. */
void arm_cpreg_vmstate_resize(ARMCPU *cpu, int32_t len);

/*
 * The VMStateInfo of cpreg_vmstate_array_len.  A load checks the length and
 * resizes the arrays.
 */
int arm_cpreg_len_get(QEMUFile *f, void *pv, size_t size,
                      const VMStateField *field);
int arm_cpreg_len_put(QEMUFile *f, void *pv, size_t size,
                      const VMStateField *field, JSONWriter *vmdesc);

/* Set the cause of a load that fails in a VMStateInfo; returns -EINVAL. */
int arm_cpreg_stream_corrupt(ARMCPU *cpu, const char *what);

#endif
