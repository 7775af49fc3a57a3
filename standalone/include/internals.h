/* SPDX-License-Identifier: GPL-2.0-or-later */
/* target/arm/internals.h, as far as the edge uses it. */

#ifndef STANDALONE_INCLUDE_INTERNALS_H
#define STANDALONE_INCLUDE_INTERNALS_H

#include "qemu/osdep.h"

/* For qsort(): uint64_t in ascending order. */
static inline int compare_u64(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

    return (left > right) - (left < right);
}

#endif
