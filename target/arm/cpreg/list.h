/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Register lists: what KVM_GET_REG_LIST enumerates, or what a migration
 * stream carries.  A list is two parallel arrays, KVM register indexes and
 * values, in ascending order of the indexes.
 *
 * The functions are pure: no vCPU, no ioctl, no global, and no allocation
 * unless a comment says so.  Input may be hostile.  Pass a list from a stream
 * to arm_cpreg_list_fault() first; the other functions need a checked list.
 */

#ifndef TARGET_ARM_CPREG_LIST_H
#define TARGET_ARM_CPREG_LIST_H

/*
 * The longest list that is accepted from a stream.  The longest list of a
 * kernel so far has 335 entries (Linux 6.18 with SVE and pointer
 * authentication).  The bound keeps a corrupt length from allocating gigabytes.
 */
#define ARM_CPREG_LIST_MAX 16384

/* A view of a list; it owns nothing.  @values may be NULL if unused. */
typedef struct ARMCPRegList {
    const uint64_t *indexes;
    const uint64_t *values;
    size_t len;
} ARMCPRegList;

/**
 * arm_cpreg_list_len_fault: what is wrong with the length of a list
 * @len: the length as received, of either sign
 * @own_len: how many registers the destination's CPU has.  An empty list is
 *           right only if this is 0 (an M profile CPU).
 *
 * Returns a new string, or NULL.
 */
char *arm_cpreg_list_len_fault(int64_t len, size_t own_len);

/**
 * arm_cpreg_entry_fault: what is wrong with an entry of a list
 * @at, @regidx: position and register of the entry
 * @before: the register of the previous entry; ignored if @at is 0
 * @wide: is it a list of wide registers, see arm_cpreg_is_wide()?
 *
 * Returns a new string, or NULL.
 */
char *arm_cpreg_entry_fault(size_t at, uint64_t regidx, uint64_t before,
                            bool wide);

/**
 * arm_cpreg_list_fault: what is wrong with a list
 *
 * Returns a new string, or NULL.  After NULL the list counts as checked: it is
 * strictly ascending, every size is 32 or 64 bits, and its length is at most
 * ARM_CPREG_LIST_MAX.
 */
char *arm_cpreg_list_fault(const ARMCPRegList *list);

/**
 * arm_cpreg_list_find: the position of @regidx in a checked list, or -1
 */
ssize_t arm_cpreg_list_find(const ARMCPRegList *list, uint64_t regidx);

/**
 * ARMCPRegWalk: a merge-walk over two checked lists
 * @source, @destination: the lists
 * @regidx: the current register
 * @s, @d: its position in each list, or -1 if the list does not have it
 *
 * Initialise with { .source = ..., .destination = ... }.  Each
 * arm_cpreg_walk_next() moves to the next register that either list has, in
 * ascending order, and returns false after the last one.
 */
typedef struct ARMCPRegWalk {
    const ARMCPRegList *source;
    const ARMCPRegList *destination;
    uint64_t regidx;
    ssize_t s;
    ssize_t d;
    /* private */
    size_t next_s;
    size_t next_d;
} ARMCPRegWalk;

bool arm_cpreg_walk_next(ARMCPRegWalk *walk);

#endif
