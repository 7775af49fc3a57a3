/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What this tool and QEMU's core of register lists use of QEMU's header of
 * this name: the C library, GLib, two macros and a type.  In QEMU they are
 * compiled with QEMU's own.
 */

#ifndef KVM_ARM_REGS_QEMU_OSDEP_H
#define KVM_ARM_REGS_QEMU_OSDEP_H

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <glib.h>

typedef struct Error Error;

#define ARRAY_SIZE(array) G_N_ELEMENTS(array)

#ifndef container_of
#define container_of(ptr, type, member) \
    ((type *)((char *)(ptr) - offsetof(type, member)))
#endif

#endif
