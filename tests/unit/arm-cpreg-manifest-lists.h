/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A manifest written out as lists in a table, each of which ends with a 0; a
 * manifest against the list of a destination; encodings that are cut or
 * altered.
 */

#ifndef TESTS_UNIT_ARM_CPREG_MANIFEST_LISTS_H
#define TESTS_UNIT_ARM_CPREG_MANIFEST_LISTS_H

#include "target/arm/cpreg/manifest-stream.h"

/* So many numbers come before the 0; each is the first of @step. */
static inline size_t manifest_count(const uint64_t *numbers, size_t step)
{
    size_t n = 0;

    while (numbers[n * step]) {
        n++;
    }
    return n;
}

/* The manifest has copies.  @fixed is of indexes and values. */
static inline ARMCPRegManifest *manifest_of_lists(const uint64_t *indexes,
                                                  const uint64_t (*fixed)[2],
                                                  const uint64_t *wide)
{
    ARMCPRegManifest *manifest = arm_cpreg_manifest_new();

    manifest->len = manifest_count(indexes, 1);
    manifest->indexes = g_memdup2(indexes, manifest->len * sizeof(*indexes));
    manifest->fixed_len = manifest_count(fixed[0], 2);
    manifest->fixed_indexes = g_new(uint64_t, manifest->fixed_len);
    manifest->fixed_values = g_new(uint64_t, manifest->fixed_len);
    for (size_t i = 0; i < manifest->fixed_len; i++) {
        manifest->fixed_indexes[i] = fixed[i][0];
        manifest->fixed_values[i] = fixed[i][1];
    }
    manifest->wide_len = manifest_count(wide, 1);
    manifest->wide_indexes = g_memdup2(wide, manifest->wide_len *
                                             sizeof(*wide));
    return manifest;
}

/* Decode bytes; the fault must be @words, and none with NULL. */
typedef void ManifestCheckDecode(const void *bytes, size_t len,
                                 const char *words);

/* All lengths that are too short. */
static inline void manifest_check_truncated(ManifestCheckDecode *check,
                                            const uint8_t *bytes, size_t size,
                                            const char *words)
{
    for (size_t len = 0; len < size; len++) {
        check(bytes, len, words);
    }
    check(NULL, 0, words);
}

/* One byte that is too many. */
static inline void manifest_check_more(ManifestCheckDecode *check,
                                       const uint8_t *bytes, size_t size,
                                       const char *words)
{
    g_autofree uint8_t *more = g_malloc0(size + 1);

    memcpy(more, bytes, size);
    check(more, size + 1, words);
}

/* A count of entries that are not there, in the place of the one at @at. */
static inline void manifest_check_count(ManifestCheckDecode *check,
                                        const uint8_t *bytes, size_t size,
                                        size_t at, uint32_t count,
                                        const char *words)
{
    g_autofree uint8_t *copy = g_memdup2(bytes, size);

    count = GUINT32_TO_BE(count);
    memcpy(copy + at, &count, sizeof(count));
    check(copy, size, words);
}

/* The registers of a manifest against a list, as a load compares them. */
static inline void manifest_reconcile(const ARMCPRegManifest *manifest,
                                      const ARMCPRegList *list,
                                      ARMCPRegReport *report,
                                      GString *refused)
{
    ARMCPRegList fixed = arm_cpreg_manifest_fixed(manifest);
    g_autofree uint64_t *values = NULL;
    ARMCPRegList source = arm_cpreg_manifest_source(manifest, &values);
    g_autofree char *text = NULL;

    arm_cpreg_reconcile(&arm_cpreg_rules, &source, list, report);
    text = arm_cpreg_report_text(report, &source, &fixed);
    g_string_assign(refused, text ?: "");
}

#endif
