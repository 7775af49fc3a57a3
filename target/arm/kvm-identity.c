/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a KVM guest is shown of its CPU: put the user's choice into KVM. */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/error-report.h"
#include "hw/core/cpu.h"
#include "cpreg-cpu.h"
#include "cpreg-isar.h"
#include "kvm-cpregs.h"
#include "kvm-identity.h"
#include "kvm_arm.h"

KVMWanted *kvm_arm_identity_find(GArray *list, uint64_t regidx)
{
    for (guint i = 0; i < list->len; i++) {
        KVMWanted *wanted = &g_array_index(list, KVMWanted, i);

        if (wanted->regidx == regidx) {
            return wanted;
        }
    }
    return NULL;
}

void kvm_arm_identity_want(GArray *list, uint64_t regidx, uint64_t mask,
                           uint64_t value)
{
    KVMWanted *before = kvm_arm_identity_find(list, regidx);

    if (before) {
        before->mask |= mask;
        before->value = (before->value & ~mask) | (value & mask);
    } else {
        KVMWanted wanted = { regidx, mask, value & mask };

        g_array_append_val(list, wanted);
    }
}

GArray *kvm_arm_identity_impls(ARMCPU *cpu)
{
    const KVMIdentity *identity = cpu->kvm_identity;

    return identity->impls ?:
           identity->baseline ? identity->baseline->manifest->impls : NULL;
}

char *kvm_arm_identity_label(ARMCPU *cpu)
{
    const KVMIdentity *identity = cpu->kvm_identity;

    if (identity->baseline) {
        return g_strdup(identity->baseline->label);
    }
    return identity->wanted->len ? g_strdup("the SYSREG_ properties") :
           identity->impls ? g_strdup("x-target-impl-cpus") : NULL;
}

/* Which registers there are follows from the identity: it goes first. */
static int compare_wanted(gconstpointer a, gconstpointer b)
{
    const KVMWanted *wa = a, *wb = b;
    bool ia = arm_cpreg_is_identity(wa->regidx);
    bool ib = arm_cpreg_is_identity(wb->regidx);

    return ia != ib ? (ia ? -1 : 1) :
           wa->regidx < wb->regidx ? -1 : wa->regidx > wb->regidx;
}

GArray *kvm_arm_identity_chosen(ARMCPU *cpu)
{
    const KVMIdentity *identity = cpu->kvm_identity;
    GArray *chosen = g_array_new(false, false, sizeof(KVMWanted));

    if (identity->baseline) {
        ARMCPRegList list =
            arm_cpreg_manifest_fixed(identity->baseline->manifest);

        for (size_t i = 0; i < list.len; i++) {
            uint64_t mask = arm_cpreg_fixed_bits(list.indexes[i]) &
                            ~arm_cpreg_irqchip_bits(list.indexes[i]);

            kvm_arm_identity_want(chosen, list.indexes[i], mask,
                                  list.values[i]);
        }
    }
    for (guint i = 0; i < identity->wanted->len; i++) {
        const KVMWanted *single = &g_array_index(identity->wanted, KVMWanted,
                                                 i);

        kvm_arm_identity_want(chosen, single->regidx, single->mask,
                              single->value);
    }
    if (kvm_arm_identity_impls(cpu)) {
        kvm_arm_identity_want(chosen, ARM_CPREG_FW_BMAP(3), ~0ull,
                              KVM_ARM_IMPL_CPUS_SERVICES);
    }
    g_array_sort(chosen, compare_wanted);
    return chosen;
}

/* A machine has one set of ID registers, whatever its vCPUs ask for. */
static bool like_the_first(ARMCPU *cpu, const GArray *chosen, Error **errp)
{
    ARMCPU *first_arm = ARM_CPU(first_cpu);
    g_autoptr(GArray) first = kvm_arm_identity_chosen(first_arm);
    g_autoptr(GString) text = g_string_new(NULL);

    for (guint i = 0; i < chosen->len; i++) {
        const KVMWanted *own = &g_array_index(chosen, KVMWanted, i);
        const KVMWanted *other = kvm_arm_identity_find(first, own->regidx);

        if (!other || other->mask != own->mask ||
            other->value != own->value) {
            kvm_arm_identity_append(text, own->regidx, own->value,
                                    other ? other->value : 0,
                                    "cpu 0 has another value, and the CPUs of "
                                    "a machine have one set");
        }
    }
    if (text->len) {
        /* that is enough */
    } else if (first->len != chosen->len) {
        g_string_append(text, "cpu 0 has values chosen that this CPU has not, "
                        "and the CPUs of a machine have one set");
    } else if (!arm_cpreg_impls_equal(kvm_arm_identity_impls(cpu),
                                      kvm_arm_identity_impls(first_arm))) {
        g_string_append(text, "cpu 0 has another list of implementations");
    } else if (cpu->kvm_identity->psci_version !=
               first_arm->kvm_identity->psci_version) {
        g_string_append(text, "cpu 0 has another kvm-psci-version");
    }
    if (text->len) {
        error_setg(errp, "cpu %d: %s; give all CPUs the same options",
                   CPU(cpu)->cpu_index, text->str);
    }
    return text->len == 0;
}

/* The options that a baseline implies can have been given otherwise. */
static bool options_fit(ARMCPU *cpu, GArray *chosen, Error **errp)
{
    ARMCPRegVCPUInit init = arm_cpreg_vcpu_init_of(cpu);
    const KVMIdentity *identity = cpu->kvm_identity;
    const KVMWanted *psci = kvm_arm_identity_find(chosen, ARM_CPREG_FW(0));
    g_autoptr(GString) refused = g_string_new(NULL);

    if (identity->baseline) {
        arm_cpreg_vcpu_init_compare(ARM_CPREG_INIT_BASELINE,
                                    &identity->baseline->manifest->init, &init,
                                    refused);
    }
    if (identity->psci_version && psci &&
        psci->value != identity->psci_version) {
        arm_cpreg_clause(refused, "PSCI_VERSION: wanted 0x%" PRIx64 ", "
                         "kvm-psci-version says 0x%" PRIx32 ": leave the "
                         "property out", psci->value, identity->psci_version);
    }
    if (refused->len) {
        error_setg(errp, "%s", refused->str);
    }
    return refused->len == 0;
}

static void set_isar(ARMCPU *cpu, const GArray *chosen)
{
    for (guint i = 0; i < chosen->len; i++) {
        const KVMWanted *wanted = &g_array_index(chosen, KVMWanted, i);

        arm_cpreg_set_isar(cpu, wanted->regidx, wanted->mask, wanted->value);
    }
}

bool kvm_arm_identity_finalize(ARMCPU *cpu, Error **errp)
{
    ERRP_GUARD();
    g_autoptr(GArray) chosen = kvm_arm_identity_chosen(cpu);
    g_autofree char *label = kvm_arm_identity_label(cpu);

    /*
     * One that query-cpu-model-expansion has made gets no vCPU, and its caller
     * expects no error.
     */
    if (CPU(cpu)->cpu_index == UNASSIGNED_CPU_INDEX) {
        set_isar(cpu, chosen);
        return true;
    }
    if (CPU(cpu) != first_cpu) {
        if (!like_the_first(cpu, chosen, errp)) {
            return false;
        }
    } else if (label) {
        kvm_arm_set_init_features(cpu);
        if (!options_fit(cpu, chosen, errp) ||
            !kvm_arm_impl_cpus_prepare(kvm_arm_identity_impls(cpu), errp) ||
            !kvm_arm_identity_try(cpu, chosen, errp)) {
            error_prepend(errp, "%s: ", label);
            return false;
        }
    }
    set_isar(cpu, chosen);
    return true;
}

static int put(ARMCPU *cpu, bool late, GString *refused)
{
    g_autoptr(GArray) chosen = kvm_arm_identity_chosen(cpu);
    KVMCPRegsTarget vcpu = kvm_arm_cpregs_target(cpu);

    return kvm_arm_identity_put(&vcpu.target, chosen, NULL, late, refused);
}

/* What kvm-psci-version says, and what the device tree and ACPI say then. */
static bool put_psci_version(ARMCPU *cpu, Error **errp)
{
    uint64_t wanted = cpu->kvm_identity->psci_version, held;
    g_autofree char *name = kvm_arm_psci_version_name(wanted);
    g_autofree char *newest = NULL;
    int ret = kvm_arm_cpreg_read(cpu, ARM_CPREG_FW(0), &held);

    if (ret && wanted) {
        error_setg(errp, "kvm-psci-version=%s: this kernel's KVM does not let "
                   "a user choose the version (Linux 4.17 and later do): %s",
                   name, strerror(-ret));
        return false;
    }
    if (!ret && wanted && wanted != held) {
        ret = kvm_arm_cpreg_write(cpu, ARM_CPREG_FW(0), wanted);
        if (ret) {
            newest = kvm_arm_psci_version_name(held);
            error_setg(errp, "kvm-psci-version=%s: this kernel's KVM does not "
                       "have it, its newest is %s: %s", name, newest,
                       strerror(-ret));
            return false;
        }
        held = wanted;
    }
    if (!ret) {
        cpu->psci_version = held;
    }
    return true;
}

bool kvm_arm_identity_init(ARMCPU *cpu, Error **errp)
{
    g_autoptr(GString) refused = g_string_new(NULL);

    if (put(cpu, false, refused)) {
        g_autofree char *label = kvm_arm_identity_label(cpu);

        error_setg(errp, "cpu %d: %s: %s", CPU(cpu)->cpu_index, label,
                   refused->str);
        return false;
    }
    return put_psci_version(cpu, errp);
}

int kvm_arm_identity_reset(ARMCPU *cpu, int ret)
{
    g_autoptr(GString) refused = g_string_new(NULL);

    if (!ret) {
        ret = put(cpu, true, refused);
    }
    if (refused->len) {
        error_report("cpu %d: at a reset: %s", CPU(cpu)->cpu_index,
                     refused->str);
    }
    return ret;
}
