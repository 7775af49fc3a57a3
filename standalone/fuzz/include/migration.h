/* SPDX-License-Identifier: GPL-2.0-or-later */
/* As much of a migration as migration/refusal.c has to do with. */

#ifndef STANDALONE_FUZZ_INCLUDE_MIGRATION_H
#define STANDALONE_FUZZ_INCLUDE_MIGRATION_H

#include "qapi/error.h"
#include "io/channel.h"

typedef struct QEMUFile QEMUFile;

typedef struct MigrationState {
    int error_mutex;
    Error *error;
} MigrationState;

struct MigrationIncomingState {
    QEMUFile *to_src_file;
    QEMUFile *from_src_file;
};

static inline MigrationState *migrate_get_current(void)
{
    static MigrationState current;

    return &current;
}

#define migrate_send_rp_shut(mis, value) ((void)(mis))

/* One thread */
#define WITH_QEMU_LOCK_GUARD(mutex) \
    for (*(mutex) = 1; *(mutex); *(mutex) = 0)
#define qatomic_set(at, value)  (*(at) = (value))
#define qatomic_read(at)        (*(at))

#endif
