/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The value of an ID register that is safe on both of two hosts. */

#include "qemu/osdep.h"
#include "safe-join.h"
#include "target/arm/cpreg/safe.h"

/* The number of a field that is safe on both. */
static uint64_t safe_join_field(const ARMCPRegSafeField *field, uint64_t a,
                                uint64_t b)
{
    switch (field->safe) {
    case ARM_CPREG_SAFE_LOWER:
        return MIN(a, b);
    case ARM_CPREG_SAFE_LOWER_SIGNED:
        return arm_cpreg_safe_signed(field, a) <
               arm_cpreg_safe_signed(field, b) ? a : b;
    case ARM_CPREG_SAFE_HIGHER:
        return MAX(a, b);
    case ARM_CPREG_SAFE_HIGHER_OR_ZERO:
        return a && b ? MAX(a, b) : 0;
    default:
        return a == b ? a : field->value;
    }
}

uint64_t safe_join(uint64_t regidx, uint64_t a, uint64_t b)
{
    uint64_t joined = a;
    ARMCPRegSafeField field;

    if (a == b) {
        return a;
    }
    for (unsigned bit = 0; bit < 64; bit = field.shift + field.width) {
        field = arm_cpreg_safe_field(regidx, bit);
        joined &= ~arm_cpreg_safe_mask(&field);
        joined |= safe_join_field(&field, arm_cpreg_safe_number(&field, a),
                                  arm_cpreg_safe_number(&field, b))
                  << field.shift;
    }
    return joined;
}
