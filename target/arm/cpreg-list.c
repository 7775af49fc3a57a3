/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Register lists: checks, search and the merge-walk. */

#include "qemu/osdep.h"
#include "cpreg-list.h"
#include "cpreg-names.h"

ARMCPRegListFault arm_cpreg_list_check_len(int64_t len, size_t own_len)
{
    if (len < 0 || len > ARM_CPREG_LIST_MAX) {
        return ARM_CPREG_LIST_TOO_LONG;
    }
    if (len == 0 && own_len > 0) {
        return ARM_CPREG_LIST_EMPTY;
    }
    return ARM_CPREG_LIST_OK;
}

ARMCPRegListFault arm_cpreg_list_check(const ARMCPRegList *list, size_t *at)
{
    size_t i, unused;

    at = at ?: &unused;
    *at = list->len;
    if (list->len > ARM_CPREG_LIST_MAX) {
        return ARM_CPREG_LIST_TOO_LONG;
    }
    for (i = 0; i < list->len; i++) {
        uint64_t regidx = list->indexes[i];
        uint64_t size = regidx & ARM_CPREG_SIZE_MASK;

        *at = i;
        if (i > 0 && regidx == list->indexes[i - 1]) {
            return ARM_CPREG_LIST_DUPLICATE;
        }
        if (i > 0 && regidx < list->indexes[i - 1]) {
            return ARM_CPREG_LIST_UNSORTED;
        }
        if (size != ARM_CPREG_SIZE_U32 && size != ARM_CPREG_SIZE_U64) {
            return ARM_CPREG_LIST_SIZE;
        }
    }
    return ARM_CPREG_LIST_OK;
}

char *arm_cpreg_list_fault_text(ARMCPRegListFault fault,
                                const ARMCPRegList *list, int64_t at)
{
    g_autofree char *name = NULL;
    g_autofree char *previous = NULL;

    switch (fault) {
    case ARM_CPREG_LIST_OK:
        return NULL;
    case ARM_CPREG_LIST_TOO_LONG:
        return g_strdup_printf("a register list of %" PRId64 " entries (at "
                               "most %d are accepted)", at,
                               ARM_CPREG_LIST_MAX);
    case ARM_CPREG_LIST_EMPTY:
        return g_strdup("an empty register list");
    default:
        break;
    }

    name = arm_cpreg_name(list->indexes[at]);
    if (fault == ARM_CPREG_LIST_SIZE) {
        return g_strdup_printf("entry %" PRId64 " of the register list, %s, "
                               "has size code %d, not 32 or 64 bits", at, name,
                               (int)((list->indexes[at] & ARM_CPREG_SIZE_MASK)
                                     >> ARM_CPREG_SIZE_SHIFT));
    }
    if (fault == ARM_CPREG_LIST_DUPLICATE) {
        return g_strdup_printf("entry %" PRId64 " of the register list, %s, "
                               "is in the list twice", at, name);
    }
    previous = arm_cpreg_name(list->indexes[at - 1]);
    return g_strdup_printf("the register list is not in ascending order: "
                           "entry %" PRId64 ", %s, follows %s", at, name,
                           previous);
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
    /* UINT64_MAX is no index of a checked list: its size code is unknown. */
    walk->regidx = MIN(s, d);
    walk->s = s == walk->regidx ? (ssize_t)walk->next_s++ : -1;
    walk->d = d == walk->regidx ? (ssize_t)walk->next_d++ : -1;
    return true;
}
