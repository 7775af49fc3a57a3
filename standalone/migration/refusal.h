/* SPDX-License-Identifier: GPL-2.0-or-later */
/* QEMU's header of this name, with what it finds in qemu/osdep.h there. */

#ifndef STANDALONE_MIGRATION_REFUSAL_H
#define STANDALONE_MIGRATION_REFUSAL_H

#define coroutine_fn
typedef struct MigrationIncomingState MigrationIncomingState;

#include "include/migration/refusal.h"

/* What migration/ was told: for a test to read, and to clear. */
extern bool standalone_agreed;      /* see migration_refusal_agree() */
GString *standalone_refusal(void);  /* see migration_refusal_reason() */

#endif
