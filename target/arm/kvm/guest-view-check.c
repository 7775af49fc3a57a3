/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Write a guest view to a vCPU, and say what is refused. */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "target/arm/cpreg/explain.h"
#include "target/arm/cpreg/names.h"
#include "target/arm/cpreg/safe.h"
#include "target/arm/cpreg/tolerance.h"
#include "guest-view.h"
#include "guest-view-check.h"
#include "id-regs.h"
#include "registers.h"
#include "scratch.h"
#include "target-impl-cpus.h"

void kvm_arm_guest_view_append(GString *text, uint64_t regidx, uint64_t wanted,
                               uint64_t possible, const char *why)
{
    g_autofree char *name = arm_cpreg_name(regidx);

    arm_cpreg_clause(text, "%s: wanted 0x%" PRIx64 ", possible 0x%" PRIx64
                     ": %s", name, wanted, possible, why);
}

/* Refuse what is sure to be wrong, with a better reason than KVM's errno. */
static bool guest_view_check_value(uint64_t regidx, uint64_t wanted,
                                   uint64_t here, GString *refused)
{
    if (arm_cpreg_is_implementation(regidx) &&
        !kvm_arm_target_impl_cpus_enabled()) {
        kvm_arm_guest_view_append(refused, regidx, wanted, here,
                                  "this host has another CPU, and the guest "
                                  "is not told that it may run on several; "
                                  "make the baseline with kvm-arm-regs "
                                  "baseline --target-impl-cpus");
        return false;
    }
    return !arm_cpreg_safe_has_fields(regidx) ||
           arm_cpreg_safe_append(refused, regidx, wanted, here,
                                 kvm_arm_id_writable(regidx));
}

/* A register that this KVM does not list: can the guest do without it? */
static void guest_view_check_absent(const ARMCPRegList *baseline,
                                    uint64_t regidx, uint64_t wanted,
                                    GString *refused)
{
    ssize_t at = arm_cpreg_list_find(baseline, regidx);
    const ARMCPRegRule *rule = NULL;
    g_autofree char *name = arm_cpreg_name(regidx);
    g_autofree char *why = NULL;

    if (at >= 0 && arm_cpreg_tolerated(&arm_cpreg_rules, baseline, at,
                                       &rule)) {
        return;
    }
    why = at >= 0 && rule ? arm_cpreg_refusal_text(rule, baseline, at) : NULL;
    arm_cpreg_clause(refused, "%s: wanted 0x%" PRIx64 ", this host's KVM does "
                     "not have it%s%s", name, wanted, why ? ": " : "",
                     why ?: "");
}

int kvm_arm_guest_view_put(ARMCPRegTarget *target, const GArray *values,
                           const ARMCPRegList *trial, bool late,
                           GString *refused)
{
    int first = 0;

    for (guint i = 0; i < values->len; i++) {
        const KVMGuestViewValue *entry =
            &g_array_index(values, KVMGuestViewValue, i);
        uint64_t regidx = entry->regidx, here, value;
        int ret = target->get(target, regidx, &here);

        if (ret == -ENOENT) {
            if (trial) {
                guest_view_check_absent(trial, regidx, entry->value, refused);
            }
            continue;
        }
        if (!ret) {
            value = (here & ~entry->mask) | entry->value;
            if (value == here ||
                (trial &&
                 !guest_view_check_value(regidx, value, here, refused))) {
                continue;
            }
            ret = target->set(target, regidx, value);
            if (ret && !(late && ret == -EBUSY)) {
                kvm_arm_guest_view_append(refused, regidx, value, here,
                                          arm_cpreg_why(ret));
                first = first ?: ret;
            }
            if (ret || !trial) {
                continue;
            }
            ret = target->get(target, regidx, &here);
        }
        if (ret) {
            arm_cpreg_append_unread(refused, regidx, ret);
        } else if (here != value) {
            kvm_arm_guest_view_append(refused, regidx, value, here, "KVM "
                                      "accepts the value, but shows another");
        }
        first = first ?: ret;
    }
    return first;
}

/* KVM adjusts ID registers that do not fit together when a VM first runs. */
static void guest_view_try_run(ARMCPRegTarget *scratch, const GArray *values,
                               GString *refused, Error **errp)
{
    g_autofree char *fault = NULL;

    if (!scratch->first_run(scratch, &fault)) {
        error_setg(errp, "cannot ask KVM with a scratch vCPU: %s", fault);
        return;
    }
    for (guint i = 0; i < values->len; i++) {
        const KVMGuestViewValue *entry =
            &g_array_index(values, KVMGuestViewValue, i);
        uint64_t after, value;
        int ret = scratch->get(scratch, entry->regidx, &after);

        value = (after & ~entry->mask) | entry->value;
        if (ret && ret != -ENOENT) {
            arm_cpreg_append_unread(refused, entry->regidx, ret);
        } else if (!ret && after != value) {
            kvm_arm_guest_view_append(refused, entry->regidx, value, after,
                                      "KVM changes it when the guest runs");
        }
    }
}

bool kvm_arm_guest_view_try(ARMCPU *cpu, const GArray *values, Error **errp)
{
    ERRP_GUARD();
    const ARMKVMBaseline *baseline = cpu->kvm_guest_view->baseline;
    ARMCPRegList list = { .len = 0 };
    g_autoptr(GString) refused = g_string_new(NULL);
    g_autoptr(KVMScratch) scratch = kvm_arm_scratch_new(cpu, errp);

    if (baseline) {
        list = arm_cpreg_manifest_fixed(baseline->manifest);
    }
    if (scratch) {
        kvm_arm_guest_view_put(&scratch->target, values, &list, false,
                               refused);
        if (!refused->len && scratch->target.first_run) {
            guest_view_try_run(&scratch->target, values, refused, errp);
        }
    }
    if (refused->len) {
        error_setg(errp, "%s", refused->str);
    }
    return !*errp;
}
