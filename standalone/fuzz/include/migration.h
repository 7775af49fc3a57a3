/* SPDX-License-Identifier: GPL-2.0-or-later */
/* As much of a migration as migration/refusal.c has to do with. */

#ifndef STANDALONE_FUZZ_INCLUDE_MIGRATION_H
#define STANDALONE_FUZZ_INCLUDE_MIGRATION_H

#include "qapi/error.h"
#include "io/channel.h"

typedef struct QEMUFile QEMUFile;
typedef struct MigrationState MigrationState;

struct MigrationIncomingState {
    QEMUFile *to_src_file;
    QEMUFile *from_src_file;
};

#define migrate_get_current()           ((MigrationState *)NULL)
#define migrate_set_error(s, err)       ((void)(s), (void)(err))
#define migrate_send_rp_shut(mis, value) ((void)(mis))

/* One thread */
#define qatomic_set(at, value)  (*(at) = (value))
#define qatomic_read(at)        (*(at))

#endif
