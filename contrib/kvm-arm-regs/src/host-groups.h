/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists of hosts for messages. */

#ifndef CONTRIB_KVM_ARM_REGS_SRC_HOST_GROUPS_H
#define CONTRIB_KVM_ARM_REGS_SRC_HOST_GROUPS_H

#include "host-dump.h"

/* Titles of dumps: "a.json (n1, Linux 6.1.170), b.json (Linux 6.12)" */
char *host_titles(const GPtrArray *dumps);

/* Files of dumps: "a.json, b.json and 3 more" */
char *host_files(const GPtrArray *dumps);

/* An array of groups: hosts with the same words before and after them. */
GPtrArray *host_groups_new(void);

/* Add hosts to the group with these words, or to a new one. */
void host_groups_add(GPtrArray *groups, const GPtrArray *dumps,
                     const char *before, const char *after);

/* "8 on a.json (Linux 5.10), which cannot change it; 6 on b.json (...)" */
char *host_groups_text(const GPtrArray *groups);

#endif
