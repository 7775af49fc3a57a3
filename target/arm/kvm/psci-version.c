/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The PSCI version that KVM offers to a guest. */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "hw/core/cpu.h"
#include "target/arm/cpreg/index.h"
#include "psci-version.h"
#include "registers.h"

#define KVM_PSCI_VERSION "kvm-psci-version"

/* Linux include/uapi/linux/psci.h, PSCI_VERSION(); arm/psci.rst of KVM */
static char *psci_version_name(uint32_t version)
{
    return g_strdup_printf("%u.%u", version >> 16, version & 0xffff);
}

static char *psci_version_get(Object *obj, Error **errp)
{
    return psci_version_name(ARM_CPU(obj)->psci_version);
}

static void psci_version_set(Object *obj, const char *value, Error **errp)
{
    static const uint32_t versions[] = {
        0x00002, 0x10000, 0x10001, 0x10002, 0x10003,
    };

    if (DEVICE(obj)->realized) {
        error_setg(errp, KVM_PSCI_VERSION " cannot be changed once the CPU is "
                   "realized");
        return;
    }
    for (int i = 0; i < ARRAY_SIZE(versions); i++) {
        g_autofree char *name = psci_version_name(versions[i]);

        if (g_str_equal(name, value)) {
            ARM_CPU(obj)->psci_version = versions[i];
            return;
        }
    }
    error_setg(errp, KVM_PSCI_VERSION "=%s: the versions are 0.2, 1.0, 1.1, "
               "1.2 and 1.3", value);
}

void kvm_arm_psci_version_add_property(ARMCPU *cpu)
{
    Object *obj = OBJECT(cpu);

    cpu->psci_version = 0;
    object_property_add_str(obj, KVM_PSCI_VERSION, psci_version_get,
                            psci_version_set);
    object_property_set_description(obj, KVM_PSCI_VERSION,
        "The PSCI version that KVM offers to the guest: 0.2, 1.0, 1.1, 1.2 or "
        "1.3. Default: the newest that KVM has.");
}

bool kvm_arm_psci_version_init(ARMCPU *cpu, Error **errp)
{
    uint64_t wanted = cpu->psci_version, held;
    g_autofree char *name = psci_version_name(wanted);
    int ret = kvm_arm_cpreg_read(cpu, ARM_CPREG_FW(0), &held);

    if (ret && wanted) {
        error_setg(errp, KVM_PSCI_VERSION "=%s: this kernel's KVM has no "
                   "setting for the version (Linux 4.17 and later have): %s",
                   name, strerror(-ret));
        return false;
    }
    if (ret) {
        cpu->psci_version = 0x00002;    /* all that such a KVM has */
        return true;
    }
    if (wanted && wanted != held) {
        ret = kvm_arm_cpreg_write(cpu, ARM_CPREG_FW(0), wanted);
    }
    if (ret) {
        g_autofree char *newest = psci_version_name(held);

        error_setg(errp, KVM_PSCI_VERSION "=%s: this kernel's KVM does not "
                   "have it, its newest is %s: %s", name, newest,
                   strerror(-ret));
    }
    return !ret;
}
