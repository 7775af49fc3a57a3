/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The properties by which a user chooses what a KVM guest is shown. */

#include "qemu/osdep.h"
#include <linux/kvm.h>

#include "qapi/error.h"
#include "qapi/util.h"
#include "qapi/visitor.h"
#include "hw/qdev-properties.h"
#include "qom/object_interfaces.h"
#include "kvm-identity.h"
#include "kvm_arm.h"
#include "system/kvm.h"

#define BASELINE "kvm-baseline"
#define IMPL_CPUS "x-target-impl-cpus"
#define KVM_PSCI_VERSION "kvm-psci-version"

/*
 * An option of the CPU, if it has it and KVM would otherwise decide.  One that
 * the user gives with -cpu or -global is in the list of global properties,
 * whether it stands in front of kvm-baseline or behind.
 */
static bool set_option(Object *obj, const char *name, bool on, Error **errp)
{
    const GlobalProperty *given = qdev_find_global_prop(obj, name);
    bool wanted = on;

    if (given && !qapi_bool_parse(name, given->value, &wanted, errp)) {
        return false;
    }
    if (wanted != on) {
        error_setg(errp, "the option %s=%s is given, and its guests have "
                   "%s=%s: leave the option out, or make a baseline from dumps "
                   "with it", name, given->value, name, on ? "on" : "off");
        return false;
    }
    /* What the host does not have cannot be switched off either. */
    return !object_property_find(obj, name) ||
           object_property_set_bool(obj, name, on, on ? errp : NULL) || !on;
}

/* What the vCPUs of the baseline have been made with. */
static bool set_options(Object *obj, const ARMCPRegVCPUInit *init,
                        Error **errp)
{
    static const struct {
        const char *name;
        const char *feature;
    } options[] = {
        { "pmu", "pmu-v3" },
        { "sve", "sve" },
        { "pauth", "ptrauth-address" },
    };

    for (int i = 0; i < ARRAY_SIZE(options); i++) {
        bool on = arm_cpreg_has_feature(
            init, arm_cpreg_feature_bit(options[i].feature));

        if (!set_option(obj, options[i].name, on, errp)) {
            return false;
        }
    }
    for (unsigned n = 0; init->sve_vls && n < ARM_MAX_VQ; n++) {
        g_autofree char *name = g_strdup_printf("sve%u", (n + 1) * 128);

        if (!set_option(obj, name, init->sve_vls >> n & 1, errp)) {
            return false;
        }
    }
    return true;
}

/* Said here, where the baseline can be named: what this host has not. */
static bool host_has(ARMCPU *cpu, const ARMCPRegVCPUInit *init, Error **errp)
{
    bool sve = arm_cpreg_has_feature(init, ARM_CPREG_FEATURE_SVE);
    int pauth = arm_cpreg_feature_bit("ptrauth-address");
    const char *feature = NULL;
    uint64_t missing = 0;

    if (sve && !kvm_arm_sve_supported()) {
        feature = "sve";
    } else if (arm_cpreg_has_feature(init, pauth) &&
               !kvm_check_extension(kvm_state, KVM_CAP_ARM_PTRAUTH_ADDRESS)) {
        feature = "ptrauth-address";
    } else if (sve) {
        missing = init->sve_vls & ~(uint64_t)kvm_arm_sve_get_vls(cpu);
    }
    if (feature) {
        error_setg(errp, "vCPU feature %s: wanted on, and this host does not "
                   "have it", feature);
    }
    if (missing) {
        g_autofree char *lengths = arm_cpreg_lengths(missing);

        error_setg(errp, "SVE vectors of %s bits: wanted, and this host does "
                   "not have them", lengths);
    }
    return !feature && !missing;
}

static bool is_late(Object *obj, const char *name, Error **errp)
{
    if (DEVICE(obj)->realized) {
        error_setg(errp, "%s cannot be changed once the CPU is there", name);
        return true;
    }
    return false;
}

static void get_baseline(Object *obj, Visitor *v, const char *name,
                         void *opaque, Error **errp)
{
    ARMKVMBaseline *baseline = ARM_CPU(obj)->kvm_identity->baseline;
    g_autofree char *id = g_strdup(
        baseline ? object_get_canonical_path_component(OBJECT(baseline)) : "");

    visit_type_str(v, name, &id, errp);
}

static void set_baseline(Object *obj, Visitor *v, const char *name,
                         void *opaque, Error **errp)
{
    ERRP_GUARD();
    KVMIdentity *identity = ARM_CPU(obj)->kvm_identity;
    g_autofree char *id = NULL;
    Object *found;

    if (is_late(obj, name, errp) ||
        !visit_type_str(v, name, &id, errp)) {
        return;
    }
    found = object_resolve_path_component(object_get_objects_root(), id);
    if (!found || !object_dynamic_cast(found, TYPE_ARM_KVM_BASELINE)) {
        error_setg(errp, BASELINE "=%s: %s; give -object " TYPE_ARM_KVM_BASELINE
                   ",id=%s,file=...", id, found ?
                   "that object is no baseline" : "there is no such object",
                   id);
        return;
    }
    g_clear_pointer(&identity->baseline, object_unref);
    identity->baseline = ARM_KVM_BASELINE(object_ref(found));
    if (!host_has(ARM_CPU(obj), &identity->baseline->manifest->init, errp) ||
        !set_options(obj, &identity->baseline->manifest->init, errp)) {
        error_prepend(errp, "%s: ", identity->baseline->label);
    }
}

static char *get_impls(Object *obj, Error **errp)
{
    return arm_cpreg_impls_text(kvm_arm_identity_impls(ARM_CPU(obj)));
}

static void set_impls(Object *obj, const char *value, Error **errp)
{
    KVMIdentity *identity = ARM_CPU(obj)->kvm_identity;
    g_autofree char *fault = NULL;
    GArray *impls;

    if (is_late(obj, IMPL_CPUS, errp)) {
        return;
    }
    impls = arm_cpreg_impls_parse(value, &fault);
    if (!impls) {
        error_setg(errp, IMPL_CPUS "=%s: %s", value, fault);
        return;
    }
    g_clear_pointer(&identity->impls, g_array_unref);
    identity->impls = impls;
}

/*
 * KVM starts each guest with the newest version that it has: 1.0 since Linux
 * 4.17, 1.1 since 5.18, 1.3 since 6.13.  The guest has been told, so that it
 * can only move to a kernel that has the version too; one that shall go back
 * must be started with a lower one.
 *
 * Linux include/uapi/linux/psci.h, PSCI_VERSION(); arm/psci.rst of KVM
 */
char *kvm_arm_psci_version_name(uint32_t version)
{
    return g_strdup_printf("%u.%u", version >> 16, version & 0xffff);
}

static char *get_psci_version(Object *obj, Error **errp)
{
    ARMCPU *cpu = ARM_CPU(obj);

    return kvm_arm_psci_version_name(cpu->kvm_identity->psci_version ?:
                                     cpu->psci_version);
}

static void set_psci_version(Object *obj, const char *value, Error **errp)
{
    static const uint32_t versions[] = {
        0x00002, 0x10000, 0x10001, 0x10002, 0x10003,
    };

    if (is_late(obj, KVM_PSCI_VERSION, errp)) {
        return;
    }
    for (int i = 0; i < ARRAY_SIZE(versions); i++) {
        g_autofree char *name = kvm_arm_psci_version_name(versions[i]);

        if (g_str_equal(name, value)) {
            ARM_CPU(obj)->kvm_identity->psci_version = versions[i];
            return;
        }
    }
    error_setg(errp, KVM_PSCI_VERSION "=%s: the versions are 0.2, 1.0, 1.1, "
               "1.2 and 1.3", value);
}

static void release(Object *obj, const char *name, void *opaque)
{
    ARMCPU *cpu = ARM_CPU(obj);
    KVMIdentity *identity = cpu->kvm_identity;

    g_clear_pointer(&identity->baseline, object_unref);
    g_array_unref(identity->wanted);
    g_clear_pointer(&identity->impls, g_array_unref);
    g_clear_pointer(&cpu->kvm_identity, g_free);
}

void kvm_arm_identity_add_properties(ARMCPU *cpu)
{
    Object *obj = OBJECT(cpu);

    cpu->kvm_identity = g_new0(KVMIdentity, 1);
    cpu->kvm_identity->wanted = g_array_new(false, false, sizeof(KVMWanted));
    object_property_add(obj, BASELINE, "string", get_baseline, set_baseline,
                        release, NULL);
    object_property_set_description(obj, BASELINE,
        "The arm-kvm-baseline object that says what the guest is shown");
    object_property_add_str(obj, IMPL_CPUS, get_impls, set_impls);
    object_property_set_description(obj, IMPL_CPUS,
        "The CPU implementations that the guest may run on and is told of: "
        "MIDR:REVIDR:AIDR, with - between them");
    object_property_add_str(obj, KVM_PSCI_VERSION, get_psci_version,
                            set_psci_version);
    object_property_set_description(obj, KVM_PSCI_VERSION,
        "The PSCI version that KVM offers to the guest: 0.2, 1.0, 1.1, 1.2 or "
        "1.3. Default: the newest that KVM has.");
    kvm_arm_add_sysreg_properties(cpu);
}
