/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A host's dump from JSON; the text is untrusted. */

#ifndef CONTRIB_KVM_ARM_REGS_SRC_HOST_DUMP_PARSE_H
#define CONTRIB_KVM_ARM_REGS_SRC_HOST_DUMP_PARSE_H

#include "host-dump.h"

/* The remedy for a file that is not a dump. */
#define HOST_DUMP_REMEDY "make the file with kvm-arm-regs dump"

/*
 * Fill in @dump from a text that json_text_fault() has checked.  Returns what
 * is wrong with it, as a new string, or NULL.
 */
char *host_dump_parse(HostDump *dump, const char *text, size_t len);

/* The text without control characters, as a new string. */
char *host_dump_printable(const char *text);

#endif
