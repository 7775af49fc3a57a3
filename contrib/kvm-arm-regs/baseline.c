/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The baseline of a pool of hosts: its head, and the order of things. */

#include "qemu/osdep.h"
#include "baseline.h"
#include "kvm-model.h"

char *baseline_kernel_fault(const HostDump *dump)
{
    return kvm_model_kernel(dump->manifest->kernel)
           ? NULL
           : g_strdup_printf("%s: \"kernel\" %s is no release of Linux, "
                             "\"6.12.5\", so that nothing is known of its "
                             "KVM; %s", dump->path, dump->manifest->kernel,
                             dump->members ? "make the baseline anew" :
                             "make a dump of that host");
}

char *baseline_fault(const HostDump *dump)
{
    char *fault = baseline_kernel_fault(dump);

    if (fault) {
        return fault;
    }
    for (guint i = 0; i < dump->regs->len; i++) {
        const HostReg *reg = &g_array_index(dump->regs, HostReg, i);

        if (arm_cpreg_is_fixed(reg->regidx) && !reg->has_value) {
            g_autofree char *name = arm_cpreg_name(reg->regidx);

            return g_strdup_printf("%s: %s has no value; make a dump of that "
                                   "host", dump->path, name);
        }
    }
    return NULL;
}

bool baseline_is_cache(uint64_t regidx)
{
    return regidx == ARM_CPREG(CLIDR_EL1) ||
           (regidx & ARM_CPREG_KIND_MASK) == ARM_CPREG_KIND_DEMUX;
}

bool baseline_impl(const HostDump *dump, ARMCPRegImpl *impl)
{
    const HostReg *midr = host_dump_find(dump, ARM_CPREG(MIDR_EL1));
    const HostReg *revidr = host_dump_find(dump, ARM_CPREG(REVIDR_EL1));
    const HostReg *aidr = host_dump_find(dump, ARM_CPREG(AIDR_EL1));

    if (!midr || !midr->has_value || !revidr || !revidr->has_value || !aidr ||
        !aidr->has_value) {
        return false;
    }
    *impl = (ARMCPRegImpl) { midr->value, revidr->value, aidr->value };
    return true;
}

bool baseline_absent(uint64_t regidx, uint64_t *value)
{
    return arm_cpreg_tolerated_value(&arm_cpreg_rules, regidx, value);
}

bool baseline_no_cache(const ARMCPRegList *pool, uint64_t regidx)
{
    ssize_t clidr = arm_cpreg_list_find(pool, ARM_CPREG(CLIDR_EL1));
    const uint64_t indexes[] = { regidx, ARM_CPREG(CLIDR_EL1) };
    const uint64_t values[] = { 0, clidr < 0 ? 0 : pool->values[clidr] };
    const ARMCPRegList list = { indexes, values, clidr < 0 ? 1 : 2 };
    const ARMCPRegRule *rule;

    return arm_cpreg_tolerated(&arm_cpreg_rules, &list, 0, &rule) &&
           rule->cache;
}

GPtrArray *baseline_hosts(const Baseline *baseline, guint i)
{
    const HostKind *kind = g_ptr_array_index(baseline->kinds, i);

    return kind->dumps;
}

const HostDump *baseline_example(const Baseline *baseline, guint i)
{
    return g_ptr_array_index(baseline_hosts(baseline, i), 0);
}

/* What host_dump_kind() tells apart, and what else is in a baseline. */
static GBytes *kind_of(const HostDump *dump)
{
    g_autoptr(GBytes) kind = host_dump_kind(dump);
    g_autofree char *impls = arm_cpreg_impls_text(dump->manifest->impls);
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
static char **sorted(GPtrArray *strings)
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

static char **join_members(GPtrArray *dumps)
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
    return sorted(titles);
}

static char **join_capabilities(const Baseline *baseline)
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
    return sorted(common);
}

static bool is_older(const char *a, const char *b)
{
    unsigned left = kvm_model_kernel(a), right = kvm_model_kernel(b);

    return left != right ? left < right : strcmp(a, b) < 0;
}

/* KVM takes lengths away from the top only: what all begin with. */
static uint64_t join_lengths(uint64_t a, uint64_t b)
{
    uint64_t differ = a ^ b;

    return differ ? a & ((differ & -differ) - 1) : a;
}

static void join_head(Baseline *baseline, GPtrArray *dumps)
{
    ARMCPRegManifest *pool = baseline->pool->manifest;
    const char *oldest = NULL;

    g_strfreev(baseline->pool->capabilities);
    baseline->pool->capabilities = join_capabilities(baseline);
    baseline->pool->members = join_members(dumps);
    pool->init = baseline_example(baseline, 0)->manifest->init;
    pool->init.features[0] &= ~(1u << ARM_CPREG_FEATURE_POWER_OFF);
    for (guint i = 0; i < baseline->kinds->len; i++) {
        const ARMCPRegManifest *own = baseline_example(baseline, i)->manifest;

        for (unsigned w = 0; w < ARM_CPREG_FEATURE_WORDS; w++) {
            pool->init.features[w] &= own->init.features[w];
        }
        pool->init.sve_vls = join_lengths(pool->init.sve_vls,
                                          own->init.sve_vls);
        if (!oldest || is_older(own->kernel, oldest)) {
            oldest = own->kernel;
        }
    }
    g_free(pool->kernel);
    pool->kernel = g_strdup(oldest);
}

static void clear_conflict(gpointer data)
{
    BaselineConflict *conflict = data;

    g_free(conflict->name);
    g_free(conflict->text);
}

Baseline *baseline_of(GPtrArray *dumps, bool impls)
{
    Baseline *baseline = g_new0(Baseline, 1);

    baseline->kinds = host_dump_kinds(dumps, kind_of);
    baseline->conflicts = g_array_new(false, false, sizeof(BaselineConflict));
    g_array_set_clear_func(baseline->conflicts, clear_conflict);
    baseline->pool = host_dump_new();
    join_head(baseline, dumps);
    baseline_add_vcpu_conflicts(baseline);
    if (baseline->conflicts->len) {
        return baseline;    /* which registers there are follows from these */
    }
    for (guint i = 0; i < baseline->kinds->len; i++) {
        impls |= baseline_example(baseline, i)->manifest->impls != NULL;
    }
    baseline_join(baseline, impls);
    baseline_check(baseline);
    return baseline;
}

void baseline_free(Baseline *baseline)
{
    if (baseline) {
        g_ptr_array_unref(baseline->kinds);
        host_dump_free(baseline->pool);
        g_array_unref(baseline->conflicts);
        g_free(baseline);
    }
}
