/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The manifest of a vCPU: check, reconcile, encode, decode. */

#include "qemu/osdep.h"
#include "cpreg-bytes.h"
#include "cpreg-manifest.h"
#include "cpreg-wide.h"

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

char *arm_cpreg_printable(const char *text)
{
    char *copy = g_strndup(text, ARM_CPREG_BASELINE_MAX);

    for (char *at = copy; copy && *at; at++) {
        if (!g_ascii_isprint(*at)) {
            *at = '?';
        }
    }
    return copy;
}

void arm_cpreg_manifest_add_value(ARMCPRegManifest *manifest, uint64_t regidx,
                                  uint64_t value)
{
    uint64_t bits = arm_cpreg_fixed_bits(regidx);

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
    size_t at;
    ARMCPRegListFault fault = arm_cpreg_list_check(list, &at);
    g_autofree char *text = arm_cpreg_list_fault_text(fault, list, at);

    return text ? g_strdup_printf("%s: %s", which, text) : NULL;
}

char *arm_cpreg_manifest_fault(const ARMCPRegManifest *manifest)
{
    ARMCPRegList list = arm_cpreg_manifest_list(manifest);
    ARMCPRegList fixed = arm_cpreg_manifest_fixed(manifest);
    ARMCPRegListFault empty = arm_cpreg_list_check_len(list.len, 1);
    char *text;

    if (empty != ARM_CPREG_LIST_OK) {
        return arm_cpreg_list_fault_text(empty, NULL, list.len);
    }
    if (arm_cpreg_has_feature(&manifest->init, ARM_CPREG_FEATURE_SVE) !=
        (manifest->init.sve_vls != 0)) {
        return g_strdup("the vCPU feature sve without vector lengths, or "
                        "these without it");
    }
    text = list_fault(&list, "register list") ?:
           list_fault(&fixed, "registers with values");
    if (text) {
        return text;
    }
    for (size_t i = 0; i < fixed.len; i++) {
        g_autofree char *name = arm_cpreg_name(fixed.indexes[i]);

        if (arm_cpreg_list_find(&list, fixed.indexes[i]) < 0) {
            return g_strdup_printf("%s has a value, and is not in the "
                                   "register list", name);
        }
    }
    for (size_t i = 0; i < list.len; i++) {
        if (arm_cpreg_is_identity(list.indexes[i]) &&
            arm_cpreg_list_find(&fixed, list.indexes[i]) < 0) {
            g_autofree char *name = arm_cpreg_name(list.indexes[i]);

            return g_strdup_printf("%s is in the register list without its "
                                   "value", name);
        }
    }
    for (size_t i = 0; i < manifest->wide_len; i++) {
        const uint64_t *wide = &manifest->wide_indexes[i];

        if (!arm_cpreg_is_wide(*wide) || (i > 0 && wide[0] <= wide[-1])) {
            return g_strdup_printf("wide registers: 0x%" PRIx64 " is none, or "
                                   "out of order", *wide);
        }
    }
    return NULL;
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

GByteArray *arm_cpreg_manifest_encode(const ARMCPRegManifest *manifest)
{
    GByteArray *out = g_byte_array_new();

    put32(out, manifest->init.target);
    for (int i = 0; i < ARM_CPREG_FEATURE_WORDS; i++) {
        put32(out, manifest->init.features[i]);
    }
    put64(out, manifest->init.sve_vls);
    put_text(out, manifest->kernel, ARM_CPREG_KERNEL_MAX);
    put32(out, manifest->len);
    for (size_t i = 0; i < manifest->len; i++) {
        put64(out, manifest->indexes[i]);
    }
    put32(out, manifest->fixed_len);
    for (size_t i = 0; i < manifest->fixed_len; i++) {
        put64(out, manifest->fixed_indexes[i]);
        put64(out, manifest->fixed_values[i]);
    }
    put32(out, manifest->wide_len);
    for (size_t i = 0; i < manifest->wide_len; i++) {
        put64(out, manifest->wide_indexes[i]);
    }
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
    manifest->len = take_count(&in, 8);
    manifest->indexes = g_new(uint64_t, manifest->len);
    for (size_t i = 0; i < manifest->len; i++) {
        manifest->indexes[i] = take64(&in);
    }
    manifest->fixed_len = take_count(&in, 16);
    manifest->fixed_indexes = g_new(uint64_t, manifest->fixed_len);
    manifest->fixed_values = g_new(uint64_t, manifest->fixed_len);
    for (size_t i = 0; i < manifest->fixed_len; i++) {
        manifest->fixed_indexes[i] = take64(&in);
        manifest->fixed_values[i] = take64(&in);
    }
    manifest->wide_len = take_count(&in, 8);
    manifest->wide_indexes = g_new(uint64_t, manifest->wide_len);
    for (size_t i = 0; i < manifest->wide_len; i++) {
        manifest->wide_indexes[i] = take64(&in);
    }
    if (in.short_of || in.size) {
        *fault = g_strdup(in.short_of ? "it ends too early" :
                                        "there is more behind its end");
        return NULL;
    }
    *fault = arm_cpreg_manifest_fault(manifest);
    return *fault ? NULL : g_steal_pointer(&manifest);
}
