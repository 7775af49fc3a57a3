/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a KVM guest is shown of its CPU: try the user's choice, and put it. */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "cpreg-safe.h"
#include "cpreg-tolerance.h"
#include "kvm-cpregs.h"
#include "kvm-id-masks.h"
#include "kvm-identity.h"
#include "kvm-scratch.h"

void kvm_arm_identity_append(GString *text, uint64_t regidx, uint64_t wanted,
                             uint64_t possible, const char *why)
{
    g_autofree char *name = arm_cpreg_name(regidx);

    arm_cpreg_clause(text, "%s: wanted 0x%" PRIx64 ", possible 0x%" PRIx64
                     ": %s", name, wanted, possible, why);
}

/* What can be said before KVM is asked, and better than KVM does. */
static bool try_value(uint64_t regidx, uint64_t wanted, uint64_t here,
                      GString *refused)
{
    if (arm_cpreg_is_implementation(regidx) && !kvm_arm_impl_cpus_enabled()) {
        kvm_arm_identity_append(refused, regidx, wanted, here,
                                "this host's CPU is another one, and the "
                                "guest is not told that it may run on several;"
                                " kvm-arm-regs baseline --target-impl-cpus "
                                "makes a baseline that does");
        return false;
    }
    return !arm_cpreg_safe_has_fields(regidx) ||
           arm_cpreg_safe_append(refused, regidx, wanted, here,
                                 kvm_arm_id_writable(regidx));
}

/* A register that this KVM does not list: can the guest do without it? */
static void try_absent(const ARMCPRegList *baseline, uint64_t regidx,
                       uint64_t wanted, GString *refused)
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

int kvm_arm_identity_put(ARMCPRegTarget *target, const GArray *chosen,
                         const ARMCPRegList *trial, bool late,
                         GString *refused)
{
    int first = 0;

    for (guint i = 0; i < chosen->len; i++) {
        const KVMWanted *wanted = &g_array_index(chosen, KVMWanted, i);
        uint64_t regidx = wanted->regidx, here, value;
        int ret = target->get(target, regidx, &here);

        if (ret == -ENOENT) {
            if (trial) {
                try_absent(trial, regidx, wanted->value, refused);
            }
            continue;
        }
        if (!ret) {
            value = (here & ~wanted->mask) | wanted->value;
            if (value == here ||
                (trial && !try_value(regidx, value, here, refused))) {
                continue;
            }
            ret = target->set(target, regidx, value);
            if (ret && !(late && ret == -EBUSY)) {
                kvm_arm_identity_append(refused, regidx, value, here,
                                        arm_cpreg_why(ret));
                first = first ?: ret;
            }
            if (ret || !trial) {
                continue;
            }
            ret = target->get(target, regidx, &here);
        }
        if (ret) {
            kvm_arm_cpreg_append_unread(refused, regidx, ret);
        } else if (here != value) {
            kvm_arm_identity_append(refused, regidx, value, here, "KVM takes "
                                    "the value, and shows another");
        }
        first = first ?: ret;
    }
    return first;
}

/* KVM looks at the ID registers together when a VM first runs. */
static void try_run(ARMCPRegTarget *scratch, const GArray *chosen,
                    GString *refused, Error **errp)
{
    g_autofree char *fault = NULL;

    if (!scratch->first_run(scratch, &fault)) {
        error_setg(errp, "cannot ask KVM by a scratch vCPU: %s", fault);
        return;
    }
    for (guint i = 0; i < chosen->len; i++) {
        const KVMWanted *wanted = &g_array_index(chosen, KVMWanted, i);
        uint64_t after, value;
        int ret = scratch->get(scratch, wanted->regidx, &after);

        value = (after & ~wanted->mask) | wanted->value;
        if (ret && ret != -ENOENT) {
            kvm_arm_cpreg_append_unread(refused, wanted->regidx, ret);
        } else if (!ret && after != value) {
            kvm_arm_identity_append(refused, wanted->regidx, value, after,
                                    "KVM changes it when the guest runs");
        }
    }
}

bool kvm_arm_identity_try(ARMCPU *cpu, const GArray *chosen, Error **errp)
{
    ERRP_GUARD();
    const ARMKVMBaseline *baseline = cpu->kvm_identity->baseline;
    ARMCPRegList list = { .len = 0 };
    g_autoptr(GString) refused = g_string_new(NULL);
    g_autoptr(KVMScratch) scratch = kvm_arm_scratch_new(cpu, errp);

    if (baseline) {
        list = arm_cpreg_manifest_fixed(baseline->manifest);
    }
    if (scratch) {
        kvm_arm_identity_put(&scratch->target, chosen, &list, false, refused);
        if (!refused->len && scratch->target.first_run) {
            try_run(&scratch->target, chosen, refused, errp);
        }
    }
    if (refused->len) {
        error_setg(errp, "%s", refused->str);
    }
    return !*errp;
}
