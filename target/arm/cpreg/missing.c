/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Missing registers: the destination has them, the stream does not. */

#include "qemu/osdep.h"
#include "index.h"
#include "missing.h"

static const ARMCPRegMissing missing_rows[] = {
#define KEEP(from, to, w, k) \
    { .first = from, .last = to, .why = w, .kernel = k },
#define KEEP_IF_NONE(from, to, w, k) \
    { .first = from, .last = to, .none_listed = true, .why = w, .kernel = k },
#define SET(from, to, v, w, k) \
    { .first = from, .last = to, .set = true, .value = v, .why = w, \
      .kernel = k },
#include "missing.h.inc"
#undef KEEP
#undef KEEP_IF_NONE
#undef SET
};

const ARMCPRegMissingRules arm_cpreg_missing_rules = {
    .rows = missing_rows,
    .len = G_N_ELEMENTS(missing_rows),
};

/* Lists @list any register from @first to @last? */
static bool missing_lists_any(const ARMCPRegList *list, uint64_t first,
                              uint64_t last)
{
    for (size_t i = 0; i < list->len; i++) {
        if (list->indexes[i] >= first && list->indexes[i] <= last) {
            return true;
        }
    }
    return false;
}

const ARMCPRegMissing *
arm_cpreg_missing_row(const ARMCPRegMissingRules *rules,
                      const ARMCPRegList *source, uint64_t regidx)
{
    for (size_t i = 0; rules && i < rules->len; i++) {
        const ARMCPRegMissing *row = &rules->rows[i];

        if (regidx >= row->first && regidx <= row->last &&
            !(row->none_listed &&
              missing_lists_any(source, row->first, row->last))) {
            return row;
        }
    }
    return NULL;
}
