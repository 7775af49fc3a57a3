/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A host's dump from JSON, which anybody can have written. */

#ifndef CONTRIB_KVM_ARM_REGS_HOST_DUMP_PARSE_H
#define CONTRIB_KVM_ARM_REGS_HOST_DUMP_PARSE_H

#include "host-dump.h"

/* What to do about a file that is none. */
#define HOST_DUMP_MADE_BY "kvm-arm-regs dump writes such a file"

/*
 * Fill in @dump from a text that went through json_text_fault().  Returns what
 * is wrong, as a new string, or NULL.
 */
char *host_dump_parse(HostDump *dump, const char *text, size_t len);

/* The text as it can go to a terminal, as a new string. */
char *host_dump_printable(const char *text);

#endif
