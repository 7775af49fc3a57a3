/* SPDX-License-Identifier: GPL-2.0-or-later */
/* QEMU's header of this name, and the types that it needs. */

#ifndef STANDALONE_INCLUDE_MIGRATION_HANDSHAKE_H
#define STANDALONE_INCLUDE_MIGRATION_HANDSHAKE_H

#include "migration/vmstate.h"

typedef struct MigrationState MigrationState;

#include "include/migration/handshake.h"

/* The section that was provided. */
typedef struct StandaloneSection {
    const VMStateDescription *vmsd;
    void *opaque;
} StandaloneSection;

extern StandaloneSection standalone_section;

/* Does the destination know the handshake?  Tests set it. */
extern bool standalone_handshake;
/* migration_handshake_require() was called. */
extern bool standalone_required;
/* migration_handshake_accept() was called; tests reset it. */
extern bool standalone_accepted;

#endif
