/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Register lists: what KVM_GET_REG_LIST enumerates, or what a migration
 * stream carries, as parallel arrays of KVM register indexes and values in
 * ascending order of the indexes.
 *
 * Everything here is a function over such lists.  It knows no vCPU, no ioctl
 * and no global, allocates only where a comment says so, and takes hostile
 * input: a list from a stream goes through arm_cpreg_list_fault() once, and
 * the other functions then rely on what that established.
 */

#ifndef TARGET_ARM_CPREG_LIST_H
#define TARGET_ARM_CPREG_LIST_H

/*
 * The longest list that is accepted from a stream.  The longest one seen from
 * a kernel has 335 entries (Linux 6.18 with SVE and pointer authentication);
 * the bound only keeps a corrupt length from allocating gigabytes.
 */
#define ARM_CPREG_LIST_MAX 16384

/*
 * The parts of a KVM register index, Linux include/uapi/linux/kvm.h and
 * arch/arm64/include/uapi/asm/kvm.h.  Spelled here because the headers are
 * not there on a host of another architecture.
 */
#define ARM_CPREG_ARCH_MASK     0xff00000000000000ULL
#define ARM_CPREG_ARCH_ARM64    0x6000000000000000ULL
#define ARM_CPREG_SIZE_MASK     0x00f0000000000000ULL
#define ARM_CPREG_SIZE_SHIFT    52
#define ARM_CPREG_SIZE_U32      0x0020000000000000ULL
#define ARM_CPREG_SIZE_U64      0x0030000000000000ULL
#define ARM_CPREG_KIND_MASK     0x000000000fff0000ULL
#define ARM_CPREG_KIND_CORE     0x0000000000100000ULL
#define ARM_CPREG_KIND_DEMUX    0x0000000000110000ULL
#define ARM_CPREG_KIND_SYSREG   0x0000000000130000ULL
#define ARM_CPREG_KIND_FW       0x0000000000140000ULL
#define ARM_CPREG_KIND_SVE      0x0000000000150000ULL
#define ARM_CPREG_KIND_FW_BMAP  0x0000000000160000ULL

/* CCSIDR_EL1 as CSSELR_EL1 = @n selects it: 32 bits, demultiplexed by KVM. */
#define ARM_CPREG_CCSIDR(n) \
    (ARM_CPREG_ARCH_ARM64 | ARM_CPREG_SIZE_U32 | ARM_CPREG_KIND_DEMUX | (n))

/* Firmware register @n, and firmware feature bitmap @n. */
#define ARM_CPREG_FW(n) \
    (ARM_CPREG_ARCH_ARM64 | ARM_CPREG_SIZE_U64 | ARM_CPREG_KIND_FW | (n))
#define ARM_CPREG_FW_BMAP(n) \
    (ARM_CPREG_ARCH_ARM64 | ARM_CPREG_SIZE_U64 | ARM_CPREG_KIND_FW_BMAP | (n))

/* A view of a list; it owns nothing. @values may be NULL where none count. */
typedef struct ARMCPRegList {
    const uint64_t *indexes;
    const uint64_t *values;
    size_t len;
} ARMCPRegList;

/**
 * arm_cpreg_list_len_fault: what is wrong with the length of a list
 * @len: the length as it came in, of either sign
 * @own_len: how many registers the CPU here has; 0 (an M profile CPU) is the
 *           only case in which an empty list is right
 *
 * Returns a new string, or NULL.
 */
char *arm_cpreg_list_len_fault(int64_t len, size_t own_len);

/**
 * arm_cpreg_entry_fault: what is wrong with an entry of a list
 * @at, @regidx: its position and its register
 * @before: the register at the position before; not looked at for 0
 * @wide: is it a list of wide registers, see arm_cpreg_is_wide()?
 *
 * Returns a new string, or NULL.
 */
char *arm_cpreg_entry_fault(size_t at, uint64_t regidx, uint64_t before,
                            bool wide);

/**
 * arm_cpreg_list_fault: what is wrong with a list
 *
 * Returns a new string.  NULL if the list is checked now: it is strictly
 * ascending, every size is 32 or 64 bits, and its length is at most
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
 * @regidx: the register that the walk stands at
 * @s, @d: its position in the lists, or -1 where it is not listed
 *
 * Initialise with { .source = ..., .destination = ... }; each
 * arm_cpreg_walk_next() goes to the next register that either list has, in
 * ascending order, and returns false behind the last one.
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
