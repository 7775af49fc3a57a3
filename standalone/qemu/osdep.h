/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the pure core uses of QEMU's header of this name: the C library and
 * GLib.  Only the stand-alone build of the top-level meson.build finds this
 * file; in a QEMU tree the core is compiled with QEMU's own.
 */

#ifndef STANDALONE_QEMU_OSDEP_H
#define STANDALONE_QEMU_OSDEP_H

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <glib.h>

#endif
