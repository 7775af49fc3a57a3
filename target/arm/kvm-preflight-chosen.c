/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Preflight of a guest whose user has chosen what it sees. */

#include "qemu/osdep.h"
#include "cpreg-explain.h"
#include "kvm-identity.h"
#include "kvm-preflight.h"
#include "kvm-preflight-chosen.h"

void kvm_arm_add_chosen(ARMCPU *cpu, ARMCPRegManifest *manifest)
{
    g_autoptr(GArray) chosen = kvm_arm_identity_chosen(cpu);
    g_autofree char *label = kvm_arm_identity_label(cpu);
    GArray *impls = kvm_arm_identity_impls(cpu);

    manifest->baseline = arm_cpreg_printable(label);
    manifest->chosen_indexes = g_new(uint64_t, manifest->fixed_len);
    for (size_t i = 0; i < manifest->fixed_len; i++) {
        uint64_t regidx = manifest->fixed_indexes[i];

        if (kvm_arm_identity_find(chosen, regidx)) {
            manifest->chosen_indexes[manifest->chosen_len++] = regidx;
        }
    }
    if (impls) {
        manifest->impls = g_array_ref(impls);
    }
}

/* What would a reset make of the registers that a side has chosen? */
static void compare_values(const ARMCPRegManifest *there,
                           const ARMCPRegManifest *here, GString *refused)
{
    ARMCPRegList values_there = arm_cpreg_manifest_fixed(there);
    ARMCPRegList values_here = arm_cpreg_manifest_fixed(here);
    ARMCPRegList chosen_there = {
        .indexes = there->chosen_indexes, .len = there->chosen_len,
    };
    ARMCPRegList chosen_here = {
        .indexes = here->chosen_indexes, .len = here->chosen_len,
    };
    ARMCPRegWalk walk = {
        .source = &chosen_there, .destination = &chosen_here,
    };
    const char *before = "";

    while (arm_cpreg_walk_next(&walk)) {
        ssize_t s = arm_cpreg_list_find(&values_there, walk.regidx);
        ssize_t d = arm_cpreg_list_find(&values_here, walk.regidx);
        g_autofree char *name = NULL;
        g_autofree char *fields = NULL;
        uint64_t source, own;

        /* What one side does not list is for the rules of a load. */
        if (s < 0 || d < 0) {
            continue;
        }
        source = values_there.values[s];
        own = values_here.values[d];
        if (!((source ^ own) & ~arm_cpreg_irqchip_bits(walk.regidx))) {
            continue;
        }
        if (!*before) {
            arm_cpreg_clause(refused, "the guest was started with %s, this "
                             "QEMU with %s, to whose values a reset of the "
                             "guest would go back: ",
                             there->baseline ?: "no baseline",
                             here->baseline ?: "no baseline");
        }
        name = arm_cpreg_name(walk.regidx);
        fields = arm_cpreg_explain(walk.regidx, source, own);
        g_string_append_printf(refused, "%s%s = 0x%" PRIx64 ", here 0x%" PRIx64
                               "%s%s%s", before, name, source, own,
                               fields ? " (" : "", fields ?: "",
                               fields ? ")" : "");
        before = ", ";
    }
}

static bool compare_impls(GArray *there, GArray *here, GString *refused,
                          Error **errp)
{
    if (!arm_cpreg_impls_equal(there, here)) {
        g_autofree char *there_text = arm_cpreg_impls_text(there);
        g_autofree char *here_text = arm_cpreg_impls_text(here);

        arm_cpreg_clause(refused, "the guest is told of the CPU "
                         "implementations %s, and this QEMU was started "
                         "for %s", *there_text ? there_text : "(none)",
                         *here_text ? here_text : "(none)");
    }
    return !there ||
           kvm_arm_impl_cpus_check_host(there, " that the guest is told of: "
                                        "move it to a host of its pool",
                                        refused, errp);
}

bool kvm_arm_compare_chosen(ARMCPU *cpu, const ARMCPRegManifest *manifest,
                            GString *refused, Error **errp)
{
    g_autofree char *label = kvm_arm_identity_label(cpu);
    g_autoptr(ARMCPRegManifest) here = NULL;

    if (!label && !manifest->baseline && !manifest->impls &&
        !manifest->chosen_len) {
        return true;
    }
    here = kvm_arm_manifest_of_machine(errp);
    if (!here) {
        return false;
    }
    compare_values(manifest, here, refused);
    if (!compare_impls(manifest->impls, here->impls, refused, errp)) {
        return false;
    }
    if (refused->len) {
        g_string_append(refused, manifest->baseline ?
                        "; start the destination with the same "
                        "-cpu options, or with the same baseline: -object "
                        "arm-kvm-baseline,id=pool,file=FILE -cpu host,"
                        "kvm-baseline=pool; without a file, store what "
                        "query-arm-cpreg-manifest returns at the source in "
                        "one" :
                        "; start the destination without, or with "
                        "what query-arm-cpreg-manifest returns at the source "
                        "as its baseline");
    }
    return true;
}
