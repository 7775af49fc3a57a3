/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The cpreg list of a vCPU inside a saved migration stream: find it, change
 * it, put it back.  Everything else stays as it is, byte for byte.
 */

#ifndef TESTS_QTEST_ARM_CPREG_STREAM_H
#define TESTS_QTEST_ARM_CPREG_STREAM_H

typedef struct ArmCPRegStream {
    GByteArray *head;       /* all before the list's length */
    GArray *indexes;        /* of uint64_t */
    GArray *values;         /* of uint64_t */
    GByteArray *tail;
    int32_t length;         /* what is written as such; -1: the real one */
} ArmCPRegStream;

/* Where the list's length stands in the bytes; -1 if there is no such vCPU. */
gssize arm_cpreg_stream_find(const void *data, size_t size, uint32_t cpu);

/* Returns NULL for bytes that have no list of this vCPU. */
ArmCPRegStream *arm_cpreg_stream_new(const void *data, size_t size,
                                     uint32_t cpu);
void arm_cpreg_stream_free(ArmCPRegStream *stream);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ArmCPRegStream, arm_cpreg_stream_free)

/* The place of a register in the list, -1 if it is not there. */
int arm_cpreg_stream_at(const ArmCPRegStream *stream, uint64_t regidx);

/* Its value; it must be there. */
uint64_t *arm_cpreg_stream_value(ArmCPRegStream *stream, uint64_t regidx);

/* In its place. */
void arm_cpreg_stream_add(ArmCPRegStream *stream, uint64_t regidx,
                          uint64_t value);
void arm_cpreg_stream_remove(ArmCPRegStream *stream, guint at);

/* The bytes of all of it. */
GByteArray *arm_cpreg_stream_render(const ArmCPRegStream *stream);

#endif
