/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Can a guest be shown what the user has chosen? */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "cpreg-explain.h"
#include "cpreg-safe.h"
#include "cpreg-tolerance.h"
#include "kvm-cpregs.h"
#include "kvm-id-masks.h"
#include "kvm-identity-check.h"
#include "kvm-scratch.h"

static void start_clause(GString *text)
{
    if (text->len) {
        g_string_append(text, "; ");
    }
}

void kvm_arm_identity_append(GString *text, uint64_t regidx, uint64_t wanted,
                             uint64_t possible, const char *why)
{
    g_autofree char *name = arm_cpreg_name(regidx);

    start_clause(text);
    g_string_append_printf(text, "%s: wanted 0x%" PRIx64 ", possible 0x%"
                           PRIx64 ": %s", name, wanted, possible, why);
}

static void try_value(ARMCPRegTarget *scratch, uint64_t regidx, uint64_t wanted,
                      uint64_t here, GString *refused)
{
    uint64_t held;
    int ret;

    if (arm_cpreg_safe_has_fields(regidx) &&
        !arm_cpreg_safe_append(refused, regidx, wanted, here,
                               kvm_arm_id_writable(regidx))) {
        return;
    }
    if (arm_cpreg_is_implementation(regidx) && !kvm_arm_impl_cpus_enabled()) {
        kvm_arm_identity_append(refused, regidx, wanted, here,
                                "this host's CPU is another one, and the "
                                "guest is not told that it may run on several;"
                                " kvm-arm-regs baseline --target-impl-cpus "
                                "makes a baseline that does");
        return;
    }
    ret = scratch->set(scratch, regidx, wanted);
    if (ret) {
        kvm_arm_identity_append(refused, regidx, wanted, here,
                                arm_cpreg_why(ret));
        return;
    }
    ret = scratch->get(scratch, regidx, &held);
    if (ret) {
        kvm_arm_cpreg_append_unread(refused, regidx, ret);
    } else if (held != wanted) {
        kvm_arm_identity_append(refused, regidx, wanted, held, "KVM takes the "
                                "value, and shows another");
    }
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
    start_clause(refused);
    g_string_append_printf(refused, "%s: wanted 0x%" PRIx64 ", this host's KVM "
                           "does not have it%s%s", name, wanted,
                           why ? ": " : "", why ?: "");
}

/* KVM looks at the ID registers together when a VM first runs. */
static bool try_run(ARMCPRegTarget *scratch, const ARMCPRegList *ids,
                    GString *refused, Error **errp)
{
    g_autofree char *fault = NULL;

    if (!scratch->first_run) {
        return true;
    }
    if (!scratch->first_run(scratch, &fault)) {
        error_setg(errp, "cannot ask KVM by a scratch vCPU: %s", fault);
        return false;
    }
    for (size_t i = 0; i < ids->len; i++) {
        uint64_t after;
        int ret = scratch->get(scratch, ids->indexes[i], &after);

        if (ret) {
            kvm_arm_cpreg_append_unread(refused, ids->indexes[i], ret);
        } else if (after != ids->values[i]) {
            kvm_arm_identity_append(refused, ids->indexes[i], ids->values[i],
                                    after,
                                    "KVM changes it when the guest runs");
        }
    }
    return true;
}

/* Feature ID registers go first in @chosen; those that are here are kept. */
static bool try_all(ARMCPRegTarget *scratch, const ARMCPRegList *baseline,
                    const GArray *chosen, GString *refused, Error **errp)
{
    g_autofree uint64_t *indexes = g_new(uint64_t, chosen->len);
    g_autofree uint64_t *values = g_new(uint64_t, chosen->len);
    ARMCPRegList ids = { .indexes = indexes, .values = values };

    for (guint i = 0; i < chosen->len; i++) {
        const KVMWanted *wanted = &g_array_index(chosen, KVMWanted, i);
        uint64_t regidx = wanted->regidx, here, value;
        int ret = scratch->get(scratch, regidx, &here);

        if (ret == -ENOENT) {
            try_absent(baseline, regidx, wanted->value, refused);
            continue;
        }
        if (ret) {
            kvm_arm_cpreg_append_unread(refused, regidx, ret);
            continue;
        }
        value = (here & ~wanted->mask) | wanted->value;
        if (value != here) {
            try_value(scratch, regidx, value, here, refused);
        }
        if (arm_cpreg_is_feature_id(regidx)) {
            indexes[ids.len] = regidx;
            values[ids.len++] = value;
        }
    }
    return refused->len || !ids.len ||
           try_run(scratch, &ids, refused, errp);
}

bool kvm_arm_identity_try(ARMCPU *cpu, const ARMCPRegVCPUInit *init,
                          const GArray *chosen, const char *label,
                          Error **errp)
{
    ERRP_GUARD();
    const ARMKVMBaseline *baseline = cpu->kvm_identity->baseline;
    ARMCPRegList list = { .len = 0 };
    g_autoptr(GString) refused = g_string_new(NULL);
    g_autoptr(KVMScratch) scratch =
        kvm_arm_scratch_new_as(init, cpu->kvm_mte, true, errp);

    if (baseline) {
        list = arm_cpreg_manifest_fixed(baseline->manifest);
    }
    if (!scratch || !try_all(&scratch->target, &list, chosen, refused, errp)) {
        error_prepend(errp, "%s: ", label);
        return false;
    }
    if (refused->len) {
        error_setg(errp, "%s: %s", label, refused->str);
    }
    return refused->len == 0;
}
