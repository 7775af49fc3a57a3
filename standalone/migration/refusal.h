/* SPDX-License-Identifier: GPL-2.0-or-later */
/* QEMU's header of this name, with what it finds in qemu/osdep.h there. */

#ifndef STANDALONE_MIGRATION_REFUSAL_H
#define STANDALONE_MIGRATION_REFUSAL_H

#define coroutine_fn
typedef struct MigrationIncomingState MigrationIncomingState;

#include "include/migration/refusal.h"

/* What migration_refusal_reason() was told: for a test to read, and clear. */
GString *standalone_refusal(void);

#endif
