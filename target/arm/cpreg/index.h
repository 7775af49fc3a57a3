/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * KVM register indexes: their parts, and what an index alone says about a
 * register.  Every function accepts any 64-bit number.
 */

#ifndef TARGET_ARM_CPREG_INDEX_H
#define TARGET_ARM_CPREG_INDEX_H

/*
 * The parts of a KVM register index, Linux include/uapi/linux/kvm.h and
 * arch/arm64/include/uapi/asm/kvm.h.  Defined here because hosts of other
 * architectures do not have the headers.
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

/* CCSIDR_EL1 that CSSELR_EL1 = @n selects: 32 bits, demultiplexed by KVM. */
#define ARM_CPREG_CCSIDR(n) \
    (ARM_CPREG_ARCH_ARM64 | ARM_CPREG_SIZE_U32 | ARM_CPREG_KIND_DEMUX | (n))

/* Firmware register @n, and firmware feature bitmap @n. */
#define ARM_CPREG_FW(n) \
    (ARM_CPREG_ARCH_ARM64 | ARM_CPREG_SIZE_U64 | ARM_CPREG_KIND_FW | (n))
#define ARM_CPREG_FW_BMAP(n) \
    (ARM_CPREG_ARCH_ARM64 | ARM_CPREG_SIZE_U64 | ARM_CPREG_KIND_FW_BMAP | (n))

/* ARM_SYSREG_TCR2_EL1 and so on: the low 16 bits of a register's index. */
enum {
#define DEF(name, op0, op1, crn, crm, op2) \
    ARM_SYSREG_##name = (op0) << 14 | (op1) << 11 | (crn) << 7 | \
                        (crm) << 3 | (op2),
#include "sysregs.h.inc"
#undef DEF
};

/* The KVM register index of a system register in sysregs.h.inc. */
#define ARM_CPREG(name)                                                 \
    (ARM_CPREG_ARCH_ARM64 | ARM_CPREG_SIZE_U64 | ARM_CPREG_KIND_SYSREG | \
     ARM_SYSREG_##name)

/* The feature ID registers: op0 3, op1 0, CRn 0, CRm 1 to 7, any op2. */
#define ARM_CPREG_ID_FIRST      ARM_CPREG(ID_PFR0_EL1)
#define ARM_CPREG_ID_LAST       (ARM_CPREG_ID_FIRST + 0x37)

/* The lowest of the event counters and types; PMCCFILTR_EL0 is the highest. */
#define ARM_CPREG_PMEVCNTR0     (ARM_CPREG(PMCCFILTR_EL0) - 0x3f)

/* Is it a core or SVE register?  kvm.c migrates these one by one. */
bool arm_cpreg_is_core(uint64_t regidx);

/* The size of a register's value in bytes, a power of two up to 32768. */
size_t arm_cpreg_size(uint64_t regidx);

/* Is its size neither 32 nor 64 bits?  Core and SVE registers do not count. */
bool arm_cpreg_is_wide(uint64_t regidx);

/* Is it a counter of time, which goes on while the guest is stopped? */
bool arm_cpreg_is_counter(uint64_t regidx);

/**
 * arm_cpreg_is_identity: can it decide which other registers exist?
 *
 * True for feature ID registers, firmware registers and feature bitmaps.
 * They are written before all others.
 */
bool arm_cpreg_is_identity(uint64_t regidx);

/* Is it a feature ID register: op0 3, op1 0, CRn 0, CRm 1 to 7? */
bool arm_cpreg_is_feature_id(uint64_t regidx);

/* Does it name the CPU's implementation: MIDR_EL1, REVIDR_EL1, AIDR_EL1? */
bool arm_cpreg_is_implementation(uint64_t regidx);

/* Does it describe the CPU's caches: CTR_EL0, CLIDR_EL1, CCSIDR? */
bool arm_cpreg_is_cache(uint64_t regidx);

/**
 * arm_cpreg_is_fixed: does it keep its value once a guest runs?
 *
 * True for identity, implementation (MIDR_EL1, REVIDR_EL1, AIDR_EL1), caches
 * (CLIDR_EL1, CCSIDR, CTR_EL0), and PMMIR_EL1.
 */
bool arm_cpreg_is_fixed(uint64_t regidx);

/*
 * The bits of a register that keep their value once a guest runs: all bits of
 * a fixed register, the number of counters (N) of PMCR_EL0, else none.
 */
uint64_t arm_cpreg_fixed_bits(uint64_t regidx);

/*
 * The bits of an ID register that KVM sets to match the VM's interrupt
 * controller.  No user can set them.
 */
uint64_t arm_cpreg_irqchip_bits(uint64_t regidx);

/*
 * Does a manifest have the value of this register?  True if some bits are
 * fixed, and for the physical timer: its value shows if the guest ever used it.
 */
bool arm_cpreg_is_in_manifest(uint64_t regidx);

/**
 * arm_cpreg_is_early: is it written before all others?
 *
 * True if it decides which registers exist, or which bits others can hold:
 * identity, implementation, and PMCR_EL0, whose N belongs to the VM.
 */
bool arm_cpreg_is_early(uint64_t regidx);

/* Does KVM's register belong in the cpreg list?  Not if core, SVE or wide. */
bool arm_cpreg_is_of_list(uint64_t regidx);

#endif
