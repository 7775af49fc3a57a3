/* SPDX-License-Identifier: GPL-2.0-or-later */
/* QEMU's header of this name, and the types that it needs. */

#ifndef STANDALONE_INCLUDE_MIGRATION_REFUSAL_H
#define STANDALONE_INCLUDE_MIGRATION_REFUSAL_H

#define coroutine_fn
typedef struct MigrationIncomingState MigrationIncomingState;

#include "include/migration/refusal.h"

#endif
