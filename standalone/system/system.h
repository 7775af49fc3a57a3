/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A machine is complete as soon as somebody asks. */

#ifndef STANDALONE_SYSTEM_SYSTEM_H
#define STANDALONE_SYSTEM_SYSTEM_H

#include "qemu/notify.h"

void qemu_add_machine_init_done_notifier(Notifier *notify);

#endif
