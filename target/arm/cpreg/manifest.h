/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The manifest of a vCPU: the arguments of KVM_ARM_VCPU_INIT, the list of its
 * registers, and the values of those that a guest cannot change.  It is known
 * before the guest stops, and decides whether another host can run the guest.
 */

#ifndef TARGET_ARM_CPREG_MANIFEST_H
#define TARGET_ARM_CPREG_MANIFEST_H

#include "reconcile.h"
#include "target-impl-cpus.h"
#include "vcpu-init.h"

/* The longest name of a kernel, "6.18.15+deb13-cloud-arm64". */
#define ARM_CPREG_KERNEL_MAX 64

typedef struct ARMCPRegManifest {
    ARMCPRegVCPUInit init;
    char *kernel;           /* as uname -r has it; never NULL */
    /* The registers of 32 and 64 bits that KVM lists, without core and SVE. */
    size_t len;
    uint64_t *indexes;
    /*
     * The registers with values, see arm_cpreg_is_in_manifest().  The QEMU that
     * made the manifest decided, and another version may expect more or fewer.
     * A value has only the bits that a guest cannot change.
     */
    size_t fixed_len;
    uint64_t *fixed_indexes;
    uint64_t *fixed_values;
    /* Registers of other sizes: wide.h. */
    size_t wide_len;
    uint64_t *wide_indexes;
    /*
     * The guest view that the user configured: a text that says how, and the
     * registers, ascending.  A vCPU of the destination has to start with the
     * same values, because a reset returns to them.  NULL and 0 if not
     * configured.  Encoded separately, see manifest-stream.h.
     */
    char *baseline;
    size_t configured_len;
    uint64_t *configured_indexes;
    /* The guest's list of implementations, target-impl-cpus.h, or NULL. */
    GArray *impls;
} ARMCPRegManifest;

ARMCPRegManifest *arm_cpreg_manifest_new(void);
void arm_cpreg_manifest_free(ARMCPRegManifest *manifest);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ARMCPRegManifest, arm_cpreg_manifest_free)

/* The longest text about a baseline, "baseline pool (pool.json)". */
#define ARM_CPREG_BASELINE_MAX 200

/*
 * Make a text from outside safe for messages: ASCII, and at most
 * ARM_CPREG_BASELINE_MAX bytes.  Returns a new string; NULL for NULL.
 */
char *arm_cpreg_printable(const char *text);

/* The same, in place, for a text of @len bytes. */
void arm_cpreg_make_printable(char *text, size_t len);

/*
 * Append a value, or its bits that belong in a manifest.  The index must be
 * higher than the last one, and the arrays must have room.
 */
void arm_cpreg_manifest_add_value(ARMCPRegManifest *manifest, uint64_t regidx,
                                  uint64_t value);

/* Views of the manifest's lists; valid until it is freed. */
ARMCPRegList arm_cpreg_manifest_list(const ARMCPRegManifest *manifest);
ARMCPRegList arm_cpreg_manifest_fixed(const ARMCPRegManifest *manifest);

/**
 * arm_cpreg_manifest_source: the manifest's registers as arm_cpreg_load() needs
 * @manifest: a checked manifest
 * @values: set to a new array, to which the list refers
 *
 * A register without a value gets the one with which a rule can drop it: the
 * load decides again when the guest's state has arrived.
 */
ARMCPRegList arm_cpreg_manifest_source(const ARMCPRegManifest *manifest,
                                       uint64_t **values);

/**
 * arm_cpreg_manifest_fault: what is wrong with a manifest from outside
 *
 * Returns a new string.  NULL if the lists are valid, each register with a
 * value is in the list, and each identity register has a value.
 */
char *arm_cpreg_manifest_fault(const ARMCPRegManifest *manifest);

/* The same for the configured part. */
char *arm_cpreg_manifest_configured_fault(const ARMCPRegManifest *manifest);

#endif
