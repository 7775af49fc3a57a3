/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Many hosts in few words. */

#ifndef CONTRIB_KVM_ARM_REGS_HOST_GROUPS_H
#define CONTRIB_KVM_ARM_REGS_HOST_GROUPS_H

#include "host-dump.h"

/* Of HostDump: "a.json (n1, Linux 6.1.170), b.json (Linux 6.12) and 3 more" */
char *host_titles(const GPtrArray *dumps);

/* The same by their files alone: "a.json, b.json and 3 more" */
char *host_files(const GPtrArray *dumps);

/* An array of groups, of hosts about which the same is to be said. */
GPtrArray *host_groups_new(void);

/* @before, the hosts, @after: with others about which it was said already. */
void host_groups_add(GPtrArray *groups, const GPtrArray *dumps,
                     const char *before, const char *after);

/* "8 on a.json (Linux 5.10), which cannot change it; 6 on b.json (...)" */
char *host_groups_text(const GPtrArray *groups);

#endif
