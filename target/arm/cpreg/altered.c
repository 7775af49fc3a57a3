/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Harmless alterations: what KVM may hold instead of what was written. */

#include "qemu/osdep.h"
#include "altered.h"
#include "index.h"
#include "list.h"
#include "names.h"

const ARMCPRegAlteration arm_cpreg_alterations[] = {
#define SINCE(major, minor) .since = ARM_CPREG_LINUX(major, minor)
#define UNTIL(major, minor) .until = ARM_CPREG_LINUX(major, minor)
#define HELD(v)         .held = (v)
#define HELD_ANY        .any_held = true
#define WRITTEN(v)      .has_written = true, .written = (v)
#define EQUAL(f, v)     .field = &arm_cpreg_fields[ARM_FIELD_##f], .equal = (v)
#define BELOW(f, v)     .field = &arm_cpreg_fields[ARM_FIELD_##f], .below = (v)
#define BEYOND_N        .beyond_n = true
#define GUEST_ONLY      .guest_only = true
#define AT_RUN          .at_run = true
#define ALTERS(from, to, b, w, k, ...) \
    { .first = from, .last = to, .bits = b, .why = w, .kernel = k, \
      __VA_ARGS__ },
#define ALTERS1(reg, b, w, k, ...) \
    ALTERS(ARM_CPREG(reg), ARM_CPREG(reg), b, w, k, __VA_ARGS__)
#include "altered.h.inc"
#undef ALTERS1
#undef ALTERS
};

const size_t arm_cpreg_alterations_len = G_N_ELEMENTS(arm_cpreg_alterations);

/* PMCR_EL0.N: event counters from 0 on; bit 31 is the cycle counter. */
static bool altered_counters(const ARMCPRegList *guest, uint64_t *bits)
{
    ssize_t at = arm_cpreg_list_find(guest, ARM_CPREG(PMCR_EL0));

    if (at < 0) {
        return false;
    }
    *bits = 1ULL << 31 | ((1ULL << (guest->values[at] >> 11 & 0x1f)) - 1);
    return true;
}

/* Is the row about this guest?  Sets @bits to those that it covers. */
static bool altered_applies(const ARMCPRegAlteration *row,
                            const ARMCPRegList *guest, uint64_t *bits)
{
    uint64_t counters;

    *bits = row->bits;
    if (row->field) {
        ssize_t at = arm_cpreg_list_find(guest, row->field->regidx);
        uint64_t value;

        if (at < 0) {
            return false;
        }
        value = arm_cpreg_field(row->field, guest->values[at]);
        return row->below ? value < row->below : value == row->equal;
    }
    if (row->beyond_n) {
        if (!altered_counters(guest, &counters)) {
            return false;
        }
        *bits &= ~counters;
    }
    return true;
}

bool arm_cpreg_alteration(const ARMCPRegList *guest, uint64_t regidx,
                          uint64_t written, uint64_t held, const char **why)
{
    uint64_t differ = written ^ held, covered = 0;
    const char *first = NULL;

    for (size_t i = 0; i < arm_cpreg_alterations_len; i++) {
        const ARMCPRegAlteration *row = &arm_cpreg_alterations[i];
        uint64_t bits;

        if (row->guest_only || regidx < row->first || regidx > row->last ||
            !altered_applies(row, guest, &bits) || !(differ & bits) ||
            (row->has_written && (written & bits) != row->written) ||
            (!row->any_held && (held & bits) != row->held)) {
            continue;
        }
        covered |= bits;
        first = first ?: row->why;
    }
    if (why) {
        *why = first;
    }
    return !(differ & ~covered);
}
