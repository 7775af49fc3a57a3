/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Safe values of the feature ID registers and of CTR_EL0. */

#include "qemu/osdep.h"
#include "index.h"
#include "names.h"
#include "safe.h"

static const struct {
    int field;              /* position in arm_cpreg_fields[] */
    ARMCPRegSafe safe;
    uint8_t value;
} safe_exceptions[] = {
#define SAFE(reg, field, safe, value) \
    { ARM_FIELD_##reg##_##field, ARM_CPREG_SAFE_##safe, value },
#include "safe.h.inc"
};

static const struct {
    int field;
    uint8_t least;
    bool or_zero;
} safe_lowest[] = {
#define LOWEST(reg, field, least, or_zero) \
    { ARM_FIELD_##reg##_##field, least, or_zero },
#include "safe.h.inc"
};

static const struct {
    uint64_t first;
    uint64_t last;
    uint64_t bits;
    const char *kernel;
} writable_since[] = {
#define WRITABLE(reg, bits, kernel) \
    { ARM_CPREG(reg), ARM_CPREG(reg), bits, kernel },
#define WRITABLE_RANGE(first, last, bits, kernel) \
    { first, last, bits, kernel },
#include "safe.h.inc"
};

/* The position of the first field of a register; the table is in order. */
static int safe_first_field(uint64_t regidx)
{
    int low = 0, high = ARM_FIELD_COUNT;

    while (low < high) {
        int mid = low + (high - low) / 2;

        if (arm_cpreg_fields[mid].regidx < regidx) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    return low;
}

/* The position of the named field at this bit, -1 if there is none. */
static int safe_named_field(uint64_t regidx, unsigned bit)
{
    for (int i = safe_first_field(regidx); i < ARM_FIELD_COUNT &&
         arm_cpreg_fields[i].regidx == regidx; i++) {
        const ARMCPRegField *field = &arm_cpreg_fields[i];

        if (bit >= field->shift && bit < field->shift + field->width) {
            return i;
        }
    }
    return -1;
}

ARMCPRegSafeField arm_cpreg_safe_field(uint64_t regidx, unsigned bit)
{
    int named = safe_named_field(regidx, bit);
    unsigned nibble = bit & ~3u, end = bit + 1;
    ARMCPRegSafeField found = {
        .regidx = regidx,
        .shift = bit,
        .safe = ARM_CPREG_SAFE_LOWER,
    };

    if (named < 0) {
        while (found.shift > nibble &&
               safe_named_field(regidx, found.shift - 1) < 0) {
            found.shift--;
        }
        while (end < nibble + 4 && safe_named_field(regidx, end) < 0) {
            end++;
        }
        found.width = end - found.shift;
        return found;
    }
    found.shift = arm_cpreg_fields[named].shift;
    found.width = arm_cpreg_fields[named].width;
    found.name = arm_cpreg_fields[named].name;
    for (size_t i = 0; i < ARRAY_SIZE(safe_exceptions); i++) {
        if (safe_exceptions[i].field == named) {
            found.safe = safe_exceptions[i].safe;
            found.value = safe_exceptions[i].value;
        }
    }
    for (size_t i = 0; i < ARRAY_SIZE(safe_lowest); i++) {
        if (safe_lowest[i].field == named) {
            found.least = safe_lowest[i].least;
            found.or_zero = safe_lowest[i].or_zero;
        }
    }
    return found;
}

char *arm_cpreg_safe_field_name(const ARMCPRegSafeField *field)
{
    g_autofree char *name = NULL;

    if (field->name) {
        return g_strdup(field->name);
    }
    name = arm_cpreg_short_name(field->regidx);
    return g_strdup_printf("%s bits %d:%d", name,
                           field->shift + field->width - 1, field->shift);
}

bool arm_cpreg_safe_is(const ARMCPRegSafeField *field, uint64_t wanted,
                       uint64_t limit)
{
    uint64_t w = arm_cpreg_safe_number(field, wanted);
    uint64_t l = arm_cpreg_safe_number(field, limit);

    if (w == l) {
        return true;
    }
    if (w < field->least && !(field->or_zero && !w)) {
        return false;
    }
    switch (field->safe) {
    case ARM_CPREG_SAFE_LOWER:
        return w < l;
    case ARM_CPREG_SAFE_LOWER_SIGNED:
        return arm_cpreg_safe_signed(field, w) <
               arm_cpreg_safe_signed(field, l);
    case ARM_CPREG_SAFE_HIGHER:
        return w > l;
    case ARM_CPREG_SAFE_HIGHER_OR_ZERO:
        return w == 0 || (l != 0 && w > l);
    default:
        return w == field->value;
    }
}

const char *arm_cpreg_safe_since(uint64_t regidx, uint64_t bits)
{
    for (size_t i = 0; i < ARRAY_SIZE(writable_since); i++) {
        if (regidx >= writable_since[i].first &&
            regidx <= writable_since[i].last) {
            bits &= ~writable_since[i].bits;
            if (!bits) {
                return writable_since[i].kernel;
            }
        }
    }
    return NULL;
}

/* "6", "6 to 9", with "0 or " before it */
static void safe_append_range(GString *text, bool or_zero, uint64_t low,
                              uint64_t high)
{
    g_string_append_printf(text, "%s%" PRIu64, or_zero && low ? "0 or " : "",
                           low);
    if (high > low) {
        g_string_append_printf(text, " to %" PRIu64, high);
    }
}

/* The numbers that a writable field can have. */
static void safe_append_possible(GString *text, const ARMCPRegSafeField *field,
                                 uint64_t limit)
{
    uint64_t highest = (1ULL << field->width) - 1;
    uint64_t least = MIN(field->least, limit);

    switch (field->safe) {
    case ARM_CPREG_SAFE_LOWER:
        safe_append_range(text, field->or_zero, least, limit);
        break;
    case ARM_CPREG_SAFE_LOWER_SIGNED:
        /* negative numbers, as unsigned ones */
        if (limit <= highest / 2) {
            safe_append_range(text, field->or_zero, least, limit);
            g_string_append(text, " or ");
            limit = highest;
        }
        safe_append_range(text, false, highest / 2 + 1, limit);
        break;
    case ARM_CPREG_SAFE_HIGHER:
        safe_append_range(text, false, limit, highest);
        break;
    case ARM_CPREG_SAFE_HIGHER_OR_ZERO:
        safe_append_range(text, true, limit, limit ? highest : 0);
        break;
    default:
        safe_append_range(text, false, limit, limit);
        if (limit != field->value) {
            g_string_append_printf(text, " or %u", field->value);
        }
        break;
    }
}

static void safe_append_field(GString *text, const ARMCPRegSafeField *field,
                              uint64_t wanted, uint64_t limit, bool fixed)
{
    g_autofree char *name = arm_cpreg_safe_field_name(field);
    const char *since = arm_cpreg_safe_since(field->regidx,
                                             (wanted ^ limit) &
                                             arm_cpreg_safe_mask(field));

    arm_cpreg_clause(text, "%s: wanted %" PRIu64 ", possible ", name,
                     arm_cpreg_safe_number(field, wanted));
    if (!fixed) {
        safe_append_possible(text, field, arm_cpreg_safe_number(field, limit));
        return;
    }
    g_string_append_printf(text, "%" PRIu64 " (this kernel cannot change it",
                           arm_cpreg_safe_number(field, limit));
    if (since) {
        g_string_append_printf(text, "; Linux %s and later can", since);
    }
    g_string_append_c(text, ')');
}

bool arm_cpreg_safe_append(GString *text, uint64_t regidx, uint64_t wanted,
                           uint64_t limit, uint64_t writable)
{
    ARMCPRegSafeField field;
    bool possible = true;

    for (unsigned bit = 0; bit < 64; bit = field.shift + field.width) {
        bool fixed;

        field = arm_cpreg_safe_field(regidx, bit);
        fixed = (wanted ^ limit) & arm_cpreg_safe_mask(&field) & ~writable;
        if (fixed || !arm_cpreg_safe_is(&field, wanted, limit)) {
            safe_append_field(text, &field, wanted, limit, fixed);
            possible = false;
        }
    }
    return possible;
}
