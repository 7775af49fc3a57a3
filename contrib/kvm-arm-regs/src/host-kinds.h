/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hosts that no comparison tells apart. */

#ifndef CONTRIB_KVM_ARM_REGS_SRC_HOST_KINDS_H
#define CONTRIB_KVM_ARM_REGS_SRC_HOST_KINDS_H

#include "host-dump.h"

/* Dumps of one kind, in the order of the files. */
typedef struct HostKind {
    GPtrArray *dumps;       /* of HostDump, owned by the caller */
} HostKind;

/* A key that is equal for dumps that every comparison treats alike. */
GBytes *host_kind_key(const HostDump *dump);

/**
 * host_kinds_new: an array of HostKind, ordered by their first dumps
 * @dumps: of HostDump
 * @key: host_kind_key(), or another key that tells more of them apart
 */
GPtrArray *host_kinds_new(GPtrArray *dumps,
                          GBytes *(*key)(const HostDump *dump));

#endif
