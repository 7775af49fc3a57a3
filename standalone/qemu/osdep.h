/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the core and the ioctl edge use of QEMU's header of this name: the C
 * library, GLib, two macros and a type.  Only the stand-alone build of the
 * top-level meson.build finds this file; in a QEMU tree they are compiled with
 * QEMU's own.  The same goes for the other headers in this folder.
 */

#ifndef STANDALONE_QEMU_OSDEP_H
#define STANDALONE_QEMU_OSDEP_H

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
