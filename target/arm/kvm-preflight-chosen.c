/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Preflight of a guest whose user has chosen what it sees. */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "hw/core/cpu.h"
#include "cpreg-explain.h"
#include "kvm-cpregs.h"
#include "kvm-identity.h"
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

static void start_clause(GString *text, const char *between)
{
    if (text->len) {
        g_string_append(text, between);
    }
}

/* One register that a side has chosen: what would a reset make of it here? */
static bool compare_one(ARMCPU *cpu, const ARMCPRegManifest *manifest,
                        uint64_t regidx, GString *differ, Error **errp)
{
    ARMCPRegList fixed = arm_cpreg_manifest_fixed(manifest);
    ssize_t at = arm_cpreg_list_find(&fixed, regidx);
    g_autofree char *name = NULL;
    g_autofree char *fields = NULL;
    uint64_t here;
    int ret = at < 0 ? -ENOENT : kvm_arm_cpreg_read(cpu, regidx, &here);

    /* What one side does not list is for the rules of a load. */
    if (ret == -ENOENT) {
        return true;
    }
    name = arm_cpreg_name(regidx);
    if (ret) {
        error_setg_errno(errp, -ret, "KVM does not let QEMU read %s", name);
        return false;
    }
    if (!((fixed.values[at] ^ here) & ~arm_cpreg_irqchip_bits(regidx))) {
        return true;
    }
    fields = arm_cpreg_explain(regidx, fixed.values[at], here);
    start_clause(differ, ", ");
    g_string_append_printf(differ, "%s = 0x%" PRIx64 ", here 0x%" PRIx64
                           "%s%s%s", name, fixed.values[at], here,
                           fields ? " (" : "", fields ?: "",
                           fields ? ")" : "");
    return true;
}

static bool compare_values(ARMCPU *cpu, const ARMCPRegManifest *manifest,
                           const char *label, GString *refused, Error **errp)
{
    g_autoptr(GArray) chosen = kvm_arm_identity_chosen(cpu);
    g_autoptr(GString) differ = g_string_new(NULL);
    ARMCPRegList there = {
        .indexes = manifest->chosen_indexes,
        .len = manifest->chosen_len,
    };

    for (size_t i = 0; i < there.len; i++) {
        if (!compare_one(cpu, manifest, there.indexes[i], differ, errp)) {
            return false;
        }
    }
    for (guint i = 0; i < chosen->len; i++) {
        uint64_t regidx = g_array_index(chosen, KVMWanted, i).regidx;

        if (arm_cpreg_list_find(&there, regidx) < 0 &&
            !compare_one(cpu, manifest, regidx, differ, errp)) {
            return false;
        }
    }
    if (differ->len) {
        g_string_append_printf(refused, "the guest was started with %s, this "
                               "QEMU with %s, to whose values a reset of the "
                               "guest would go back: %s",
                               manifest->baseline ?: "no baseline",
                               label ?: "no baseline", differ->str);
    }
    return true;
}

static bool compare_impls(ARMCPU *cpu, const ARMCPRegManifest *manifest,
                          GString *refused, Error **errp)
{
    GArray *own = kvm_arm_identity_impls(cpu);
    g_autofree char *there_text = arm_cpreg_impls_text(manifest->impls);
    g_autofree char *own_text = arm_cpreg_impls_text(own);
    ARMCPRegImpl host;

    if (!arm_cpreg_impls_equal(manifest->impls, own)) {
        start_clause(refused, "; ");
        g_string_append_printf(refused, "the guest is told of the CPU "
                               "implementations %s, and this QEMU was started "
                               "for %s", *there_text ? there_text : "(none)",
                               *own_text ? own_text : "(none)");
    }
    if (!manifest->impls) {
        return true;
    }
    if (!kvm_arm_impl_cpus_host(&host, errp)) {
        return false;
    }
    if (!arm_cpreg_impls_has(manifest->impls, &host)) {
        start_clause(refused, "; ");
        g_string_append_printf(refused, "this host's CPU, 0x%" PRIx64 ":0x%"
                               PRIx64 ":0x%" PRIx64 " (MIDR_EL1:REVIDR_EL1:"
                               "AIDR_EL1), is not one of the implementations "
                               "%s that the guest is told of: move it to a "
                               "host of its pool", host.midr, host.revidr,
                               host.aidr, there_text);
    }
    return true;
}

typedef struct Comparison {
    const ARMCPRegManifest *manifest;
    const char *label;
    GString *refused;
    Error **errp;
    bool done;
} Comparison;

static void compare(CPUState *cs, run_on_cpu_data data)
{
    Comparison *of = data.host_ptr;
    ARMCPU *cpu = ARM_CPU(cs);

    of->done = compare_values(cpu, of->manifest, of->label, of->refused,
                              of->errp) &&
               compare_impls(cpu, of->manifest, of->refused, of->errp);
}

bool kvm_arm_compare_chosen(ARMCPU *cpu, const ARMCPRegManifest *manifest,
                            GString *refused, Error **errp)
{
    g_autofree char *label = kvm_arm_identity_label(cpu);
    Comparison comparison = { manifest, label, refused, errp };

    if (!label && !manifest->baseline && !manifest->impls &&
        !manifest->chosen_len) {
        return true;
    }
    /* A guest can be running here, and KVM has its vCPU then. */
    run_on_cpu(CPU(cpu), compare, RUN_ON_CPU_HOST_PTR(&comparison));
    if (!comparison.done) {
        return false;
    }
    if (refused->len && manifest->baseline) {
        g_string_append(refused, "; start the destination with the same "
                        "-cpu options, or with the same baseline: -object "
                        "arm-kvm-baseline,id=pool,file=FILE -cpu host,"
                        "kvm-baseline=pool; without a file, store what "
                        "query-arm-cpreg-manifest returns at the source in "
                        "one");
    } else if (refused->len) {
        g_string_append(refused, "; start the destination without, or with "
                        "what query-arm-cpreg-manifest returns at the source "
                        "as its baseline");
    }
    return true;
}
