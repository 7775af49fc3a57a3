/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loads that fail: who wants to know, and the cause. */

#ifndef STANDALONE_INCLUDE_MIGRATION_MISC_H
#define STANDALONE_INCLUDE_MIGRATION_MISC_H

#include "qapi/error.h"

typedef struct Notifier {
    void (*notify)(struct Notifier *notifier, void *data);
} Notifier;

/* The last notifier that was added; tests call it. */
extern Notifier *standalone_load_failed;

void migration_load_failed_add_notifier(Notifier *notifier);

void migration_load_set_cause(const Error *err);
const char *migration_load_cause(void);

/* The last cause; for a test to read, and clear. */
GString *standalone_cause(void);

#endif
