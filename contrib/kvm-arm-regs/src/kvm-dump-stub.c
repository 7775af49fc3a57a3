/* SPDX-License-Identifier: GPL-2.0-or-later */
/* This machine is not an Arm host. */

#include "qemu/osdep.h"
#include "kvm-dump.h"

HostDump *kvm_dump(const VCPUOptions *options, bool all, GError **err)
{
    g_set_error(err, HOST_DUMP_ERROR, HOST_DUMP_ERROR_FILE,
                "dump: not an arm64 host; run dump on each Arm host, the "
                "other verbs on any machine");
    return NULL;
}
