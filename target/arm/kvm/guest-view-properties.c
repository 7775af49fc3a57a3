/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The properties of a CPU that set its guest view. */

#include "qemu/osdep.h"
#include <linux/kvm.h>

#include "qapi/error.h"
#include "qapi/util.h"
#include "qapi/visitor.h"
#include "hw/core/qdev-properties.h"
#include "qom/object_interfaces.h"
#include "guest-view.h"
#include "kvm_arm.h"
#include "manifest-guest-view.h"
#include "scratch.h"
#include "sysreg-properties.h"
#include "system/kvm.h"

#define BASELINE "kvm-baseline"
#define IMPL_CPUS "x-target-impl-cpus"

/*
 * Set an option of the CPU as the baseline has it, and refuse to override the
 * user.  What the user gives with -cpu or -global is in the list of global
 * properties, whether before or after kvm-baseline.
 */
static bool baseline_set_option(Object *obj, const char *name, bool on,
                                Error **errp)
{
    const GlobalProperty *given = qdev_find_global_prop(obj, name);
    bool wanted = on;

    if (given && !qapi_bool_parse(name, given->value, &wanted, errp)) {
        return false;
    }
    if (wanted != on) {
        error_setg(errp, "the option %s=%s is given, but the baseline has "
                   "%s=%s: leave the option out, or make a baseline from "
                   "dumps with %s=%s", name, given->value, name,
                   on ? "on" : "off", name, given->value);
        return false;
    }
    /* Switching off fails where the host does not have it: no error. */
    return !object_property_find(obj, name) ||
           object_property_set_bool(obj, name, on, on ? errp : NULL) || !on;
}

/* Set the options with which the baseline's vCPUs were created. */
static bool baseline_set_options(Object *obj, const ARMCPRegVCPUInit *init,
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

        if (!baseline_set_option(obj, options[i].name, on, errp)) {
            return false;
        }
    }
    for (unsigned n = 0; init->sve_vls && n < ARM_MAX_VQ; n++) {
        g_autofree char *name = g_strdup_printf("sve%u", (n + 1) * 128);

        if (!baseline_set_option(obj, name, init->sve_vls >> n & 1, errp)) {
            return false;
        }
    }
    return true;
}

/* Checked here, where the error can name the baseline. */
static bool baseline_check_host(ARMCPU *cpu, const ARMCPRegVCPUInit *init,
                                Error **errp)
{
    bool sve = arm_cpreg_has_feature(init, ARM_CPREG_FEATURE_SVE);
    int pauth = arm_cpreg_feature_bit("ptrauth-address");
    const char *feature = NULL;
    uint64_t missing = 0;

    if (sve && kvm_check_extension(kvm_state, KVM_CAP_ARM_SVE) <= 0) {
        feature = "sve";
    } else if (arm_cpreg_has_feature(init, pauth) &&
               !kvm_check_extension(kvm_state, KVM_CAP_ARM_PTRAUTH_ADDRESS)) {
        feature = "ptrauth-address";
    } else if (sve) {
        uint64_t vls = kvm_arm_host_sve_vls(errp);

        if (!vls) {
            return false;
        }
        missing = init->sve_vls & ~vls;
    }
    if (feature) {
        error_setg(errp, "vCPU feature %s: the baseline has it, this host "
                   "does not", feature);
    }
    if (missing) {
        g_autofree char *lengths = arm_cpreg_lengths(missing);

        error_setg(errp, "SVE vectors of %s bits: the baseline has them, "
                   "this host does not", lengths);
    }
    return !feature && !missing;
}

static bool guest_view_is_late(Object *obj, const char *name, Error **errp)
{
    if (DEVICE(obj)->realized) {
        error_setg(errp, "%s cannot be changed once the CPU is realized",
                   name);
        return true;
    }
    return false;
}

static void guest_view_get_baseline(Object *obj, Visitor *v, const char *name,
                                    void *opaque, Error **errp)
{
    ARMKVMBaseline *baseline = ARM_CPU(obj)->kvm_guest_view->baseline;
    /* None if the object was deleted in the meantime. */
    const char *id = baseline ?
        object_get_canonical_path_component(OBJECT(baseline)) : NULL;
    g_autofree char *text = g_strdup(id ?: "");

    visit_type_str(v, name, &text, errp);
}

static void guest_view_set_baseline(Object *obj, Visitor *v, const char *name,
                                    void *opaque, Error **errp)
{
    ERRP_GUARD();
    KVMGuestView *view = ARM_CPU(obj)->kvm_guest_view;
    g_autofree char *id = NULL;
    const ARMCPRegVCPUInit *init;
    Object *found;

    if (guest_view_is_late(obj, name, errp) ||
        !visit_type_str(v, name, &id, errp)) {
        return;
    }
    found = object_resolve_path_component(object_get_objects_root(), id);
    if (!found || !object_dynamic_cast(found, TYPE_ARM_KVM_BASELINE)) {
        error_setg(errp, BASELINE "=%s: %s; give -object " TYPE_ARM_KVM_BASELINE
                   ",id=%s,file=...", id, found ?
                   "that object is not a baseline" : "there is no such object",
                   id);
        return;
    }
    g_clear_pointer(&view->baseline, object_unref);
    view->baseline = ARM_KVM_BASELINE(object_ref(found));
    init = &view->baseline->manifest->init;
    if (!baseline_check_host(ARM_CPU(obj), init, errp) ||
        !baseline_set_options(obj, init, errp)) {
        error_prepend(errp, "%s: ", view->baseline->label);
    }
}

static char *guest_view_get_impls(Object *obj, Error **errp)
{
    return arm_cpu_impls_text(kvm_arm_guest_view_impls(ARM_CPU(obj)));
}

static void guest_view_set_impls(Object *obj, const char *value, Error **errp)
{
    KVMGuestView *view = ARM_CPU(obj)->kvm_guest_view;
    g_autofree char *fault = NULL;
    GArray *impls;

    if (guest_view_is_late(obj, IMPL_CPUS, errp)) {
        return;
    }
    impls = arm_cpu_impls_parse(value, &fault);
    if (!impls) {
        error_setg(errp, IMPL_CPUS "=%s: %s", value, fault);
        return;
    }
    g_clear_pointer(&view->impls, g_array_unref);
    view->impls = impls;
}

static void guest_view_release(Object *obj, const char *name, void *opaque)
{
    ARMCPU *cpu = ARM_CPU(obj);
    KVMGuestView *view = cpu->kvm_guest_view;

    g_clear_pointer(&view->baseline, object_unref);
    g_array_unref(view->wanted);
    g_clear_pointer(&view->impls, g_array_unref);
    g_clear_pointer(&cpu->kvm_guest_view, g_free);
}

void kvm_arm_guest_view_add_properties(ARMCPU *cpu)
{
    Object *obj = OBJECT(cpu);
    KVMGuestView *view = g_new0(KVMGuestView, 1);

    kvm_arm_manifest_register_view();
    view->wanted = g_array_new(false, false, sizeof(KVMGuestViewValue));
    cpu->kvm_guest_view = view;
    object_property_add(obj, BASELINE, "string", guest_view_get_baseline,
                        guest_view_set_baseline, guest_view_release, NULL);
    object_property_set_description(obj, BASELINE,
        "ID of an arm-kvm-baseline object: the guest gets its vCPU features "
        "and ID registers");
    object_property_add_str(obj, IMPL_CPUS, guest_view_get_impls,
                            guest_view_set_impls);
    object_property_set_description(obj, IMPL_CPUS,
        "The CPU implementations that the guest may run on: "
        "MIDR:REVIDR:AIDR, joined by -");
    kvm_arm_add_sysreg_properties(cpu);
}
