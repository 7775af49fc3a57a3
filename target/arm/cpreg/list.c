/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Register lists: checks, search and the merge-walk. */

#include "qemu/osdep.h"
#include "index.h"
#include "list.h"
#include "names.h"

char *arm_cpreg_list_len_fault(int64_t len, size_t own_len)
{
    if (len < 0 || len > ARM_CPREG_LIST_MAX) {
        return g_strdup_printf("the register list has %" PRId64 " entries, at "
                               "most %d are allowed", len,
                               ARM_CPREG_LIST_MAX);
    }
    return len || !own_len ? NULL : g_strdup("the register list is empty");
}

char *arm_cpreg_entry_fault(size_t at, uint64_t regidx, uint64_t before,
                            bool wide)
{
    uint64_t size = regidx & ARM_CPREG_SIZE_MASK;
    bool fits = wide ? arm_cpreg_is_wide(regidx) :
                size == ARM_CPREG_SIZE_U32 || size == ARM_CPREG_SIZE_U64;
    const char *list = wide ? "list of wide registers" : "register list";
    g_autofree char *name = NULL;
    g_autofree char *previous = NULL;

    if (fits && (at == 0 || regidx > before)) {
        return NULL;
    }
    name = arm_cpreg_name(regidx);
    if (at == 0 || regidx > before) {
        return g_strdup_printf("entry %zu of the %s, %s, has size code %d, "
                               "%s", at, list, name,
                               (int)(size >> ARM_CPREG_SIZE_SHIFT),
                               wide ? "not that of a wide register" :
                                      "not 32 or 64 bits");
    }
    if (regidx == before) {
        return g_strdup_printf("entry %zu of the %s, %s, is in the list "
                               "twice", at, list, name);
    }
    previous = arm_cpreg_name(before);
    return g_strdup_printf("the %s is not in ascending order: entry %zu, "
                           "%s, follows %s", list, at, name, previous);
}

char *arm_cpreg_list_fault(const ARMCPRegList *list)
{
    char *fault = arm_cpreg_list_len_fault(list->len, 0);

    for (size_t i = 0; i < list->len && !fault; i++) {
        fault = arm_cpreg_entry_fault(i, list->indexes[i],
                                      i ? list->indexes[i - 1] : 0, false);
    }
    return fault;
}

ssize_t arm_cpreg_list_find(const ARMCPRegList *list, uint64_t regidx)
{
    size_t low = 0, high = list->len;

    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (list->indexes[mid] == regidx) {
            return mid;
        }
        if (list->indexes[mid] < regidx) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    return -1;
}

bool arm_cpreg_walk_next(ARMCPRegWalk *walk)
{
    bool in_s = walk->next_s < walk->source->len;
    bool in_d = walk->next_d < walk->destination->len;
    uint64_t s = in_s ? walk->source->indexes[walk->next_s] : UINT64_MAX;
    uint64_t d = in_d ? walk->destination->indexes[walk->next_d] : UINT64_MAX;

    if (!in_s && !in_d) {
        return false;
    }
    /* UINT64_MAX is in no checked list: its size code is invalid. */
    walk->regidx = MIN(s, d);
    walk->s = s == walk->regidx ? (ssize_t)walk->next_s++ : -1;
    walk->d = d == walk->regidx ? (ssize_t)walk->next_d++ : -1;
    return true;
}
