/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parts of QEMU's header of this name that this tool and target/arm/cpreg
 * need: the C library, GLib, two macros and a type.  QEMU itself compiles
 * target/arm/cpreg with the real header.
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
