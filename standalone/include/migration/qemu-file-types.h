/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A stream is an array of bytes, written at its end, read at a position. */

#ifndef STANDALONE_INCLUDE_MIGRATION_QEMU_FILE_TYPES_H
#define STANDALONE_INCLUDE_MIGRATION_QEMU_FILE_TYPES_H

#include "qemu/osdep.h"

typedef struct QEMUFile {
    GByteArray *bytes;
    size_t at;
    int error;          /* -EIO once a read went beyond the end */
} QEMUFile;

QEMUFile *qemu_file_new(void);
void qemu_file_free(QEMUFile *f);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QEMUFile, qemu_file_free)

int qemu_file_get_error(QEMUFile *f);

void qemu_put_buffer(QEMUFile *f, const uint8_t *buf, size_t size);
void qemu_put_be32(QEMUFile *f, uint32_t value);
void qemu_put_be64(QEMUFile *f, uint64_t value);

/* Reads beyond the end return zeroes. */
size_t qemu_get_buffer(QEMUFile *f, uint8_t *buf, size_t size);
uint32_t qemu_get_be32(QEMUFile *f);
uint64_t qemu_get_be64(QEMUFile *f);

static inline void qemu_put_sbe32s(QEMUFile *f, const int32_t *value)
{
    qemu_put_be32(f, *value);
}

static inline void qemu_get_sbe32s(QEMUFile *f, int32_t *value)
{
    *value = qemu_get_be32(f);
}

#endif
