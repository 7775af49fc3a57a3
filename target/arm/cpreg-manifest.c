/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The manifest of a vCPU: check, encode, decode. */

#include "qemu/osdep.h"
#include "cpreg-manifest.h"

ARMCPRegManifest *arm_cpreg_manifest_new(void)
{
    ARMCPRegManifest *manifest = g_new0(ARMCPRegManifest, 1);

    manifest->kernel = g_strdup("");
    return manifest;
}

void arm_cpreg_manifest_free(ARMCPRegManifest *manifest)
{
    if (manifest) {
        g_free(manifest->kernel);
        g_free(manifest->indexes);
        g_free(manifest->fixed_indexes);
        g_free(manifest->fixed_values);
        g_free(manifest->wide_indexes);
        g_free(manifest->baseline);
        g_free(manifest->chosen_indexes);
        g_clear_pointer(&manifest->impls, g_array_unref);
        g_free(manifest);
    }
}

bool arm_cpreg_is_feature_id(uint64_t regidx)
{
    return regidx >= ARM_CPREG_ID_FIRST && regidx <= ARM_CPREG_ID_LAST;
}

bool arm_cpreg_is_identity(uint64_t regidx)
{
    uint64_t kind = regidx & ARM_CPREG_KIND_MASK;

    return arm_cpreg_is_feature_id(regidx) ||
           kind == ARM_CPREG_KIND_FW || kind == ARM_CPREG_KIND_FW_BMAP;
}

bool arm_cpreg_is_implementation(uint64_t regidx)
{
    return regidx == ARM_CPREG(MIDR_EL1) || regidx == ARM_CPREG(REVIDR_EL1) ||
           regidx == ARM_CPREG(AIDR_EL1);
}

bool arm_cpreg_is_fixed(uint64_t regidx)
{
    switch (regidx) {
    case ARM_CPREG(CLIDR_EL1):
    case ARM_CPREG(CTR_EL0):
    case ARM_CPREG(PMMIR_EL1):
        return true;
    default:
        return arm_cpreg_is_identity(regidx) ||
               arm_cpreg_is_implementation(regidx) ||
               (regidx & ARM_CPREG_KIND_MASK) == ARM_CPREG_KIND_DEMUX;
    }
}

uint64_t arm_cpreg_fixed_bits(uint64_t regidx)
{
    if (regidx == ARM_CPREG(PMCR_EL0)) {
        return 0x1fULL << 11;           /* N */
    }
    return arm_cpreg_is_fixed(regidx) ? ~0ULL : 0;
}

uint64_t arm_cpreg_irqchip_bits(uint64_t regidx)
{
    switch (regidx) {
    case ARM_CPREG(ID_AA64PFR0_EL1):
        return 0xfULL << 24;            /* GIC */
    case ARM_CPREG(ID_AA64PFR2_EL1):
        return 0xfULL << 12;            /* GCIE */
    case ARM_CPREG(ID_PFR1_EL1):
        return 0xfULL << 28;            /* GIC */
    default:
        return 0;
    }
}

bool arm_cpreg_is_in_manifest(uint64_t regidx)
{
    return arm_cpreg_fixed_bits(regidx) ||
           regidx == ARM_CPREG(CNTP_CTL_EL0) ||
           regidx == ARM_CPREG(CNTP_CVAL_EL0);
}

static void printable(char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (!g_ascii_isprint(text[i])) {
            text[i] = '?';
        }
    }
}

char *arm_cpreg_printable(const char *text)
{
    char *copy = g_strndup(text, ARM_CPREG_BASELINE_MAX);

    if (copy) {
        printable(copy, strlen(copy));
    }
    return copy;
}

void arm_cpreg_manifest_add_value(ARMCPRegManifest *manifest, uint64_t regidx,
                                  uint64_t value)
{
    uint64_t bits = arm_cpreg_fixed_bits(regidx);

    if (regidx == ARM_CPREG(CNTP_CTL_EL0)) {
        bits = 1;                       /* ENABLE; ISTATUS is the clock's */
    }
    manifest->fixed_indexes[manifest->fixed_len] = regidx;
    manifest->fixed_values[manifest->fixed_len++] = bits ? value & bits
                                                         : value;
}

ARMCPRegList arm_cpreg_manifest_list(const ARMCPRegManifest *manifest)
{
    return (ARMCPRegList) {
        .indexes = manifest->indexes,
        .len = manifest->len,
    };
}

ARMCPRegList arm_cpreg_manifest_fixed(const ARMCPRegManifest *manifest)
{
    return (ARMCPRegList) {
        .indexes = manifest->fixed_indexes,
        .values = manifest->fixed_values,
        .len = manifest->fixed_len,
    };
}

static char *list_fault(const ARMCPRegList *list, const char *which)
{
    g_autofree char *text = arm_cpreg_list_fault(list);

    return text ? g_strdup_printf("%s: %s", which, text) : NULL;
}

/* The first register of @list that @other lacks: a new string, or NULL. */
static char *lack_fault(const ARMCPRegList *list, const ARMCPRegList *other,
                        bool identity, const char *what)
{
    for (size_t i = 0; i < list->len; i++) {
        uint64_t regidx = list->indexes[i];

        if ((!identity || arm_cpreg_is_identity(regidx)) &&
            arm_cpreg_list_find(other, regidx) < 0) {
            g_autofree char *name = arm_cpreg_name(regidx);

            return g_strdup_printf("%s %s", name, what);
        }
    }
    return NULL;
}

char *arm_cpreg_manifest_fault(const ARMCPRegManifest *manifest)
{
    ARMCPRegList list = arm_cpreg_manifest_list(manifest);
    ARMCPRegList fixed = arm_cpreg_manifest_fixed(manifest);
    const uint64_t *wide = manifest->wide_indexes;
    char *fault = arm_cpreg_list_len_fault(list.len, 1);

    if (!fault && arm_cpreg_has_feature(&manifest->init,
                                        ARM_CPREG_FEATURE_SVE) !=
        (manifest->init.sve_vls != 0)) {
        fault = g_strdup("the vCPU feature sve without vector lengths, or "
                         "these without it");
    }
    fault = fault ?: list_fault(&list, "register list") ?:
            list_fault(&fixed, "registers with values") ?:
            lack_fault(&fixed, &list, false,
                       "has a value, and is not in the register list") ?:
            lack_fault(&list, &fixed, true,
                       "is in the register list without its value");
    for (size_t i = 0; i < manifest->wide_len && !fault; i++) {
        fault = arm_cpreg_entry_fault(i, wide[i], i ? wide[i - 1] : 0, true);
    }
    return fault;
}

/* What a rule wants of a register that the guest can change. */
static uint64_t assumed(uint64_t regidx)
{
    uint64_t value;

    return arm_cpreg_tolerated_value(&arm_cpreg_rules, regidx, &value) ? value
                                                                       : 0;
}

ARMCPRegList arm_cpreg_manifest_source(const ARMCPRegManifest *manifest,
                                       uint64_t **values)
{
    ARMCPRegList source = arm_cpreg_manifest_list(manifest);
    ARMCPRegList fixed = arm_cpreg_manifest_fixed(manifest);

    *values = g_new0(uint64_t, source.len);
    for (size_t i = 0; i < source.len; i++) {
        ssize_t at = arm_cpreg_list_find(&fixed, source.indexes[i]);

        (*values)[i] = at >= 0 ? fixed.values[at] : assumed(source.indexes[i]);
    }
    source.values = *values;
    return source;
}

/* Numbers and texts in bytes, big-endian. */

static void put32(GByteArray *out, uint32_t value)
{
    value = GUINT32_TO_BE(value);
    g_byte_array_append(out, (const guint8 *)&value, sizeof(value));
}

static void put64(GByteArray *out, uint64_t value)
{
    value = GUINT64_TO_BE(value);
    g_byte_array_append(out, (const guint8 *)&value, sizeof(value));
}

/* At most @max bytes of it, 255 at most. */
static void put_text(GByteArray *out, const char *text, guint8 max)
{
    guint8 len = MIN(strlen(text), max);

    g_byte_array_append(out, &len, 1);
    g_byte_array_append(out, (const guint8 *)text, len);
}

/* What is left to read; once it was too little, everything reads as 0. */
typedef struct Input {
    const guint8 *data;
    size_t size;
    bool short_of;
} Input;

/* Once something is not there, nothing is. */
static bool there(Input *in, bool enough)
{
    if (!enough) {
        in->short_of = true;
        in->size = 0;
    }
    return enough;
}

static void take(Input *in, void *out, size_t size)
{
    if (!there(in, size <= in->size)) {
        memset(out, 0, size);
    } else if (size) {
        memcpy(out, in->data, size);
        in->data += size;
        in->size -= size;
    }
}

static uint32_t take32(Input *in)
{
    uint32_t value;

    take(in, &value, sizeof(value));
    return GUINT32_FROM_BE(value);
}

static uint64_t take64(Input *in)
{
    uint64_t value;

    take(in, &value, sizeof(value));
    return GUINT64_FROM_BE(value);
}

/* A count of entries of @size bytes that can be there. */
static size_t take_count(Input *in, size_t size)
{
    size_t count = take32(in);

    return there(in, count <= in->size / size) ? count : 0;
}

/* A text of at most @max bytes, as it can stand in a message; never NULL. */
static char *take_text(Input *in, guint8 max)
{
    char *text = g_malloc0(max + 1);
    guint8 len;

    take(in, &len, 1);
    if (there(in, len <= max)) {
        take(in, text, len);
        printable(text, len);
    }
    return text;
}

/* @values may be NULL. */
static void put_list(GByteArray *out, size_t len, const uint64_t *indexes,
                     const uint64_t *values)
{
    put32(out, len);
    for (size_t i = 0; i < len; i++) {
        put64(out, indexes[i]);
        if (values) {
            put64(out, values[i]);
        }
    }
}

static size_t take_list(Input *in, uint64_t **indexes, uint64_t **values)
{
    size_t len = take_count(in, (values ? 2 : 1) * sizeof(uint64_t));

    *indexes = g_new(uint64_t, len);
    if (values) {
        *values = g_new(uint64_t, len);
    }
    for (size_t i = 0; i < len; i++) {
        (*indexes)[i] = take64(in);
        if (values) {
            (*values)[i] = take64(in);
        }
    }
    return len;
}

/* Was there too little, or too much? */
static char *end_fault(const Input *in, const char *what)
{
    return in->short_of ? g_strdup_printf("%s ends too early", what) :
           in->size ? g_strdup_printf("there is more behind %s", what) : NULL;
}

GByteArray *arm_cpreg_manifest_encode(const ARMCPRegManifest *manifest)
{
    GByteArray *out = g_byte_array_new();

    put32(out, manifest->init.target);
    for (int i = 0; i < ARM_CPREG_FEATURE_WORDS; i++) {
        put32(out, manifest->init.features[i]);
    }
    put64(out, manifest->init.sve_vls);
    put_text(out, manifest->kernel, ARM_CPREG_KERNEL_MAX);
    put_list(out, manifest->len, manifest->indexes, NULL);
    put_list(out, manifest->fixed_len, manifest->fixed_indexes,
             manifest->fixed_values);
    put_list(out, manifest->wide_len, manifest->wide_indexes, NULL);
    return out;
}

ARMCPRegManifest *arm_cpreg_manifest_decode(const void *data, size_t size,
                                            char **fault)
{
    g_autoptr(ARMCPRegManifest) manifest = g_new0(ARMCPRegManifest, 1);
    Input in = { .data = data, .size = size };

    manifest->init.target = take32(&in);
    for (int i = 0; i < ARM_CPREG_FEATURE_WORDS; i++) {
        manifest->init.features[i] = take32(&in);
    }
    manifest->init.sve_vls = take64(&in);
    manifest->kernel = g_strdelimit(take_text(&in, ARM_CPREG_KERNEL_MAX), " ",
                                    '?');
    manifest->len = take_list(&in, &manifest->indexes, NULL);
    manifest->fixed_len = take_list(&in, &manifest->fixed_indexes,
                                    &manifest->fixed_values);
    manifest->wide_len = take_list(&in, &manifest->wide_indexes, NULL);
    *fault = end_fault(&in, "it") ?: arm_cpreg_manifest_fault(manifest);
    return *fault ? NULL : g_steal_pointer(&manifest);
}

GByteArray *arm_cpreg_manifest_encode_chosen(const ARMCPRegManifest *manifest)
{
    GByteArray *out = g_byte_array_new();
    guint impls = manifest->impls ? manifest->impls->len : 0;

    put_text(out, manifest->baseline ?: "", ARM_CPREG_BASELINE_MAX);
    put_list(out, manifest->chosen_len, manifest->chosen_indexes, NULL);
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
    ARMCPRegList chosen;

    manifest->baseline = take_text(&in, ARM_CPREG_BASELINE_MAX);
    if (!*manifest->baseline) {
        g_free(manifest->baseline);
        manifest->baseline = g_strdup("a baseline");
    }
    manifest->chosen_len = take_list(&in, &manifest->chosen_indexes, NULL);
    chosen = (ARMCPRegList) {
        .indexes = manifest->chosen_indexes,
        .len = manifest->chosen_len,
    };
    return take_impls(&in, &manifest->impls) ?:
           end_fault(&in, "what was chosen") ?:
           arm_cpreg_list_fault(&chosen) ?:
           lack_fault(&chosen, &fixed, false, "was chosen, and has no value");
}
