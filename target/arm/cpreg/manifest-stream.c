/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The encoding of manifests in a migration stream. */

#include "qemu/osdep.h"
#include "manifest-stream.h"
#include "target-impl-cpus.h"

static void manifest_put32(GByteArray *out, uint32_t value)
{
    value = GUINT32_TO_BE(value);
    g_byte_array_append(out, (const guint8 *)&value, sizeof(value));
}

static void manifest_put64(GByteArray *out, uint64_t value)
{
    value = GUINT64_TO_BE(value);
    g_byte_array_append(out, (const guint8 *)&value, sizeof(value));
}

/* Append at most @max bytes of the text, after their number. */
static void manifest_put_text(GByteArray *out, const char *text, guint8 max)
{
    guint8 len = MIN(strlen(text), max);

    g_byte_array_append(out, &len, 1);
    g_byte_array_append(out, (const guint8 *)text, len);
}

/* The bytes left to decode.  After one read too many, all read as 0. */
typedef struct ManifestInput {
    const guint8 *data;
    size_t size;
    bool truncated;
} ManifestInput;

/* Without @enough bytes, this read and all later ones fail. */
static bool manifest_input_has(ManifestInput *in, bool enough)
{
    if (!enough) {
        in->truncated = true;
        in->size = 0;
    }
    return enough;
}

static void manifest_take(ManifestInput *in, void *out, size_t size)
{
    if (!manifest_input_has(in, size <= in->size)) {
        memset(out, 0, size);
    } else if (size) {
        memcpy(out, in->data, size);
        in->data += size;
        in->size -= size;
    }
}

static uint32_t manifest_take32(ManifestInput *in)
{
    uint32_t value;

    manifest_take(in, &value, sizeof(value));
    return GUINT32_FROM_BE(value);
}

static uint64_t manifest_take64(ManifestInput *in)
{
    uint64_t value;

    manifest_take(in, &value, sizeof(value));
    return GUINT64_FROM_BE(value);
}

/* The number of entries of @size bytes; 0 if the input is too short. */
static size_t manifest_take_count(ManifestInput *in, size_t size)
{
    size_t count = manifest_take32(in);

    return manifest_input_has(in, count <= in->size / size) ? count : 0;
}

/* A text of at most @max bytes, safe for messages; never NULL. */
static char *manifest_take_text(ManifestInput *in, guint8 max)
{
    char *text = g_malloc0(max + 1);
    guint8 len;

    manifest_take(in, &len, 1);
    if (manifest_input_has(in, len <= max)) {
        manifest_take(in, text, len);
        arm_cpreg_make_printable(text, len);
    }
    return text;
}

/* @values may be NULL. */
static void manifest_put_list(GByteArray *out, size_t len,
                              const uint64_t *indexes, const uint64_t *values)
{
    manifest_put32(out, len);
    for (size_t i = 0; i < len; i++) {
        manifest_put64(out, indexes[i]);
        if (values) {
            manifest_put64(out, values[i]);
        }
    }
}

static size_t manifest_take_list(ManifestInput *in, uint64_t **indexes,
                                 uint64_t **values)
{
    size_t len = manifest_take_count(in, (values ? 2 : 1) * sizeof(uint64_t));

    *indexes = g_new(uint64_t, len);
    if (values) {
        *values = g_new(uint64_t, len);
    }
    for (size_t i = 0; i < len; i++) {
        (*indexes)[i] = manifest_take64(in);
        if (values) {
            (*values)[i] = manifest_take64(in);
        }
    }
    return len;
}

/* Did the input end too early, or too late? */
static char *manifest_end_fault(const ManifestInput *in, const char *what)
{
    return in->truncated ? g_strdup_printf("%s ends too early", what) :
           in->size ? g_strdup_printf("%s has trailing bytes", what) : NULL;
}

GByteArray *arm_cpreg_manifest_encode(const ARMCPRegManifest *manifest)
{
    GByteArray *out = g_byte_array_new();

    manifest_put32(out, manifest->init.target);
    for (int i = 0; i < ARM_CPREG_FEATURE_WORDS; i++) {
        manifest_put32(out, manifest->init.features[i]);
    }
    manifest_put64(out, manifest->init.sve_vls);
    manifest_put_text(out, manifest->kernel, ARM_CPREG_KERNEL_MAX);
    manifest_put_list(out, manifest->len, manifest->indexes, NULL);
    manifest_put_list(out, manifest->fixed_len, manifest->fixed_indexes,
                      manifest->fixed_values);
    manifest_put_list(out, manifest->wide_len, manifest->wide_indexes, NULL);
    return out;
}

ARMCPRegManifest *arm_cpreg_manifest_decode(const void *data, size_t size,
                                            char **fault)
{
    g_autoptr(ARMCPRegManifest) manifest = g_new0(ARMCPRegManifest, 1);
    ManifestInput in = { .data = data, .size = size };

    manifest->init.target = manifest_take32(&in);
    for (int i = 0; i < ARM_CPREG_FEATURE_WORDS; i++) {
        manifest->init.features[i] = manifest_take32(&in);
    }
    manifest->init.sve_vls = manifest_take64(&in);
    manifest->kernel = manifest_take_text(&in, ARM_CPREG_KERNEL_MAX);
    g_strdelimit(manifest->kernel, " ", '?');
    manifest->len = manifest_take_list(&in, &manifest->indexes, NULL);
    manifest->fixed_len = manifest_take_list(&in, &manifest->fixed_indexes,
                                             &manifest->fixed_values);
    manifest->wide_len = manifest_take_list(&in, &manifest->wide_indexes, NULL);
    *fault = manifest_end_fault(&in, "it") ?:
             arm_cpreg_manifest_fault(manifest);
    return *fault ? NULL : g_steal_pointer(&manifest);
}

GByteArray *arm_cpreg_manifest_encode_configured(
    const ARMCPRegManifest *manifest)
{
    GByteArray *out = g_byte_array_new();
    guint impls = manifest->impls ? manifest->impls->len : 0;

    manifest_put_text(out, manifest->baseline ?: "", ARM_CPREG_BASELINE_MAX);
    manifest_put_list(out, manifest->configured_len,
                      manifest->configured_indexes, NULL);
    manifest_put32(out, impls);
    for (guint i = 0; i < impls; i++) {
        const ARMCPUImpl *impl = &g_array_index(manifest->impls,
                                                ARMCPUImpl, i);

        manifest_put64(out, impl->midr);
        manifest_put64(out, impl->revidr);
        manifest_put64(out, impl->aidr);
    }
    return out;
}

static char *manifest_take_impls(ManifestInput *in, GArray **impls)
{
    size_t len = manifest_take_count(in, 3 * sizeof(uint64_t));
    char *fault = NULL;

    if (len) {
        *impls = arm_cpu_impls_new();
    }
    while (len-- && !fault) {
        ARMCPUImpl impl;

        impl.midr = manifest_take64(in);
        impl.revidr = manifest_take64(in);
        impl.aidr = manifest_take64(in);
        fault = arm_cpu_impls_add(*impls, &impl);
    }
    return fault;
}

char *arm_cpreg_manifest_decode_configured(ARMCPRegManifest *manifest,
                                           const void *data, size_t size)
{
    ManifestInput in = { .data = data, .size = size };

    manifest->baseline = manifest_take_text(&in, ARM_CPREG_BASELINE_MAX);
    if (!*manifest->baseline) {
        g_free(manifest->baseline);
        manifest->baseline = g_strdup("a baseline");
    }
    manifest->configured_len =
        manifest_take_list(&in, &manifest->configured_indexes, NULL);
    return manifest_take_impls(&in, &manifest->impls) ?:
           manifest_end_fault(&in, "the configured part") ?:
           arm_cpreg_manifest_configured_fault(manifest);
}
