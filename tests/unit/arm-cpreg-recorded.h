/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A recorded register list of a real kernel, as a stream from it would carry
 * it: the file format is in data/arm-kvm-reg-list/README.md, and
 * test-arm-cpreg-recorded.c checks that the files keep to it.
 */

#ifndef TESTS_UNIT_ARM_CPREG_RECORDED_H
#define TESTS_UNIT_ARM_CPREG_RECORDED_H

#include "target/arm/cpreg/list.h"
#include "target/arm/cpreg/index.h"

typedef struct RecordedList {
    GArray *indexes;
    GArray *values;         /* 0 for a counter */
    ARMCPRegList list;
} RecordedList;

static inline void recorded_list_free(RecordedList *recorded)
{
    g_array_unref(recorded->indexes);
    g_array_unref(recorded->values);
    g_free(recorded);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RecordedList, recorded_list_free)

/* Open the folder of the lists.  NULL, with a test message, without one. */
static inline GDir *recorded_lists_open(char **folder)
{
    g_autoptr(GError) err = NULL;
    GDir *dir;

    *folder = g_test_build_filename(G_TEST_DIST, "data", "arm-kvm-reg-list",
                                    NULL);
    dir = g_dir_open(*folder, 0, &err);
    if (!dir) {
        fprintf(stderr, "%s; G_TEST_SRCDIR names the folder of the tests\n",
                err->message);
    }
    return dir;
}

/* Read a file, without the core and SVE registers; NULL if there is none. */
static inline RecordedList *recorded_list_read(const char *path)
{
    g_autoptr(RecordedList) recorded = g_new0(RecordedList, 1);
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;

    recorded->indexes = g_array_new(false, false, sizeof(uint64_t));
    recorded->values = g_array_new(false, false, sizeof(uint64_t));
    if (!g_file_get_contents(path, &text, NULL, NULL)) {
        return NULL;
    }
    lines = g_strsplit(text, "\n", -1);
    for (int i = 0; lines[i]; i++) {
        char *end;
        uint64_t regidx = g_ascii_strtoull(lines[i], &end, 16);
        uint64_t value = g_ascii_strtoull(end, NULL, 16);
        uint64_t kind = regidx & ARM_CPREG_KIND_MASK;

        /* a comment, or the end, has no index */
        if (regidx && kind != ARM_CPREG_KIND_CORE &&
            kind != ARM_CPREG_KIND_SVE) {
            g_array_append_val(recorded->indexes, regidx);
            g_array_append_val(recorded->values, value);
        }
    }
    recorded->list = (ARMCPRegList) {
        .indexes = (const uint64_t *)recorded->indexes->data,
        .values = (const uint64_t *)recorded->values->data,
        .len = recorded->indexes->len,
    };
    return g_steal_pointer(&recorded);
}

#endif
