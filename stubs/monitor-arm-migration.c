/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qapi/qapi-commands-arm-migration.h"

ArmMigrationManifest *qmp_query_arm_migration_manifest(Error **errp)
{
    error_setg(errp, "this QEMU does not support KVM for Arm guests");
    return NULL;
}

ArmMigrationVerdict *
qmp_check_arm_migration_manifest(ArmMigrationManifest *manifest, Error **errp)
{
    error_setg(errp, "this QEMU does not support KVM for Arm guests");
    return NULL;
}
