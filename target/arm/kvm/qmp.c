/* SPDX-License-Identifier: GPL-2.0-or-later */
/* QMP and HMP commands about the migration of an Arm KVM guest. */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qapi/qapi-commands-arm-migration.h"
#include "qapi/type-helpers.h"
#include "monitor/monitor.h"
#include "system/kvm.h"
#include "qapi-manifest.h"
#include "qapi-verdict.h"
#include "manifest.h"

static bool has_kvm_vcpu(Error **errp)
{
    if (!kvm_enabled()) {
        error_setg(errp, "this guest does not run with KVM: its migration "
                   "needs no manifest");
        return false;
    }
    if (!first_cpu) {
        error_setg(errp, "this machine has no vCPU");
        return false;
    }
    return true;
}

ArmMigrationManifest *qmp_query_arm_migration_manifest(Error **errp)
{
    g_autoptr(ARMCPRegManifest) manifest = NULL;

    if (!has_kvm_vcpu(errp)) {
        return NULL;
    }
    manifest = kvm_arm_manifest_of_machine(errp);
    return manifest ? arm_cpreg_manifest_to_qapi(manifest) : NULL;
}

ArmMigrationVerdict *
qmp_check_arm_migration_manifest(ArmMigrationManifest *qapi, Error **errp)
{
    g_autoptr(ARMCPRegManifest) manifest = NULL;
    g_autoptr(KVMManifestCheck) check = NULL;
    g_autofree char *error = NULL;

    if (!has_kvm_vcpu(errp)) {
        return NULL;
    }
    manifest = arm_cpreg_manifest_from_qapi(qapi, errp);
    if (!manifest) {
        return NULL;
    }
    check = kvm_arm_manifest_check(ARM_CPU(first_cpu), manifest, errp);
    if (!check) {
        return NULL;
    }
    error = kvm_arm_manifest_check_text(check, manifest);
    return arm_cpreg_verdict(manifest, check->load, error);
}

/* info arm-migration */
static HumanReadableText *info_arm_migration(Error **errp)
{
    g_autoptr(ArmMigrationManifest) manifest =
        qmp_query_arm_migration_manifest(errp);
    g_autoptr(GString) text = NULL;

    if (!manifest) {
        return NULL;
    }
    text = arm_cpreg_manifest_table(manifest);
    return human_readable_text_from_str(text);
}

static void info_arm_migration_register(void)
{
    monitor_register_hmp_info_hrt("arm-migration", info_arm_migration);
}

type_init(info_arm_migration_register)
