/* SPDX-License-Identifier: GPL-2.0-or-later */
/* QEMU's header of this name, with what it finds in qemu/typedefs.h there. */

#ifndef STANDALONE_MIGRATION_PREFLIGHT_H
#define STANDALONE_MIGRATION_PREFLIGHT_H

#include "migration/vmstate.h"

typedef struct MigrationState MigrationState;

#include "include/migration/preflight.h"

/* The section that was provided. */
typedef struct StandaloneSection {
    const VMStateDescription *vmsd;
    void *opaque;
} StandaloneSection;

extern StandaloneSection standalone_section;

/* Does the destination know preflight?  For a test to set. */
extern bool standalone_preflight;
/* migration_preflight_require() was called. */
extern bool standalone_required;
/* The source was told that its manifest is accepted; for a test to reset. */
extern bool standalone_accepted;

#endif
