/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The monitor's questions about the registers of an Arm KVM guest. */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qapi/qapi-commands-arm-cpregs.h"
#include "qapi/type-helpers.h"
#include "monitor/monitor.h"
#include "system/kvm.h"
#include "cpreg-qapi.h"
#include "cpreg-qapi-verdict.h"
#include "kvm-preflight.h"

static bool has_kvm_vcpu(Error **errp)
{
    if (!kvm_enabled()) {
        error_setg(errp, "this guest does not run with KVM: it migrates by "
                   "QEMU's own register list, and needs no manifest");
        return false;
    }
    if (!first_cpu) {
        error_setg(errp, "this machine has no vCPU to ask KVM about");
        return false;
    }
    return true;
}

ArmCPRegManifest *qmp_query_arm_cpreg_manifest(Error **errp)
{
    g_autoptr(ARMCPRegManifest) manifest = NULL;

    if (!has_kvm_vcpu(errp)) {
        return NULL;
    }
    manifest = kvm_arm_manifest_of_machine(errp);
    return manifest ? arm_cpreg_manifest_to_qapi(manifest) : NULL;
}

ArmCPRegVerdict *qmp_check_arm_cpreg_manifest(ArmCPRegManifest *qapi,
                                              Error **errp)
{
    g_autoptr(ARMCPRegManifest) manifest = NULL;
    g_autoptr(KVMPreflight) preflight = NULL;
    g_autofree char *error = NULL;

    if (!has_kvm_vcpu(errp)) {
        return NULL;
    }
    manifest = arm_cpreg_manifest_from_qapi(qapi, errp);
    if (!manifest) {
        return NULL;
    }
    preflight = kvm_arm_preflight(ARM_CPU(first_cpu), manifest, errp);
    if (!preflight) {
        return NULL;
    }
    error = kvm_arm_preflight_text(preflight, manifest);
    return arm_cpreg_verdict(manifest, preflight->load, error);
}

/* info arm-cpregs */
static HumanReadableText *info_arm_cpregs(Error **errp)
{
    g_autoptr(ArmCPRegManifest) manifest = qmp_query_arm_cpreg_manifest(errp);
    g_autoptr(GString) text = NULL;

    if (!manifest) {
        return NULL;
    }
    text = arm_cpreg_manifest_table(manifest);
    return human_readable_text_from_str(text);
}

static void register_info(void)
{
    monitor_register_hmp_info_hrt("arm-cpregs", info_arm_cpregs);
}

type_init(register_info)
