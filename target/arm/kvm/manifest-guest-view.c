/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guest view as a part of manifests. */

#include "qemu/osdep.h"
#include "target/arm/cpreg/explain.h"
#include "guest-view.h"
#include "manifest.h"
#include "manifest-guest-view.h"
#include "target-impl-cpus.h"

static bool view_is_required(ARMCPU *cpu)
{
    g_autofree char *label = kvm_arm_guest_view_label(cpu);

    return label != NULL;
}

static void view_add(ARMCPU *cpu, ARMCPRegManifest *manifest)
{
    g_autoptr(GArray) values = kvm_arm_guest_view_values(cpu);
    g_autofree char *label = kvm_arm_guest_view_label(cpu);
    GArray *impls = kvm_arm_guest_view_impls(cpu);

    manifest->baseline = arm_cpreg_printable(label);
    manifest->configured_indexes = g_new(uint64_t, manifest->fixed_len);
    for (size_t i = 0; i < manifest->fixed_len; i++) {
        uint64_t regidx = manifest->fixed_indexes[i];

        if (kvm_arm_guest_view_find(values, regidx)) {
            manifest->configured_indexes[manifest->configured_len++] = regidx;
        }
    }
    if (impls) {
        manifest->impls = g_array_ref(impls);
    }
}

/* What would a reset change of the registers that either guest view sets? */
static void view_compare_values(const ARMCPRegManifest *there,
                                const ARMCPRegManifest *here,
                                GString *refused)
{
    ARMCPRegList values_there = arm_cpreg_manifest_fixed(there);
    ARMCPRegList values_here = arm_cpreg_manifest_fixed(here);
    ARMCPRegList view_there = {
        .indexes = there->configured_indexes, .len = there->configured_len,
    };
    ARMCPRegList view_here = {
        .indexes = here->configured_indexes, .len = here->configured_len,
    };
    ARMCPRegWalk walk = {
        .source = &view_there, .destination = &view_here,
    };
    const char *before = "";

    while (arm_cpreg_walk_next(&walk)) {
        ssize_t s = arm_cpreg_list_find(&values_there, walk.regidx);
        ssize_t d = arm_cpreg_list_find(&values_here, walk.regidx);
        g_autofree char *name = NULL;
        g_autofree char *fields = NULL;
        uint64_t source, own;

        /* The rules of a load decide on what only one side lists. */
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
                             "QEMU with %s, and a reset of the guest would go "
                             "back to this QEMU's values: ",
                             there->baseline ?: "no baseline",
                             here->baseline ?: "no baseline");
        }
        name = arm_cpreg_name(walk.regidx);
        fields = arm_cpreg_explain(walk.regidx, source, own);
        g_string_append_printf(refused, "%s%s = 0x%" PRIx64 ", destination "
                               "0x%" PRIx64 "%s%s%s", before, name, source, own,
                               fields ? " (" : "", fields ?: "",
                               fields ? ")" : "");
        before = ", ";
    }
}

static bool view_compare_impls(GArray *there, GArray *here, GString *refused,
                               Error **errp)
{
    if (!arm_cpu_impls_equal(there, here)) {
        g_autofree char *there_text = arm_cpu_impls_text(there);
        g_autofree char *here_text = arm_cpu_impls_text(here);

        arm_cpreg_clause(refused, "the guest is told of the CPU "
                         "implementations %s, and this QEMU was started "
                         "with %s", *there_text ? there_text : "(none)",
                         *here_text ? here_text : "(none)");
    }
    return !there ||
           kvm_arm_target_impl_cpus_check_host(
               there, " that the guest is told of: move it to a host of its "
               "pool", refused, errp);
}

bool kvm_arm_manifest_compare_view(ARMCPU *cpu,
                                   const ARMCPRegManifest *manifest,
                                   GString *refused, Error **errp)
{
    g_autofree char *label = kvm_arm_guest_view_label(cpu);
    g_autoptr(ARMCPRegManifest) here = NULL;

    if (!label && !manifest->baseline && !manifest->impls &&
        !manifest->configured_len) {
        return true;
    }
    here = kvm_arm_manifest_of_machine(errp);
    if (!here) {
        return false;
    }
    view_compare_values(manifest, here, refused);
    if (!view_compare_impls(manifest->impls, here->impls, refused, errp)) {
        return false;
    }
    if (refused->len) {
        g_string_append(refused, manifest->baseline ?
                        "; start the destination with the same "
                        "-cpu options or with the same baseline: -object "
                        "arm-kvm-baseline,id=pool,file=FILE -cpu host,"
                        "kvm-baseline=pool. The FILE can be made of the answer "
                        "of query-arm-migration-manifest at the source" :
                        "; start the destination without these options, or "
                        "make its baseline of the answer of "
                        "query-arm-migration-manifest at the source");
    }
    return true;
}

void kvm_arm_manifest_register_view(void)
{
    static const KVMManifestPart part = {
        .is_required = view_is_required,
        .add = view_add,
        .compare = kvm_arm_manifest_compare_view,
    };

    kvm_arm_manifest_add_part(&part);
}
