/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a user has chosen of a guest's registers: encode, decode. */

#include "qemu/osdep.h"
#include "cpreg-bytes.h"
#include "cpreg-manifest.h"

GByteArray *arm_cpreg_manifest_encode_chosen(const ARMCPRegManifest *manifest)
{
    GByteArray *out = g_byte_array_new();
    guint impls = manifest->impls ? manifest->impls->len : 0;

    put_text(out, manifest->baseline ?: "", ARM_CPREG_BASELINE_MAX);
    put32(out, manifest->chosen_len);
    for (size_t i = 0; i < manifest->chosen_len; i++) {
        put64(out, manifest->chosen_indexes[i]);
    }
    put32(out, impls);
    for (guint i = 0; i < impls; i++) {
        const ARMCPRegImpl *impl = &g_array_index(manifest->impls,
                                                  ARMCPRegImpl, i);

        put64(out, impl->midr);
        put64(out, impl->revidr);
        put64(out, impl->aidr);
    }
    return out;
}

static char *take_impls(Input *in, GArray **impls)
{
    size_t len = take_count(in, 3 * sizeof(uint64_t));
    char *fault = NULL;

    if (len) {
        *impls = arm_cpreg_impls_new();
    }
    while (len-- && !fault) {
        uint64_t midr = take64(in), revidr = take64(in), aidr = take64(in);
        ARMCPRegImpl impl = { midr, revidr, aidr };

        fault = arm_cpreg_impls_add(*impls, &impl);
    }
    return fault;
}

char *arm_cpreg_manifest_decode_chosen(ARMCPRegManifest *manifest,
                                       const void *data, size_t size)
{
    Input in = { .data = data, .size = size };
    ARMCPRegList fixed = arm_cpreg_manifest_fixed(manifest);
    ARMCPRegListFault wrong;
    ARMCPRegList chosen;
    char *fault;
    size_t at;

    manifest->baseline = take_text(&in, ARM_CPREG_BASELINE_MAX);
    if (!*manifest->baseline) {
        g_free(manifest->baseline);
        manifest->baseline = g_strdup("a baseline");
    }
    manifest->chosen_len = take_count(&in, sizeof(uint64_t));
    manifest->chosen_indexes = g_new(uint64_t, manifest->chosen_len);
    for (size_t i = 0; i < manifest->chosen_len; i++) {
        manifest->chosen_indexes[i] = take64(&in);
    }
    fault = take_impls(&in, &manifest->impls);
    if (fault) {
        return fault;
    }
    if (in.short_of || in.size) {
        return g_strdup(in.short_of ? "what was chosen ends too early" :
                        "there is more behind what was chosen");
    }
    chosen = (ARMCPRegList) {
        .indexes = manifest->chosen_indexes,
        .len = manifest->chosen_len,
    };
    wrong = arm_cpreg_list_check(&chosen, &at);
    fault = arm_cpreg_list_fault_text(wrong, &chosen, at);
    for (size_t i = 0; i < chosen.len && !fault; i++) {
        if (arm_cpreg_list_find(&fixed, chosen.indexes[i]) < 0) {
            g_autofree char *name = arm_cpreg_name(chosen.indexes[i]);

            fault = g_strdup_printf("%s was chosen, and has no value", name);
        }
    }
    return fault;
}
