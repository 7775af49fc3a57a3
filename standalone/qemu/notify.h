/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Notifiers, as far as they are registered. */

#ifndef STANDALONE_QEMU_NOTIFY_H
#define STANDALONE_QEMU_NOTIFY_H

typedef struct Notifier Notifier;

struct Notifier {
    void (*notify)(Notifier *notifier, void *data);
};

#endif
