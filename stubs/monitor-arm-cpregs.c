/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qapi/qapi-commands-arm-cpregs.h"

ArmCPRegManifest *qmp_query_arm_cpreg_manifest(Error **errp)
{
    error_setg(errp, "this QEMU has no KVM for Arm guests");
    return NULL;
}

ArmCPRegVerdict *qmp_check_arm_cpreg_manifest(ArmCPRegManifest *manifest,
                                              Error **errp)
{
    error_setg(errp, "this QEMU has no KVM for Arm guests");
    return NULL;
}
