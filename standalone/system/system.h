/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A machine that is always complete. */

#ifndef STANDALONE_SYSTEM_SYSTEM_H
#define STANDALONE_SYSTEM_SYSTEM_H

typedef struct Notifier {
    void (*notify)(struct Notifier *notifier, void *data);
} Notifier;

static inline void qemu_add_machine_init_done_notifier(Notifier *notifier)
{
    notifier->notify(notifier, NULL);
}

#endif
