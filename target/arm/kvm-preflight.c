/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Preflight: read a manifest, and ask KVM about one. */

#include "qemu/osdep.h"
#include <sys/utsname.h>

#include "qapi/error.h"
#include "hw/core/cpu.h"
#include "cpreg-cpu.h"
#include "cpreg-explain.h"
#include "cpreg-wide.h"
#include "internals.h"
#include "kvm-cpregs.h"
#include "kvm-first-run.h"
#include "kvm-preflight.h"
#include "kvm-preflight-chosen.h"

KVMPreflight *kvm_arm_preflight_new(void)
{
    KVMPreflight *preflight = g_new0(KVMPreflight, 1);

    preflight->values = g_array_new(false, false, sizeof(KVMPreflightValue));
    preflight->refused = g_string_new(NULL);
    preflight->started = g_string_new(NULL);
    return preflight;
}

void kvm_arm_preflight_free(KVMPreflight *preflight)
{
    if (preflight) {
        arm_cpreg_report_clear(&preflight->report);
        g_array_unref(preflight->values);
        g_string_free(preflight->refused, true);
        g_string_free(preflight->started, true);
        g_free(preflight);
    }
}

ARMCPRegManifest *kvm_arm_manifest_read(ARMCPU *cpu, Error **errp)
{
    g_autoptr(ARMCPRegManifest) manifest = arm_cpreg_manifest_new();
    g_autoptr(GString) failed = g_string_new(NULL);
    ARMCPRegList own = arm_cpreg_list_of(cpu);
    GArray *wide = cpu->kvm_cpregs->wide;
    struct utsname host;

    manifest->init = arm_cpreg_vcpu_init_of(cpu);
    if (uname(&host) == 0) {
        g_free(manifest->kernel);
        manifest->kernel = g_strndup(host.release, ARM_CPREG_KERNEL_MAX);
    }
    manifest->indexes = g_new(uint64_t, own.len);
    manifest->fixed_indexes = g_new(uint64_t, own.len);
    manifest->fixed_values = g_new(uint64_t, own.len);
    for (size_t i = 0; i < own.len; i++) {
        uint64_t regidx = own.indexes[i], value;

        if (arm_cpreg_is_fixed(regidx)) {
            int ret = kvm_arm_cpreg_read(cpu, regidx, &value);

            if (ret == -ENOENT && kvm_arm_cpreg_has_gone(cpu, regidx)) {
                continue;       /* KVM has hidden it since */
            }
            if (ret) {
                kvm_arm_cpreg_append_unread(failed, regidx, ret);
                continue;
            }
            manifest->fixed_indexes[manifest->fixed_len] = regidx;
            manifest->fixed_values[manifest->fixed_len++] = value;
        }
        manifest->indexes[manifest->len++] = regidx;
    }
    kvm_arm_add_chosen(cpu, manifest);
    if (failed->len) {
        error_setg(errp, "cpu %d: KVM lists registers that it does not let "
                   "be read: %s", CPU(cpu)->cpu_index, failed->str);
        return NULL;
    }
    manifest->wide_indexes = g_new(uint64_t, wide->len);
    while (manifest->wide_len < wide->len) {
        manifest->wide_indexes[manifest->wide_len] =
            g_array_index(wide, ARMCPRegWide, manifest->wide_len).regidx;
        manifest->wide_len++;
    }
    return g_steal_pointer(&manifest);
}

static void read_manifest(CPUState *cs, run_on_cpu_data data)
{
    Error **errp = ((void **)data.host_ptr)[1];

    *(ARMCPRegManifest **)data.host_ptr =
        kvm_arm_manifest_read(ARM_CPU(cs), errp);
}

ARMCPRegManifest *kvm_arm_manifest_of_machine(Error **errp)
{
    void *out[2] = { NULL, errp };

    run_on_cpu(first_cpu, read_manifest, RUN_ON_CPU_HOST_PTR(out));
    return out[0];
}

/* What the scratch vCPU lists now, and holds of the fixed registers. */
typedef struct Held {
    GArray *indexes;
    GArray *values;
    GArray *wide;
    ARMCPRegList list;
} Held;

static void held_clear(Held *held)
{
    g_clear_pointer(&held->indexes, g_array_unref);
    g_clear_pointer(&held->values, g_array_unref);
    g_clear_pointer(&held->wide, g_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Held, held_clear)

static bool hold(KVMScratch *scratch, Held *held, Error **errp)
{
    g_autoptr(GArray) all = kvm_arm_scratch_list(scratch, errp);

    held_clear(held);
    if (!all) {
        return false;
    }
    held->indexes = g_array_new(false, false, sizeof(uint64_t));
    held->values = g_array_new(false, false, sizeof(uint64_t));
    held->wide = g_array_new(false, false, sizeof(uint64_t));
    for (guint i = 0; i < all->len; i++) {
        uint64_t regidx = g_array_index(all, uint64_t, i), value = 0;

        if (arm_cpreg_is_wide(regidx)) {
            g_array_append_val(held->wide, regidx);
            continue;
        }
        if (!kvm_arm_is_cpreg(regidx)) {
            continue;
        }
        if (arm_cpreg_is_fixed(regidx) &&
            !kvm_arm_first_run_read(scratch, regidx, &value, errp)) {
            return false;
        }
        g_array_append_val(held->indexes, regidx);
        g_array_append_val(held->values, value);
    }
    held->list = (ARMCPRegList) {
        .indexes = (uint64_t *)held->indexes->data,
        .values = (uint64_t *)held->values->data,
        .len = held->indexes->len,
    };
    return true;
}

static void refuse(KVMPreflight *preflight, uint64_t regidx, uint64_t source,
                   uint64_t here, const char *why)
{
    KVMPreflightValue value = { regidx, source, here, why };

    g_array_append_val(preflight->values, value);
    arm_cpreg_append_refused(preflight->refused, regidx, source, here, why);
}

/*
 * Write the source's values, of identity or of the rest, as a load does;
 * those that were tried before are not tried again.  Returns true if one was
 * taken.
 */
static bool try_values(KVMScratch *scratch, const ARMCPRegManifest *manifest,
                       const Held *held, bool identity, GHashTable *tried,
                       KVMPreflight *preflight)
{
    bool taken = false;

    for (size_t i = 0; i < held->list.len; i++) {
        uint64_t regidx = held->list.indexes[i];
        uint64_t here = held->list.values[i];
        uint64_t foreign = kvm_arm_first_run_foreign(regidx);
        uint64_t value;
        int ret;

        if (arm_cpreg_is_identity(regidx) != identity ||
            !arm_cpreg_manifest_value(manifest, regidx, &value)) {
            continue;
        }
        value = (value & ~foreign) | (here & foreign);
        if (value == here ||
            !g_hash_table_add(tried, g_memdup2(&regidx, sizeof(regidx)))) {
            continue;
        }
        ret = kvm_arm_scratch_set(scratch, regidx, value);
        if (ret) {
            refuse(preflight, regidx, value, here, kvm_arm_cpreg_why(ret));
        }
        taken |= ret == 0;
    }
    return taken;
}

static bool try_first_run(KVMScratch *scratch, const Held *held,
                          KVMPreflight *preflight, Error **errp)
{
    ARMCPRegList ids = kvm_arm_first_run_ids(&held->list);
    g_autofree uint64_t *after = g_new(uint64_t, ids.len);

    if (!kvm_arm_first_run_of(scratch, &ids, after, errp)) {
        return false;
    }
    for (size_t i = 0; i < ids.len; i++) {
        if (after[i] != ids.values[i]) {
            refuse(preflight, ids.indexes[i], ids.values[i], after[i],
                   KVM_ARM_FIRST_RUN_CHANGES);
        }
    }
    return true;
}

static void compare_wide(const ARMCPRegManifest *manifest, GArray *here,
                         GString *refused)
{
    for (size_t i = 0; i < manifest->wide_len; i++) {
        guint at;
        g_autofree char *name = NULL;

        if (!g_array_binary_search(here, &manifest->wide_indexes[i],
                                   compare_u64, &at)) {
            name = arm_cpreg_name(manifest->wide_indexes[i]);
            g_string_append_printf(refused, "%s%s of %zu bytes is unknown "
                                   "here", refused->len ? "; " : "", name,
                                   arm_cpreg_size(manifest->wide_indexes[i]));
        }
    }
}

KVMPreflight *kvm_arm_preflight(ARMCPU *cpu, const ARMCPRegManifest *manifest,
                                Error **errp)
{
    g_autoptr(KVMPreflight) preflight = kvm_arm_preflight_new();
    g_autoptr(GHashTable) tried = g_hash_table_new_full(g_int64_hash,
                                                        g_int64_equal, g_free,
                                                        NULL);
    ARMCPRegVCPUInit init = arm_cpreg_vcpu_init_of(cpu);
    g_autoptr(KVMScratch) scratch = NULL;
    g_auto(Held) held = { NULL };
    bool identity_taken;

    arm_cpreg_vcpu_init_compare(&manifest->init, &init, preflight->refused);
    if (preflight->refused->len) {
        return g_steal_pointer(&preflight);
    }
    preflight->compared = true;
    scratch = kvm_arm_scratch_new(cpu, errp);
    if (!scratch || !hold(scratch, &held, errp)) {
        return NULL;
    }
    /* Again for those that the ones before have brought to light. */
    while (try_values(scratch, manifest, &held, true, tried, preflight)) {
        if (!hold(scratch, &held, errp)) {
            return NULL;
        }
    }
    identity_taken = preflight->refused->len == 0;
    arm_cpreg_manifest_reconcile(manifest, &held.list, &preflight->report,
                                 preflight->refused);
    compare_wide(manifest, held.wide, preflight->refused);
    try_values(scratch, manifest, &held, false, tried, preflight);
    if (identity_taken && !try_first_run(scratch, &held, preflight, errp)) {
        return NULL;
    }
    if (!kvm_arm_compare_chosen(cpu, manifest, preflight->started, errp)) {
        return NULL;
    }
    return g_steal_pointer(&preflight);
}

char *kvm_arm_preflight_text(const KVMPreflight *preflight,
                             const ARMCPRegManifest *manifest)
{
    if (!preflight->refused->len) {
        return preflight->started->len ? g_strdup(preflight->started->str)
                                       : NULL;
    }
    return g_strdup_printf("registers of the source (Linux %s) cannot be "
                           "restored on this host: %s%s%s%s", manifest->kernel,
                           preflight->refused->str,
                           preflight->compared ? ARM_CPREG_REMEDY : "",
                           preflight->started->len ? "; " : "",
                           preflight->started->str);
}
