/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Make the baseline of hosts: its head, then the registers. */

#include "qemu/osdep.h"
#include "baseline-check.h"
#include "baseline-join.h"
#include "baseline-make.h"
#include "baseline-vcpu.h"
#include "kvm-model.h"

/* The key of host_kind_key(), and what else is in a baseline. */
static GBytes *make_kind_key(const HostDump *dump)
{
    g_autoptr(GBytes) kind = host_kind_key(dump);
    g_autofree char *impls = arm_cpu_impls_text(dump->manifest->impls);
    g_autofree char *caps = g_strjoinv(",", dump->capabilities);
    g_autofree char *members = dump->members ? g_strjoinv("\n", dump->members)
                                             : g_strdup("none");
    g_autofree char *rest = g_strdup_printf("%s;%s;%s", impls, caps, members);
    GByteArray *key = g_byte_array_new();

    g_byte_array_append(key, g_bytes_get_data(kind, NULL),
                        g_bytes_get_size(kind));
    g_byte_array_append(key, (const guint8 *)rest, strlen(rest));
    return g_byte_array_free_to_bytes(key);
}

static int compare_strings(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The strings sorted, each once, as a new list. */
static char **make_sorted(GPtrArray *strings)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    const char *last = NULL;

    g_ptr_array_sort(strings, compare_strings);
    for (guint i = 0; i < strings->len; i++) {
        if (g_strcmp0(last, strings->pdata[i]) != 0) {
            g_strv_builder_add(builder, strings->pdata[i]);
        }
        last = strings->pdata[i];
    }
    return g_strv_builder_end(builder);
}

static char **make_members(GPtrArray *dumps)
{
    g_autoptr(GPtrArray) titles = g_ptr_array_new_with_free_func(g_free);

    for (guint i = 0; i < dumps->len; i++) {
        const HostDump *dump = g_ptr_array_index(dumps, i);

        if (!dump->members) {
            g_ptr_array_add(titles, host_dump_title(dump));
        }
        for (char **name = dump->members; name && *name; name++) {
            g_ptr_array_add(titles, g_strdup(*name));
        }
    }
    return make_sorted(titles);
}

static char **make_capabilities(const Baseline *baseline)
{
    g_autoptr(GPtrArray) common = g_ptr_array_new();

    for (char **name = baseline_example(baseline, 0)->capabilities; *name;
         name++) {
        bool all = true;

        for (guint i = 1; i < baseline->kinds->len; i++) {
            all &= host_dump_has(baseline_example(baseline, i), *name);
        }
        if (all) {
            g_ptr_array_add(common, *name);
        }
    }
    return make_sorted(common);
}

static bool make_is_older(const char *a, const char *b)
{
    unsigned left = kvm_model_kernel(a), right = kvm_model_kernel(b);

    return left != right ? left < right : strcmp(a, b) < 0;
}

/* KVM takes lengths away from the top only: what all begin with. */
static uint64_t make_lengths(uint64_t a, uint64_t b)
{
    uint64_t differ = a ^ b;

    return differ ? a & ((differ & -differ) - 1) : a;
}

static void make_head(Baseline *baseline, GPtrArray *dumps)
{
    ARMCPRegManifest *pool = baseline->pool->manifest;
    const char *oldest = NULL;

    g_strfreev(baseline->pool->capabilities);
    baseline->pool->capabilities = make_capabilities(baseline);
    baseline->pool->members = make_members(dumps);
    pool->init = baseline_example(baseline, 0)->manifest->init;
    pool->init.features[0] &= ~(1u << ARM_CPREG_FEATURE_POWER_OFF);
    for (guint i = 0; i < baseline->kinds->len; i++) {
        const ARMCPRegManifest *own = baseline_example(baseline, i)->manifest;

        for (unsigned w = 0; w < ARM_CPREG_FEATURE_WORDS; w++) {
            pool->init.features[w] &= own->init.features[w];
        }
        pool->init.sve_vls = make_lengths(pool->init.sve_vls,
                                          own->init.sve_vls);
        if (!oldest || make_is_older(own->kernel, oldest)) {
            oldest = own->kernel;
        }
    }
    g_free(pool->kernel);
    pool->kernel = g_strdup(oldest);
}

Baseline *baseline_make(GPtrArray *dumps, bool impls)
{
    Baseline *baseline = baseline_new(host_kinds_new(dumps, make_kind_key));

    make_head(baseline, dumps);
    baseline_add_vcpu_conflicts(baseline);
    if (baseline->conflicts->len) {
        return baseline;    /* they decide which registers there are */
    }
    for (guint i = 0; i < baseline->kinds->len; i++) {
        impls |= baseline_example(baseline, i)->manifest->impls != NULL;
    }
    baseline_join(baseline, impls);
    baseline_check(baseline);
    return baseline;
}
