/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A value that some hosts of a baseline cannot have, in words. */

#include "qemu/osdep.h"
#include "baseline-conflict.h"
#include "baseline-host.h"
#include "host-groups.h"
#include "kvm-model.h"
#include "target/arm/cpreg/safe.h"

/* A field of a register, or all of it. */
typedef struct Part {
    const HostReg *wanted;
    uint64_t mask;
    unsigned shift;
    const char *name;
    bool is_field;
} Part;

static char *part_text(const Part *part, uint64_t value)
{
    return part->is_field
           ? g_strdup_printf("%" PRIu64, (value & part->mask) >> part->shift)
           : baseline_value_text(part->wanted->regidx, value);
}

/* Is it a PMU that no vCPU has, but that some kernels show? */
static bool part_is_pmu(const Baseline *baseline, const Part *part)
{
    return !arm_cpreg_has_feature(&baseline->pool->manifest->init,
                                  BASELINE_PMU_V3) &&
           baseline_needs_pmu(baseline) &&
           (g_str_equal(part->name, "ID_AA64DFR0_EL1.PMUVer") ||
            g_str_equal(part->name, "ID_DFR0_EL1.PerfMon"));
}

/* What the user can do, as the last clause; "" if nothing is known. */
static char *part_remedy(const Baseline *baseline, const Part *part)
{
    uint64_t regidx = part->wanted->regidx, bits = 0;
    unsigned oldest = UINT_MAX;
    const char *since;
    bool is_old;

    for (guint i = 0; i < baseline->kinds->len; i++) {
        const HostDump *host = baseline_example(baseline, i);
        const HostReg *own = host_dump_find(host, regidx);

        if (own && !baseline_is_possible(host, baseline->pool, part->wanted,
                                         part->mask)) {
            bits |= (own->value ^ part->wanted->value) & part->mask;
            oldest = MIN(oldest, kvm_model_kernel(host->manifest->kernel));
        }
    }
    if (arm_cpreg_is_implementation(regidx)) {
        return g_strdup("; the hosts have CPUs of different models: use "
                        "--target-impl-cpus, if each host has Linux "
                        BASELINE_IMP_ID_REGS_SINCE " or later (capability "
                        BASELINE_IMP_ID_REGS ")");
    }
    if (baseline_is_workaround(regidx)) {
        return g_strdup("; it depends on the hosts' firmware and CPU "
                        "(Spectre): make a separate pool for each");
    }
    since = baseline_since(regidx, bits);
    if (bits && !since && part->is_field) {
        return g_strdup("; no Linux up to 7.3 can change it: make a separate "
                        "pool for each");
    }
    is_old = since && oldest < kvm_model_kernel(since);
    return g_strdup_printf("%s%s%s%s",
                           is_old ? "; Linux " : "", is_old ? since : "",
                           is_old ? " and later can change it" : "",
                           part_is_pmu(baseline, part)
                           ? "; dump all hosts with --cpu-feature pmu=on"
                           : "");
}

/* A register or field that some hosts have, but not with the wanted value. */
static void part_add_conflict(Baseline *baseline, const Part *part)
{
    g_autoptr(GPtrArray) groups = host_groups_new();
    g_autofree char *wanted = part_text(part, part->wanted->value);
    g_autofree char *cannot = g_strdup_printf(", which cannot take %s",
                                              wanted);
    g_autofree char *last = part_remedy(baseline, part);
    g_autofree char *text = NULL;

    for (guint i = 0; i < baseline->kinds->len; i++) {
        const GPtrArray *hosts = baseline_hosts(baseline, i);
        const HostDump *host = baseline_example(baseline, i);
        const HostReg *own = host_dump_find(host, part->wanted->regidx);
        g_autofree char *value = own ? part_text(part, own->value) : NULL;
        g_autofree char *before = g_strdup_printf("%s on ",
                                                  value ?: "not listed");

        if (arm_cpreg_is_implementation(part->wanted->regidx)) {
            host_groups_add(groups, hosts, before, "");
        } else if (own && baseline_lacks_mask(host, own)) {
            host_groups_add(groups, hosts, before,
                            ", whose file has no writable mask (make a dump "
                            "of that host)");
        } else if (own && baseline_is_fixed(host, own->regidx, part->mask)) {
            host_groups_add(groups, hosts, before,
                            ", which cannot change it");
        } else if (!baseline_is_possible(host, baseline->pool, part->wanted,
                                         part->mask)) {
            host_groups_add(groups, hosts, before, cannot);
        } else {
            host_groups_add(groups, hosts, before, "");
        }
    }
    text = host_groups_text(groups);
    baseline_add_conflict(baseline, part->wanted->regidx, part->name,
                          g_strdup_printf("%s has no common value: %s%s",
                                          part->name, text, last));
}

/* Add a conflict if all that is wrong is that hosts lack the register. */
static bool conflict_add_unlisted(Baseline *baseline, const HostReg *reg)
{
    g_autoptr(GPtrArray) without = g_ptr_array_new();
    g_autofree char *name = arm_cpreg_short_name(reg->regidx);
    g_autofree char *value = baseline_value_text(reg->regidx, reg->value);
    g_autofree char *titles = NULL;

    for (guint i = 0; i < baseline->kinds->len; i++) {
        const HostDump *host = baseline_example(baseline, i);

        if (baseline_is_possible(host, baseline->pool, reg, ~0ULL)) {
            continue;
        }
        if (host_dump_find(host, reg->regidx)) {
            return false;
        }
        g_ptr_array_extend(without, baseline_hosts(baseline, i), NULL, NULL);
    }
    titles = host_titles(without);
    baseline_add_conflict(
        baseline, reg->regidx, name,
        g_strdup_printf("%s cannot be %s on %s: the kernel there does not "
                        "have this register", name, value, titles));
    return true;
}

void baseline_add_value_conflict(Baseline *baseline, const HostReg *reg)
{
    g_autofree char *register_name = arm_cpreg_short_name(reg->regidx);
    Part part = {
        .wanted = reg, .mask = ~0ULL, .name = register_name,
    };
    ARMCPRegSafeField field;

    if (conflict_add_unlisted(baseline, reg)) {
        return;
    }
    if (!arm_cpreg_safe_has_fields(reg->regidx)) {
        part_add_conflict(baseline, &part);
        return;
    }
    part.is_field = true;
    for (unsigned bit = 0; bit < 64; bit = field.shift + field.width) {
        g_autofree char *name = NULL;
        bool possible = true;

        field = arm_cpreg_safe_field(reg->regidx, bit);
        name = arm_cpreg_safe_field_name(&field);
        part.mask = arm_cpreg_safe_mask(&field);
        part.shift = field.shift;
        part.name = name;
        for (guint i = 0; possible && i < baseline->kinds->len; i++) {
            possible = baseline_is_possible(baseline_example(baseline, i),
                                            baseline->pool, reg, part.mask);
        }
        if (!possible) {
            part_add_conflict(baseline, &part);
        }
    }
}
