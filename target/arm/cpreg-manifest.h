/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The manifest of a vCPU: what KVM was asked for when it was made, the
 * registers that it has, and the values of those that a guest cannot change.
 * It is known before a guest runs, and says whether another host can take it.
 */

#ifndef TARGET_ARM_CPREG_MANIFEST_H
#define TARGET_ARM_CPREG_MANIFEST_H

#include "cpreg-impl.h"
#include "cpreg-reconcile.h"
#include "cpreg-vcpu-init.h"

/* Of the encoding in a stream; what is newer is skipped, not refused. */
#define ARM_CPREG_MANIFEST_FORMAT 1

/* The longest encoding that is read.  The longest lists need 0x62000. */
#define ARM_CPREG_MANIFEST_MAX 0x80000

/* The longest name of a kernel, "6.18.15+deb13-cloud-arm64". */
#define ARM_CPREG_KERNEL_MAX 64

typedef struct ARMCPRegManifest {
    ARMCPRegVCPUInit init;
    char *kernel;           /* as uname -r has it; never NULL */
    /* Each register of 32 and 64 bits that KVM lists, core and SVE aside. */
    size_t len;
    uint64_t *indexes;
    /*
     * Those with values, see arm_cpreg_is_in_manifest(): by the QEMU that
     * made the manifest, so that some may be more or fewer here.  Of PMCR_EL0
     * only the bits that a guest cannot change are there.
     */
    size_t fixed_len;
    uint64_t *fixed_indexes;
    uint64_t *fixed_values;
    /* Registers of other sizes: cpreg-wide.h. */
    size_t wide_len;
    uint64_t *wide_indexes;
    /*
     * Where the guest's user has chosen what it sees: by what, for people, and
     * which registers, ascending.  A vCPU of the destination has to start with
     * the same values, since a reset goes back to them.  NULL and 0 else.
     * Like the next member, not in the encoding below.
     */
    char *baseline;
    size_t chosen_len;
    uint64_t *chosen_indexes;
    /* CPU implementations that the guest is told of (cpreg-impl.h), or NULL */
    GArray *impls;
} ARMCPRegManifest;

ARMCPRegManifest *arm_cpreg_manifest_new(void);
void arm_cpreg_manifest_free(ARMCPRegManifest *manifest);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ARMCPRegManifest, arm_cpreg_manifest_free)

/**
 * arm_cpreg_is_identity: may the existence of other registers follow from it?
 *
 * The feature ID registers, the firmware registers and the feature bitmaps.
 * They are written before all others.
 */
bool arm_cpreg_is_identity(uint64_t regidx);

/* Op0 3, op1 0, CRn 0, CRm 1 to 7? */
bool arm_cpreg_is_feature_id(uint64_t regidx);

/* What the CPU says of its implementer: MIDR_EL1, REVIDR_EL1, AIDR_EL1? */
bool arm_cpreg_is_implementation(uint64_t regidx);

/**
 * arm_cpreg_is_fixed: does a register keep its value once a guest runs?
 *
 * Identity, what the CPU says of its implementer (MIDR_EL1, REVIDR_EL1,
 * AIDR_EL1), its caches (CLIDR_EL1, CCSIDR, CTR_EL0), and PMMIR_EL1.
 */
bool arm_cpreg_is_fixed(uint64_t regidx);

/*
 * The bits of a register that keep their value once a guest runs: all of a
 * fixed one, of PMCR_EL0 the number of counters.
 */
uint64_t arm_cpreg_fixed_bits(uint64_t regidx);

/*
 * The bits of an ID register that KVM fills in by the interrupt controller of
 * the VM: nobody chooses them.
 */
uint64_t arm_cpreg_irqchip_bits(uint64_t regidx);

/*
 * Does a manifest have the value of this register?  Of each that keeps some
 * bits, and of the physical timer, by which it is told whether the guest has
 * ever used that.
 */
bool arm_cpreg_is_in_manifest(uint64_t regidx);

/* The longest text about a baseline, "baseline pool (pool.json)". */
#define ARM_CPREG_BASELINE_MAX 200

/*
 * A text from outside as it can stand in a message: ASCII, and not longer than
 * ARM_CPREG_BASELINE_MAX.  A new string; NULL for NULL.
 */
char *arm_cpreg_printable(const char *text);

/*
 * One more value, of a register of a higher index than those before it, as far
 * as a manifest has it: arm_cpreg_is_in_manifest().  There must be room.
 */
void arm_cpreg_manifest_add_value(ARMCPRegManifest *manifest, uint64_t regidx,
                                  uint64_t value);

/* Views of the manifest's lists; valid as long as it is. */
ARMCPRegList arm_cpreg_manifest_list(const ARMCPRegManifest *manifest);
ARMCPRegList arm_cpreg_manifest_fixed(const ARMCPRegManifest *manifest);

/**
 * arm_cpreg_manifest_source: the manifest's registers as a load takes them
 * @manifest: a checked one
 * @values: set to a new array, to which the list refers
 *
 * A register without a value in the manifest has the one with which a rule
 * lets it stay behind: that is decided when its state has arrived.
 */
ARMCPRegList arm_cpreg_manifest_source(const ARMCPRegManifest *manifest,
                                       uint64_t **values);

/**
 * arm_cpreg_manifest_fault: what is wrong with a manifest from outside
 *
 * Returns a new string; NULL if the lists keep their rules, each register
 * with a value is in the list, and each identity register has one.
 */
char *arm_cpreg_manifest_fault(const ARMCPRegManifest *manifest);

/*
 * The encoding in a stream, big-endian:
 *
 *   u32 target; 7 x u32 features; u64 SVE vector lengths
 *   u8 n; n bytes: kernel
 *   u32 n; n x u64 index                   every register
 *   u32 n; n x (u64 index, u64 value)      the fixed ones
 *   u32 n; n x u64 index                   wide registers
 */
GByteArray *arm_cpreg_manifest_encode(const ARMCPRegManifest *manifest);

/**
 * arm_cpreg_manifest_decode: read what another QEMU, or anybody, has sent
 * @data, @size: the bytes
 * @fault: set to a new string, what is wrong with them, on failure
 *
 * Returns a checked manifest (see arm_cpreg_manifest_fault()) or NULL.
 */
ARMCPRegManifest *arm_cpreg_manifest_decode(const void *data, size_t size,
                                            char **fault);

/*
 * What the user has chosen, apart:
 *
 *   u8 n; n bytes: by what
 *   u32 n; n x u64 index                   the registers
 *   u32 n; n x (u64 midr, u64 revidr, u64 aidr)
 */
GByteArray *arm_cpreg_manifest_encode_chosen(const ARMCPRegManifest *manifest);

/* Adds it to a manifest; returns what is wrong, as a new string, or NULL. */
char *arm_cpreg_manifest_decode_chosen(ARMCPRegManifest *manifest,
                                       const void *data, size_t size);

#endif
