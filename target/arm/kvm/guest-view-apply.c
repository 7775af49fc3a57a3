/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guest view of a CPU: put it into KVM, and into QEMU's own state. */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/error-report.h"
#include "hw/core/cpu.h"
#include "target/arm/migration/lists.h"
#include "guest-view.h"
#include "guest-view-check.h"
#include "isar.h"
#include "kvm_arm.h"
#include "registers.h"
#include "target-impl-cpus.h"
#include "vcpu-init.h"

/* A machine has one set of ID registers, whatever its CPUs ask for. */
static bool guest_view_is_of_first(ARMCPU *cpu, const GArray *values,
                                   Error **errp)
{
    ARMCPU *first_arm = ARM_CPU(first_cpu);
    g_autoptr(GArray) first = kvm_arm_guest_view_values(first_arm);
    g_autoptr(GString) text = g_string_new(NULL);

    for (guint i = 0; i < values->len; i++) {
        const KVMGuestViewValue *own =
            &g_array_index(values, KVMGuestViewValue, i);
        const KVMGuestViewValue *other =
            kvm_arm_guest_view_find(first, own->regidx);

        if (!other || other->mask != own->mask ||
            other->value != own->value) {
            kvm_arm_guest_view_append(text, own->regidx, own->value,
                                      other ? other->value : 0,
                                      "cpu 0 has another value, and the CPUs "
                                      "of a machine share their ID registers");
        }
    }
    if (text->len) {
        /* that is enough */
    } else if (first->len != values->len) {
        g_string_append(text, "cpu 0 sets registers that this CPU does not "
                        "set, and the CPUs of a machine share their ID "
                        "registers");
    } else if (!arm_cpu_impls_equal(kvm_arm_guest_view_impls(cpu),
                                    kvm_arm_guest_view_impls(first_arm))) {
        g_string_append(text, "cpu 0 has another list of implementations");
    } else if (cpu->psci_version &&
               cpu->psci_version != first_arm->psci_version) {
        g_string_append(text, "cpu 0 has another kvm-psci-version");
    }
    if (text->len) {
        error_setg(errp, "cpu %d: %s; give all CPUs the same options",
                   CPU(cpu)->cpu_index, text->str);
    }
    return text->len == 0;
}

/* Options of the CPU can contradict its baseline. */
static bool guest_view_fits_options(ARMCPU *cpu, GArray *values, Error **errp)
{
    ARMCPRegVCPUInit init = arm_cpreg_vcpu_init_of(cpu);
    const KVMGuestView *view = cpu->kvm_guest_view;
    const KVMGuestViewValue *psci =
        kvm_arm_guest_view_find(values, ARM_CPREG_FW(0));
    g_autoptr(GString) refused = g_string_new(NULL);

    if (view->baseline) {
        arm_cpreg_vcpu_init_compare(ARM_CPREG_INIT_BASELINE,
                                    &view->baseline->manifest->init, &init,
                                    refused);
    }
    if (cpu->psci_version && psci && psci->value != cpu->psci_version) {
        arm_cpreg_clause(refused, "PSCI_VERSION: wanted 0x%" PRIx64 ", "
                         "kvm-psci-version says 0x%" PRIx32 ": leave "
                         "kvm-psci-version out", psci->value,
                         cpu->psci_version);
    }
    if (refused->len) {
        error_setg(errp, "%s", refused->str);
    }
    return refused->len == 0;
}

static void guest_view_set_isar(ARMCPU *cpu, const GArray *values)
{
    for (guint i = 0; i < values->len; i++) {
        const KVMGuestViewValue *entry =
            &g_array_index(values, KVMGuestViewValue, i);

        arm_cpreg_set_isar(cpu, entry->regidx, entry->mask, entry->value);
    }
}

bool kvm_arm_guest_view_finalize(ARMCPU *cpu, Error **errp)
{
    ERRP_GUARD();
    g_autoptr(GArray) values = kvm_arm_guest_view_values(cpu);
    g_autofree char *label = kvm_arm_guest_view_label(cpu);

    /*
     * A CPU of query-cpu-model-expansion gets no vCPU, and its caller expects
     * no error.
     */
    if (CPU(cpu)->cpu_index == UNASSIGNED_CPU_INDEX) {
        guest_view_set_isar(cpu, values);
        return true;
    }
    if (CPU(cpu) != first_cpu) {
        if (!guest_view_is_of_first(cpu, values, errp)) {
            return false;
        }
    } else if (label) {
        GArray *impls = kvm_arm_guest_view_impls(cpu);

        kvm_arm_set_init_features(cpu);
        if (!guest_view_fits_options(cpu, values, errp) ||
            !kvm_arm_target_impl_cpus_prepare(impls, errp) ||
            !kvm_arm_guest_view_try(cpu, values, errp)) {
            error_prepend(errp, "%s: ", label);
            return false;
        }
    }
    guest_view_set_isar(cpu, values);
    return true;
}

static int guest_view_put_vcpu(ARMCPU *cpu, bool late, GString *refused)
{
    g_autoptr(GArray) values = kvm_arm_guest_view_values(cpu);
    KVMCPRegsTarget vcpu = kvm_arm_cpregs_target(cpu);

    return kvm_arm_guest_view_put(&vcpu.target, values, NULL, late, refused);
}

bool kvm_arm_guest_view_init(ARMCPU *cpu, Error **errp)
{
    g_autoptr(GString) refused = g_string_new(NULL);

    if (guest_view_put_vcpu(cpu, false, refused)) {
        g_autofree char *label = kvm_arm_guest_view_label(cpu);

        error_setg(errp, "cpu %d: %s: %s", CPU(cpu)->cpu_index, label,
                   refused->str);
        return false;
    }
    return true;
}

int kvm_arm_guest_view_reset(ARMCPU *cpu, int ret)
{
    g_autoptr(GString) refused = g_string_new(NULL);

    if (!ret) {
        ret = guest_view_put_vcpu(cpu, true, refused);
    }
    if (refused->len) {
        error_report("cpu %d: at a reset: %s", CPU(cpu)->cpu_index,
                     refused->str);
    }
    return ret;
}
