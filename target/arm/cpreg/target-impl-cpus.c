/* SPDX-License-Identifier: GPL-2.0-or-later */
/* CPU implementations that a guest may run on. */

#include "qemu/osdep.h"
#include "target-impl-cpus.h"

GArray *arm_cpu_impls_new(void)
{
    return g_array_new(false, false, sizeof(ARMCPUImpl));
}

static const ARMCPUImpl *impl_at(const GArray *impls, guint i)
{
    return &g_array_index(impls, ARMCPUImpl, i);
}

bool arm_cpu_impls_has(const GArray *impls, const ARMCPUImpl *impl)
{
    for (guint i = 0; impls && i < impls->len; i++) {
        if (!memcmp(impl_at(impls, i), impl, sizeof(*impl))) {
            return true;
        }
    }
    return false;
}

char *arm_cpu_impls_add(GArray *impls, const ARMCPUImpl *impl)
{
    if (impl->midr > UINT32_MAX) {
        return g_strdup_printf("MIDR_EL1 0x%" PRIx64 " has more than 32 bits",
                               impl->midr);
    }
    if (arm_cpu_impls_has(impls, impl)) {
        return g_strdup_printf("MIDR_EL1 0x%" PRIx64 ", REVIDR_EL1 0x%" PRIx64
                               ", AIDR_EL1 0x%" PRIx64 " is in the list twice",
                               impl->midr, impl->revidr, impl->aidr);
    }
    if (impls->len == ARM_CPU_IMPLS_MAX) {
        return g_strdup_printf("more than %d implementations",
                               ARM_CPU_IMPLS_MAX);
    }
    g_array_append_vals(impls, impl, 1);
    return NULL;
}

static char *impl_parse_triple(const char *text, ARMCPUImpl *impl)
{
    g_auto(GStrv) parts = g_strsplit(text, ":", -1);
    uint64_t values[3] = { 0 };
    guint len = g_strv_length(parts);

    if (len < 1 || len > ARRAY_SIZE(values)) {
        return g_strdup_printf("\"%.60s\" is not MIDR:REVIDR:AIDR", text);
    }
    for (guint i = 0; i < len; i++) {
        const char *digits = parts[i];

        if (g_str_has_prefix(digits, "0x")) {
            digits += 2;
        }
        if (!g_ascii_string_to_unsigned(digits, 16, 0, UINT64_MAX, &values[i],
                                        NULL)) {
            return g_strdup_printf("\"%.20s\" in \"%.60s\" is not a "
                                   "hexadecimal number", parts[i], text);
        }
    }
    *impl = (ARMCPUImpl) { values[0], values[1], values[2] };
    return NULL;
}

GArray *arm_cpu_impls_parse(const char *text, char **fault)
{
    g_autoptr(GArray) impls = arm_cpu_impls_new();
    g_auto(GStrv) triples = g_strsplit(text, "-", -1);

    *fault = *triples ? NULL : g_strdup("the list is empty");
    for (char **triple = triples; *triple && !*fault; triple++) {
        ARMCPUImpl impl;

        *fault = impl_parse_triple(*triple, &impl) ?:
                 arm_cpu_impls_add(impls, &impl);
    }
    return *fault ? NULL : g_steal_pointer(&impls);
}

char *arm_cpu_impls_text(const GArray *impls)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; impls && i < impls->len; i++) {
        const ARMCPUImpl *impl = impl_at(impls, i);

        g_string_append_printf(text, "%s0x%" PRIx64 ":0x%" PRIx64 ":0x%"
                               PRIx64, i ? "-" : "", impl->midr, impl->revidr,
                               impl->aidr);
    }
    return g_string_free(text, false);
}

bool arm_cpu_impls_equal(const GArray *a, const GArray *b)
{
    guint len = a ? a->len : 0;

    return len == (b ? b->len : 0) &&
           (!len || !memcmp(a->data, b->data, len * sizeof(ARMCPUImpl)));
}
