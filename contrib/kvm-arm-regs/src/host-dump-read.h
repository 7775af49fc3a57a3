/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A host's dump from a file. */

#ifndef CONTRIB_KVM_ARM_REGS_SRC_HOST_DUMP_READ_H
#define CONTRIB_KVM_ARM_REGS_SRC_HOST_DUMP_READ_H

#include "host-dump.h"

/* The texts that host_dump_read() has read, so that it parses each once. */
GHashTable *host_dumps_known(void);

/**
 * host_dump_read: read a file
 * @path: "-" is standard input
 * @known: of host_dumps_known(), or NULL.  Files that differ only in the
 *         host's name are parsed once.  The dumps may be freed before it.
 *
 * Returns NULL, and an error of one line that names the file, on failure.
 */
HostDump *host_dump_read(const char *path, GHashTable *known, GError **err);

#endif
