/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fields of the feature ID registers. */

#include "qemu/osdep.h"
#include "cpreg-fields.h"

const ARMCPRegField arm_cpreg_fields[ARM_FIELD_COUNT] = {
#define DEF(reg, field, shift, width) \
    { ARM_CPREG(reg), #reg "." #field, shift, width },
#include "cpreg-fields.h.inc"
#undef DEF
};
