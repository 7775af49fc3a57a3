/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Manifests of vCPUs: read one from KVM, and check one with KVM. */

#include "qemu/osdep.h"
#include <sys/utsname.h>

#include "qapi/error.h"
#include "hw/core/cpu.h"
#include "target/arm/migration/lists.h"
#include "vcpu-init.h"
#include "target/arm/cpreg/explain.h"
#include "target/arm/cpreg/wide.h"
#include "internals.h"
#include "registers.h"
#include "manifest.h"
#include "trial.h"

static GSList *manifest_parts;  /* of const KVMManifestPart */

void kvm_arm_manifest_add_part(const KVMManifestPart *part)
{
    if (!g_slist_find(manifest_parts, part)) {
        manifest_parts = g_slist_append(manifest_parts, (gpointer)part);
    }
}

bool kvm_arm_manifest_is_required(ARMCPU *cpu)
{
    for (GSList *item = manifest_parts; item; item = item->next) {
        const KVMManifestPart *part = item->data;

        if (part->is_required(cpu)) {
            return true;
        }
    }
    return false;
}

static void manifest_add_parts(ARMCPU *cpu, ARMCPRegManifest *manifest)
{
    for (GSList *item = manifest_parts; item; item = item->next) {
        const KVMManifestPart *part = item->data;

        part->add(cpu, manifest);
    }
}

static bool manifest_compare_parts(ARMCPU *cpu,
                                   const ARMCPRegManifest *manifest,
                                   GString *refused, Error **errp)
{
    for (GSList *item = manifest_parts; item; item = item->next) {
        const KVMManifestPart *part = item->data;

        if (!part->compare(cpu, manifest, refused, errp)) {
            return false;
        }
    }
    return true;
}

static KVMManifestCheck *kvm_arm_manifest_check_new(void)
{
    KVMManifestCheck *check = g_new0(KVMManifestCheck, 1);

    check->load = arm_cpreg_load_new();
    check->refused = g_string_new(NULL);
    check->parts = g_string_new(NULL);
    return check;
}

void kvm_arm_manifest_check_free(KVMManifestCheck *check)
{
    if (check) {
        arm_cpreg_load_free(check->load);
        g_string_free(check->refused, true);
        g_string_free(check->parts, true);
        g_free(check);
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
                continue;       /* KVM no longer lists it */
            }
            if (ret) {
                arm_cpreg_append_unread(failed, regidx, ret);
                continue;
            }
            arm_cpreg_manifest_add_value(manifest, regidx, value);
        }
        manifest->indexes[manifest->len++] = regidx;
    }
    manifest_add_parts(cpu, manifest);
    if (failed->len) {
        error_setg(errp, "cpu %d: cannot read registers that KVM lists: %s",
                   CPU(cpu)->cpu_index, failed->str);
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

typedef struct ManifestRead {
    ARMCPRegManifest *manifest;
    Error **errp;
} ManifestRead;

static void manifest_read_on_cpu(CPUState *cs, run_on_cpu_data data)
{
    ManifestRead *read = data.host_ptr;

    read->manifest = kvm_arm_manifest_read(ARM_CPU(cs), read->errp);
}

ARMCPRegManifest *kvm_arm_manifest_of_machine(Error **errp)
{
    ManifestRead read = { .errp = errp };

    run_on_cpu(first_cpu, manifest_read_on_cpu, RUN_ON_CPU_HOST_PTR(&read));
    return read.manifest;
}

/* @here: the indexes of the scratch vCPU's registers */
static void manifest_compare_wide(const ARMCPRegManifest *manifest,
                                  GArray *here, GString *refused)
{
    for (size_t i = 0; i < manifest->wide_len; i++) {
        g_autofree char *name = NULL;

        if (!g_array_binary_search(here, &manifest->wide_indexes[i],
                                   compare_u64, NULL)) {
            name = arm_cpreg_name(manifest->wide_indexes[i]);
            arm_cpreg_clause(refused, "the destination has no %s of %zu bytes",
                             name, arm_cpreg_size(manifest->wide_indexes[i]));
        }
    }
}

KVMManifestCheck *kvm_arm_manifest_check(ARMCPU *cpu,
                                         const ARMCPRegManifest *manifest,
                                         Error **errp)
{
    g_autoptr(KVMManifestCheck) check = kvm_arm_manifest_check_new();
    ARMCPRegVCPUInit init = arm_cpreg_vcpu_init_of(cpu);
    ARMCPRegList known = arm_cpreg_manifest_fixed(manifest);
    g_autofree uint64_t *values = NULL;
    ARMCPRegList source = arm_cpreg_manifest_source(manifest, &values);

    arm_cpreg_vcpu_init_compare(ARM_CPREG_INIT_SOURCE, &manifest->init, &init,
                                check->refused);
    if (check->refused->len) {
        return g_steal_pointer(&check);
    }
    check->compared = true;
    if (!kvm_arm_try_list(cpu, &source, &known, check->load, errp)) {
        return NULL;
    }
    g_string_assign(check->refused, check->load->refused->str);
    manifest_compare_wide(manifest, check->load->all, check->refused);
    if (!manifest_compare_parts(cpu, manifest, check->parts, errp)) {
        return NULL;
    }
    return g_steal_pointer(&check);
}

char *kvm_arm_manifest_check_text(const KVMManifestCheck *check,
                                  const ARMCPRegManifest *manifest)
{
    g_autoptr(GString) text = g_string_new(NULL);

    if (check->refused->len) {
        g_string_append_printf(text, "registers of the source (Linux %s) "
                               "cannot be restored on this host: %s%s",
                               manifest->kernel, check->refused->str,
                               check->compared ? ARM_CPREG_REMEDY : "");
    }
    if (check->parts->len) {
        arm_cpreg_clause(text, "%s", check->parts->str);
    }
    return text->len ? g_strdup(text->str) : NULL;
}
