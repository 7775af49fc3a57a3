/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The encoding of manifests in a migration stream. */

#ifndef TARGET_ARM_CPREG_MANIFEST_STREAM_H
#define TARGET_ARM_CPREG_MANIFEST_STREAM_H

#include "manifest.h"

/* The format of the encoding.  A newer format is skipped, not refused. */
#define ARM_CPREG_MANIFEST_FORMAT 1

/* The longest encoding that is accepted.  The longest lists need 0x62000. */
#define ARM_CPREG_MANIFEST_MAX 0x80000

/*
 * The encoding in a stream, big-endian:
 *
 *   u32 target; 7 x u32 features; u64 SVE vector lengths
 *   u8 n; n bytes: kernel
 *   u32 n; n x u64 index                   every register
 *   u32 n; n x (u64 index, u64 value)      fixed registers
 *   u32 n; n x u64 index                   wide registers
 */
GByteArray *arm_cpreg_manifest_encode(const ARMCPRegManifest *manifest);

/**
 * arm_cpreg_manifest_decode: decode bytes from another QEMU
 * @data, @size: the bytes; they may be hostile
 * @fault: on failure set to a new string that says what is wrong
 *
 * Returns a checked manifest (see arm_cpreg_manifest_fault()) or NULL.
 */
ARMCPRegManifest *arm_cpreg_manifest_decode(const void *data, size_t size,
                                            char **fault);

/*
 * The encoding of the configured part, separate from the rest:
 *
 *   u8 n; n bytes: how it was configured
 *   u32 n; n x u64 index                   the registers
 *   u32 n; n x (u64 midr, u64 revidr, u64 aidr)
 */
GByteArray *arm_cpreg_manifest_encode_configured(
    const ARMCPRegManifest *manifest);

/* Decode it into a manifest.  Returns what is wrong, a new string, or NULL. */
char *arm_cpreg_manifest_decode_configured(ARMCPRegManifest *manifest,
                                           const void *data, size_t size);

#endif
