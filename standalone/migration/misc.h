/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who wants to know that a load has failed. */

#ifndef STANDALONE_MIGRATION_MISC_H
#define STANDALONE_MIGRATION_MISC_H

typedef struct Notifier {
    void (*notify)(struct Notifier *notifier, void *data);
} Notifier;

/* The last one; for a test to call. */
extern Notifier *standalone_load_failed;

void migration_load_failed_add_notifier(Notifier *notifier);

#endif
