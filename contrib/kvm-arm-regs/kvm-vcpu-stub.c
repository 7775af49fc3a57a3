/* SPDX-License-Identifier: GPL-2.0-or-later */
/* This machine is not an Arm host. */

#include "qemu/osdep.h"
#include "kvm-vcpu.h"

HostDump *kvm_vcpu_dump(const VCPUOptions *options, GError **err)
{
    g_set_error(err, HOST_DUMP_ERROR, HOST_DUMP_ERROR_FILE,
                "dump: this is not an arm64 host, whose KVM could be asked; "
                "run it on each Arm host, show and compare work here");
    return NULL;
}
