/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The baseline of a pool of hosts: what all files of it share. */

#include "qemu/osdep.h"
#include "baseline.h"
#include "kvm-model.h"
#include "target/arm/cpreg/safe.h"

/* Older kernels show a PMU in the ID registers of a guest without one. */
#define PMU_CAN_BE_HIDDEN KERNEL(5, 12)

char *baseline_kernel_fault(const HostDump *dump)
{
    return kvm_model_kernel(dump->manifest->kernel)
           ? NULL
           : g_strdup_printf("%s: \"kernel\" %s is not a Linux release like "
                             "\"6.12.5\"; %s", dump->path,
                             dump->manifest->kernel,
                             dump->members ? "make the baseline again"
                                           : "make a dump of that host");
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
    return arm_cpreg_is_cache(regidx) && !arm_cpreg_safe_has_fields(regidx);
}

bool baseline_impl(const HostDump *dump, ARMCPUImpl *impl)
{
    const HostReg *midr = host_dump_find(dump, ARM_CPREG(MIDR_EL1));
    const HostReg *revidr = host_dump_find(dump, ARM_CPREG(REVIDR_EL1));
    const HostReg *aidr = host_dump_find(dump, ARM_CPREG(AIDR_EL1));

    if (!midr || !midr->has_value || !revidr || !revidr->has_value || !aidr ||
        !aidr->has_value) {
        return false;
    }
    *impl = (ARMCPUImpl) { midr->value, revidr->value, aidr->value };
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

bool baseline_needs_pmu(const Baseline *baseline)
{
    for (guint i = 0; i < baseline->kinds->len; i++) {
        const HostDump *host = baseline_example(baseline, i);

        if (kvm_model_kernel(host->manifest->kernel) < PMU_CAN_BE_HIDDEN) {
            return true;
        }
    }
    return false;
}

char *baseline_value_text(uint64_t regidx, uint64_t value)
{
    return regidx == ARM_CPREG_FW(0)
           ? g_strdup_printf("%u.%u", (unsigned)(value >> 16 & 0x7fff),
                             (unsigned)(value & 0xffff))
           : g_strdup_printf("0x%" PRIx64, value);
}

void baseline_add_conflict(Baseline *baseline, uint64_t regidx,
                           const char *name, char *text)
{
    BaselineConflict conflict = { regidx, g_strdup(name), text };

    for (guint i = 0; i < baseline->conflicts->len; i++) {
        if (g_str_equal(g_array_index(baseline->conflicts, BaselineConflict,
                                      i).name, name)) {
            g_free(conflict.name);
            g_free(text);       /* the first one says enough */
            return;
        }
    }
    g_array_append_val(baseline->conflicts, conflict);
}

static void conflict_clear(gpointer data)
{
    BaselineConflict *conflict = data;

    g_free(conflict->name);
    g_free(conflict->text);
}

Baseline *baseline_new(GPtrArray *kinds)
{
    Baseline *baseline = g_new0(Baseline, 1);

    baseline->kinds = kinds;
    baseline->conflicts = g_array_new(false, false, sizeof(BaselineConflict));
    g_array_set_clear_func(baseline->conflicts, conflict_clear);
    baseline->pool = host_dump_new();
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
