/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The PSCI version that KVM offers to a guest.
 *
 * KVM starts each guest with the newest version that it has: 1.0 since Linux
 * 4.17, 1.1 since 5.18, 1.3 since 6.13.  The guest has been told, so that it
 * can only move to a kernel that has the version too; one that shall go back
 * must be started with a lower one.
 */

#include "qemu/osdep.h"
#include <linux/kvm.h>

#include "qapi/error.h"
#include "system/kvm.h"
#include "kvm-consts.h"
#include "kvm-identity.h"
#include "kvm-psci-version.h"

/* Linux include/uapi/linux/psci.h, PSCI_VERSION(); arm/psci.rst of KVM */
static const struct {
    const char *name;
    uint32_t version;
} psci_versions[] = {
    { "0.2", 0x00002 },
    { "1.0", 0x10000 },
    { "1.1", 0x10001 },
    { "1.2", 0x10002 },
    { "1.3", 0x10003 },
};

static char *get_psci_version(Object *obj, Error **errp)
{
    ARMCPU *cpu = ARM_CPU(obj);
    uint32_t version = cpu->kvm_identity->psci_version ?: cpu->psci_version;

    for (int i = 0; i < ARRAY_SIZE(psci_versions); i++) {
        if (psci_versions[i].version == version) {
            return g_strdup(psci_versions[i].name);
        }
    }
    return g_strdup_printf("%u.%u", version >> 16, version & 0xffff);
}

static void set_psci_version(Object *obj, const char *value, Error **errp)
{
    if (kvm_arm_identity_is_late(obj, "kvm-psci-version", errp)) {
        return;
    }
    for (int i = 0; i < ARRAY_SIZE(psci_versions); i++) {
        if (g_str_equal(psci_versions[i].name, value)) {
            ARM_CPU(obj)->kvm_identity->psci_version =
                psci_versions[i].version;
            return;
        }
    }
    error_setg(errp, "kvm-psci-version=%s: the versions are 0.2, 1.0, 1.1, "
               "1.2 and 1.3", value);
}

void kvm_arm_add_psci_version_property(ARMCPU *cpu)
{
    object_property_add_str(OBJECT(cpu), "kvm-psci-version",
                            get_psci_version, set_psci_version);
    object_property_set_description(OBJECT(cpu), "kvm-psci-version",
                                    "The PSCI version that KVM offers to the "
                                    "guest: 0.2, 1.0, 1.1, 1.2 or 1.3. "
                                    "Default: the newest that KVM has.");
}

bool kvm_arm_set_psci_version(ARMCPU *cpu, Error **errp)
{
    g_autofree char *wanted = NULL;
    uint64_t version = cpu->kvm_identity->psci_version;
    uint64_t newest;
    int ret;

    if (!version) {
        return true;
    }
    ret = kvm_get_one_reg(CPU(cpu), KVM_REG_ARM_PSCI_VERSION, &newest);
    if (!ret && newest == version) {
        return true;
    }
    wanted = get_psci_version(OBJECT(cpu), NULL);
    if (ret) {
        error_setg(errp, "kvm-psci-version=%s: this kernel's KVM does not let "
                   "a user choose the version (Linux 4.17 and later do): %s",
                   wanted, strerror(-ret));
        return false;
    }
    ret = kvm_set_one_reg(CPU(cpu), KVM_REG_ARM_PSCI_VERSION, &version);
    if (ret) {
        error_setg(errp, "kvm-psci-version=%s: this kernel's KVM does not "
                   "have it, its newest is %" PRIu64 ".%" PRIu64 ": %s",
                   wanted, newest >> 16, newest & 0xffff, strerror(-ret));
        return false;
    }
    return true;
}
