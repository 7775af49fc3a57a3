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
#include "kvm-preflight.h"
#include "kvm-preflight-chosen.h"
#include "kvm-trial.h"

static KVMPreflight *kvm_arm_preflight_new(void)
{
    KVMPreflight *preflight = g_new0(KVMPreflight, 1);

    preflight->load = arm_cpreg_load_new();
    preflight->refused = g_string_new(NULL);
    preflight->started = g_string_new(NULL);
    return preflight;
}

void kvm_arm_preflight_free(KVMPreflight *preflight)
{
    if (preflight) {
        arm_cpreg_load_free(preflight->load);
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
    GPtrArray *wide = cpu->kvm_cpregs->wide;
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

        if (arm_cpreg_is_in_manifest(regidx)) {
            int ret = kvm_arm_cpreg_read(cpu, regidx, &value);

            if (ret == -ENOENT && kvm_arm_cpreg_has_gone(cpu, regidx)) {
                continue;       /* KVM has hidden it since */
            }
            if (ret) {
                kvm_arm_cpreg_append_unread(failed, regidx, ret);
                continue;
            }
            arm_cpreg_manifest_add_value(manifest, regidx, value);
        }
        manifest->indexes[manifest->len++] = regidx;
    }
    kvm_arm_add_chosen(cpu, manifest);
    if (failed->len) {
        error_setg(errp, "cpu %d: KVM lists registers that it does not let "
                   "QEMU read: %s", CPU(cpu)->cpu_index, failed->str);
        return NULL;
    }
    manifest->wide_indexes = g_new(uint64_t, wide->len);
    while (manifest->wide_len < wide->len) {
        manifest->wide_indexes[manifest->wide_len] =
            ((ARMCPRegWide *)wide->pdata[manifest->wide_len])->regidx;
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

static void compare_wide(const ARMCPRegManifest *manifest, GArray *here,
                         GString *refused)
{
    for (size_t i = 0; i < manifest->wide_len; i++) {
        g_autofree char *name = NULL;

        if (!g_array_binary_search(here, &manifest->wide_indexes[i],
                                   compare_u64, NULL)) {
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
    ARMCPRegVCPUInit init = arm_cpreg_vcpu_init_of(cpu);
    ARMCPRegList known = arm_cpreg_manifest_fixed(manifest);
    g_autofree uint64_t *values = NULL;
    ARMCPRegList source = arm_cpreg_manifest_source(manifest, &values);

    arm_cpreg_vcpu_init_compare(ARM_CPREG_INIT_SOURCE, &manifest->init, &init,
                                preflight->refused);
    if (preflight->refused->len) {
        return g_steal_pointer(&preflight);
    }
    preflight->compared = true;
    if (!kvm_arm_try_list(cpu, &source, &known, preflight->load, errp)) {
        return NULL;
    }
    g_string_assign(preflight->refused, preflight->load->refused->str);
    compare_wide(manifest, preflight->load->all, preflight->refused);
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
