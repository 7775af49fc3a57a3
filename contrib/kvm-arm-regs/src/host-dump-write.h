/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A host's dump as JSON. */

#ifndef CONTRIB_KVM_ARM_REGS_SRC_HOST_DUMP_WRITE_H
#define CONTRIB_KVM_ARM_REGS_SRC_HOST_DUMP_WRITE_H

#include <json-glib/json-glib.h>

#include "host-dump.h"

/* Returns a new string with a newline behind it. */
char *host_dump_to_json(const HostDump *dump);

/* Write the members features, sve-vector-lengths and capabilities. */
void host_dump_write_vcpu(JsonBuilder *json, const HostDump *dump);

#endif
