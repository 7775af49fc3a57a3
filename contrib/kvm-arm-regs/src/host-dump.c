/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A host's dump in memory. */

#include "qemu/osdep.h"
#include "host-dump.h"
#include "target/arm/cpreg/wide.h"

G_DEFINE_QUARK(kvm_arm_regs, host_dump_error)

HostDump *host_dump_new(void)
{
    HostDump *dump = g_new0(HostDump, 1);

    dump->capabilities = g_new0(char *, 1);
    dump->regs = g_array_new(false, false, sizeof(HostReg));
    dump->state = g_array_new(false, false, sizeof(uint64_t));
    dump->manifest = arm_cpreg_manifest_new();
    return dump;
}

void host_dump_free(HostDump *dump)
{
    if (dump) {
        g_free(dump->path);
        g_free(dump->host);
        g_strfreev(dump->capabilities);
        g_strfreev(dump->members);
        g_array_unref(dump->regs);
        g_array_unref(dump->state);
        arm_cpreg_manifest_free(dump->manifest);
        g_free(dump);
    }
}

HostDump *host_dump_copy(const HostDump *dump)
{
    const ARMCPRegManifest *from = dump->manifest;
    HostDump *copy = host_dump_new();
    g_autofree char *fault = NULL;

    g_strfreev(copy->capabilities);
    copy->capabilities = g_strdupv(dump->capabilities);
    copy->members = g_strdupv(dump->members);
    g_array_unref(copy->regs);
    copy->regs = g_array_ref(dump->regs);
    g_array_unref(copy->state);
    copy->state = g_array_ref(dump->state);
    g_free(copy->manifest->kernel);
    copy->manifest->kernel = g_strdup(from->kernel);
    copy->manifest->init = from->init;
    copy->manifest->impls = from->impls ? g_array_copy(from->impls) : NULL;
    copy->manifest->wide_len = from->wide_len;
    copy->manifest->wide_indexes = g_memdup2(
        from->wide_indexes, from->wide_len * sizeof(uint64_t));
    host_dump_finish(copy, &fault);     /* as it went before */
    return copy;
}

void host_dump_add(HostDump *dump, const HostReg *reg)
{
    ARMCPRegManifest *manifest = dump->manifest;

    if (arm_cpreg_is_core(reg->regidx)) {
        g_array_append_val(dump->state, reg->regidx);
        return;
    }
    if (!arm_cpreg_is_wide(reg->regidx)) {
        g_array_append_val(dump->regs, *reg);
        return;
    }
    manifest->wide_indexes = g_renew(uint64_t, manifest->wide_indexes,
                                     manifest->wide_len + 1);
    manifest->wide_indexes[manifest->wide_len++] = reg->regidx;
}

bool host_dump_finish(HostDump *dump, char **fault)
{
    ARMCPRegManifest *manifest = dump->manifest;
    guint len = dump->regs->len;

    manifest->indexes = g_new(uint64_t, len);
    manifest->fixed_indexes = g_new(uint64_t, len);
    manifest->fixed_values = g_new(uint64_t, len);
    for (guint i = 0; i < len; i++) {
        const HostReg *reg = &g_array_index(dump->regs, HostReg, i);

        manifest->indexes[manifest->len++] = reg->regidx;
        if (reg->has_value && arm_cpreg_is_fixed(reg->regidx)) {
            manifest->fixed_indexes[manifest->fixed_len] = reg->regidx;
            manifest->fixed_values[manifest->fixed_len++] = reg->value;
        }
    }
    *fault = arm_cpreg_manifest_fault(manifest);
    return !*fault;
}

const HostReg *host_dump_find(const HostDump *dump, uint64_t regidx)
{
    ARMCPRegList list = arm_cpreg_manifest_list(dump->manifest);
    ssize_t at = arm_cpreg_list_find(&list, regidx);

    return at < 0 ? NULL : &g_array_index(dump->regs, HostReg, at);
}

char *host_dump_title(const HostDump *dump)
{
    return dump->host ? g_strdup_printf("%s (%s, Linux %s)", dump->path,
                                        dump->host, dump->manifest->kernel)
                      : g_strdup_printf("%s (Linux %s)", dump->path,
                                        dump->manifest->kernel);
}

char *host_dump_features(const ARMCPRegVCPUInit *init)
{
    GString *text = g_string_new(NULL);

    for (unsigned bit = 0; bit < ARM_CPREG_FEATURE_WORDS * 32; bit++) {
        if (arm_cpreg_has_feature(init, bit)) {
            g_autofree char *name = arm_cpreg_feature_name(bit);

            g_string_append_printf(text, "%s%s", text->len ? ", " : "", name);
        }
    }
    return g_string_free(text, false);
}

bool host_dump_has(const HostDump *dump, const char *capability)
{
    return g_strv_contains((const char *const *)dump->capabilities,
                           capability);
}
