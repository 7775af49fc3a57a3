/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The manifest of a vCPU. */

#include "qemu/osdep.h"
#include "index.h"
#include "list.h"
#include "manifest.h"
#include "names.h"
#include "tolerance.h"

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
        g_free(manifest->configured_indexes);
        g_clear_pointer(&manifest->impls, g_array_unref);
        g_free(manifest);
    }
}

void arm_cpreg_make_printable(char *text, size_t len)
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
        arm_cpreg_make_printable(copy, strlen(copy));
    }
    return copy;
}

void arm_cpreg_manifest_add_value(ARMCPRegManifest *manifest, uint64_t regidx,
                                  uint64_t value)
{
    uint64_t bits = arm_cpreg_fixed_bits(regidx);

    if (regidx == ARM_CPREG(CNTP_CTL_EL0)) {
        bits = 1;                       /* ENABLE; ISTATUS changes by itself */
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

static char *manifest_list_fault(const ARMCPRegList *list, const char *which)
{
    g_autofree char *text = arm_cpreg_list_fault(list);

    return text ? g_strdup_printf("%s: %s", which, text) : NULL;
}

/* The first register of @list that @other lacks: a new string, or NULL. */
static char *manifest_lack_fault(const ARMCPRegList *list,
                                 const ARMCPRegList *other, bool identity,
                                 const char *what)
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
        fault = g_strdup("the vCPU feature sve and the vector lengths do not "
                         "match: one is set without the other");
    }
    fault = fault ?: manifest_list_fault(&list, "register list") ?:
            manifest_list_fault(&fixed, "registers with values") ?:
            manifest_lack_fault(&fixed, &list, false,
                                "has a value but is not in the register "
                                "list") ?:
            manifest_lack_fault(&list, &fixed, true,
                                "is in the register list but has no value");
    for (size_t i = 0; i < manifest->wide_len && !fault; i++) {
        fault = arm_cpreg_entry_fault(i, wide[i], i ? wide[i - 1] : 0, true);
    }
    return fault;
}

char *arm_cpreg_manifest_configured_fault(const ARMCPRegManifest *manifest)
{
    ARMCPRegList fixed = arm_cpreg_manifest_fixed(manifest);
    ARMCPRegList configured = {
        .indexes = manifest->configured_indexes,
        .len = manifest->configured_len,
    };

    return arm_cpreg_list_fault(&configured) ?:
           manifest_lack_fault(&configured, &fixed, false,
                               "is configured but has no value");
}

/* The value with which a rule can drop a register that the guest can change. */
static uint64_t manifest_assumed(uint64_t regidx)
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

        (*values)[i] = at >= 0 ? fixed.values[at]
                               : manifest_assumed(source.indexes[i]);
    }
    source.values = *values;
    return source;
}
