/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The values of a baseline: those of all hosts, joined. */

#include "qemu/osdep.h"
#include "baseline-host.h"
#include "baseline-join.h"
#include "kvm-model.h"
#include "safe-join.h"
#include "target/arm/cpreg/safe.h"

typedef struct Joined {
    uint64_t value;
    bool any;
    bool fixed;             /* a cache that one host cannot change */
} Joined;

static bool is_coherent(uint64_t clidr)
{
    /* LoC, and LoUU or LoUIS: else a host without CTR_EL0.IDC refuses it */
    return clidr >> 24 & 7 && clidr >> 21 & 0707;
}

/* Is description @a of a made-up cache better than @b? */
static bool is_better_cache(uint64_t regidx, uint64_t a, uint64_t b)
{
    if (regidx == ARM_CPREG(CLIDR_EL1)) {
        return is_coherent(a) != is_coherent(b) ? is_coherent(a) : a < b;
    }
    /* A line shorter than the host's is refused. */
    return (a & 7) != (b & 7) ? (a & 7) > (b & 7) : a < b;
}

static uint64_t join_values(uint64_t regidx, uint64_t a, uint64_t b)
{
    if (arm_cpreg_safe_has_fields(regidx)) {
        return safe_join(regidx, a, b);
    }
    if ((regidx & ARM_CPREG_KIND_MASK) == ARM_CPREG_KIND_FW_BMAP) {
        return a & b;
    }
    if (baseline_is_cache(regidx)) {
        return is_better_cache(regidx, a, b) ? a : b;
    }
    /* The PSCI version, levels of workarounds; PMMIR_EL1 must be the same. */
    return MIN(a, b);
}

static void joined_add(Joined *joined, uint64_t regidx, uint64_t value,
                       bool fixed)
{
    /* A value that one host cannot change goes before those of others. */
    if (!joined->any || (fixed && !joined->fixed)) {
        joined->value = value;
    } else if (fixed == joined->fixed) {
        joined->value = join_values(regidx, joined->value, value);
    }
    joined->any = true;
    joined->fixed |= fixed;
}

static void join_register(Baseline *baseline, uint64_t regidx)
{
    HostReg reg = {
        .regidx = regidx, .has_value = true, .writable = ~0ULL,
    };
    Joined joined = { 0 };

    for (guint i = 0; i < baseline->kinds->len; i++) {
        const HostDump *host = baseline_example(baseline, i);
        const HostReg *own = host_dump_find(host, regidx);
        bool fixed = baseline_is_cache(regidx) &&
                     baseline_is_fixed(host, regidx, ~0ULL);
        uint64_t absent;

        reg.writable &= own && own->has_mask ? own->writable : 0;
        reg.has_mask |= own && own->has_mask;
        if (own) {
            joined_add(&joined, regidx, own->value, fixed);
        } else if (baseline_absent(regidx, &absent)) {
            joined_add(&joined, regidx, absent, false);
        }
    }
    reg.value = joined.value;
    g_array_append_val(baseline->pool->regs, reg);
}

/* The registers that a guest cannot change, of any host, ascending. */
static int compare_indexes(gconstpointer a, gconstpointer b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

    return (left > right) - (left < right);
}

static GArray *all_indexes(const Baseline *baseline)
{
    GArray *all = g_array_new(false, false, sizeof(uint64_t));
    guint kept = 0;

    for (guint i = 0; i < baseline->kinds->len; i++) {
        ARMCPRegList fixed = arm_cpreg_manifest_fixed(
            baseline_example(baseline, i)->manifest);

        g_array_append_vals(all, fixed.indexes, fixed.len);
    }
    g_array_sort(all, compare_indexes);
    for (guint i = 0; i < all->len; i++) {
        uint64_t index = g_array_index(all, uint64_t, i);

        if (!kept || g_array_index(all, uint64_t, kept - 1) != index) {
            g_array_index(all, uint64_t, kept++) = index;
        }
    }
    return g_array_set_size(all, kept);
}

static HostReg *pool_register(Baseline *baseline, uint64_t regidx)
{
    for (guint i = 0; i < baseline->pool->regs->len; i++) {
        HostReg *reg = &g_array_index(baseline->pool->regs, HostReg, i);

        if (reg->regidx == regidx) {
            return reg;
        }
    }
    return NULL;
}

/* The CPU */

static int compare_impls(gconstpointer left, gconstpointer right)
{
    const ARMCPUImpl *a = left, *b = right;

    if (a->midr != b->midr) {
        return a->midr < b->midr ? -1 : 1;
    }
    if (a->revidr != b->revidr) {
        return a->revidr < b->revidr ? -1 : 1;
    }
    return (a->aidr > b->aidr) - (a->aidr < b->aidr);
}

static void add_impl(Baseline *baseline, GArray *impls,
                     const ARMCPUImpl *impl)
{
    g_autofree char *why = NULL;

    if (!arm_cpu_impls_has(impls, impl)) {
        why = arm_cpu_impls_add(impls, impl);
    }
    if (why) {
        baseline_add_conflict(baseline, ARM_CPREG(MIDR_EL1), "MIDR_EL1",
                              g_strdup_printf("MIDR_EL1: the hosts have too "
                                              "many different CPUs: %s", why));
    }
}

/* All registers from one CPU; the guest gets the others in the list. */
static void join_cpu(Baseline *baseline, bool with_list)
{
    g_autoptr(GArray) own = arm_cpu_impls_new();
    g_autoptr(GArray) all = arm_cpu_impls_new();
    static const uint64_t regs[] = {
        ARM_CPREG(MIDR_EL1), ARM_CPREG(REVIDR_EL1), ARM_CPREG(AIDR_EL1),
    };
    HostReg *bmap;

    for (guint i = 0; i < baseline->kinds->len; i++) {
        const HostDump *host = baseline_example(baseline, i);
        const GArray *listed = host->manifest->impls;
        ARMCPUImpl impl;

        if (baseline_impl(host, &impl)) {
            g_array_append_val(own, impl);
            if (!listed) {
                add_impl(baseline, all, &impl);
            }
        }
        for (guint n = 0; listed && n < listed->len; n++) {
            add_impl(baseline, all, &g_array_index(listed, ARMCPUImpl, n));
        }
    }
    g_array_sort(own, compare_impls);
    for (guint i = 0; own->len && i < ARRAY_SIZE(regs); i++) {
        const ARMCPUImpl *first = &g_array_index(own, ARMCPUImpl, 0);
        const uint64_t values[] = { first->midr, first->revidr, first->aidr };
        HostReg *reg = pool_register(baseline, regs[i]);

        if (reg) {
            reg->value = values[i];
        }
    }
    if (!with_list) {
        return;
    }
    g_array_sort(all, compare_impls);
    baseline->pool->manifest->impls = g_steal_pointer(&all);
    bmap = pool_register(baseline, BASELINE_LIST_CALLS);
    if (bmap) {
        bmap->value = 3;    /* DISCOVER_IMPL_VER, DISCOVER_IMPL_CPUS */
    }
}

/* The newest kernel of a host, or of those in a baseline. */
static unsigned newest_kernel(const HostDump *host)
{
    unsigned newest = kvm_model_kernel(host->manifest->kernel);

    /* host_dump_title() has written them */
    for (char **member = host->members; member && *member; member++) {
        const char *release = g_strrstr(*member, "Linux ");

        if (release) {
            newest = MAX(newest, kvm_model_kernel(release + strlen("Linux ")));
        }
    }
    return newest;
}

/* What a kernel of the pool changes when a guest first runs. */
static void join_first_run(Baseline *baseline)
{
    GArray *regs = baseline->pool->regs;
    g_autofree uint64_t *indexes = g_new(uint64_t, regs->len);
    g_autofree uint64_t *values = g_new(uint64_t, regs->len);
    unsigned newest = 0;

    for (guint i = 0; i < baseline->kinds->len; i++) {
        newest = MAX(newest, newest_kernel(baseline_example(baseline, i)));
    }
    for (guint i = 0; i < regs->len; i++) {
        indexes[i] = g_array_index(regs, HostReg, i).regidx;
        values[i] = g_array_index(regs, HostReg, i).value;
    }
    kvm_model_first_run(newest, indexes, values, regs->len);
    for (guint i = 0; i < regs->len; i++) {
        g_array_index(regs, HostReg, i).value = values[i];
    }
}

static bool all_list(const Baseline *baseline, uint64_t regidx)
{
    for (guint i = 0; i < baseline->kinds->len; i++) {
        if (!host_dump_find(baseline_example(baseline, i), regidx)) {
            return false;
        }
    }
    return true;
}

/* Leave out caches that no guest has, unless all hosts list them. */
static void finish_registers(Baseline *baseline)
{
    g_autoptr(GArray) regs = g_steal_pointer(&baseline->pool->regs);
    uint64_t clidr = ARM_CPREG(CLIDR_EL1), value = 0;
    ARMCPRegList caches = { &clidr, &value, 0 };
    g_autofree char *fault = NULL;

    baseline->pool->regs = g_array_new(false, false, sizeof(HostReg));
    for (guint i = 0; i < regs->len; i++) {
        const HostReg *reg = &g_array_index(regs, HostReg, i);

        if (reg->regidx == clidr) {
            value = reg->value;
            caches.len = 1;
        }
    }
    for (guint i = 0; i < regs->len; i++) {
        const HostReg *reg = &g_array_index(regs, HostReg, i);

        if (!baseline_no_cache(&caches, reg->regidx) ||
            all_list(baseline, reg->regidx)) {
            host_dump_add(baseline->pool, reg);
        }
    }
    host_dump_finish(baseline->pool, &fault);   /* all were in checked lists */
}

void baseline_join(Baseline *baseline, bool with_list)
{
    g_autoptr(GArray) indexes = all_indexes(baseline);

    for (guint i = 0; i < indexes->len; i++) {
        join_register(baseline, g_array_index(indexes, uint64_t, i));
    }
    join_cpu(baseline, with_list);
    join_first_run(baseline);
    finish_registers(baseline);
}
