/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Does each host take a baseline, and the guests that were started with it? */

#include "qemu/osdep.h"
#include "baseline.h"
#include "decide.h"
#include "host-groups.h"
#include "kvm-model.h"
#include "target/arm/cpreg-safe.h"

/* ID registers, and before them the caches, could not be changed. */
#define WRITABLE_IDS KERNEL(6, 7)

/*
 * The caches are the host's up to 6.2, and made up since: 7af0c2534f4c.  Up to
 * 6.9 a vCPU that the guest starts by itself forgets its CLIDR_EL1, so that
 * there is no choice of that one: e016333745c7.
 */
static const char *caches_since(uint64_t regidx)
{
    return regidx == ARM_CPREG(CLIDR_EL1) ? "6.10" : "6.3";
}

bool baseline_is_workaround(uint64_t regidx)
{
    return regidx >= ARM_CPREG_FW(1) && regidx <= ARM_CPREG_FW(3);
}

/* A bitmap with all that KVM offers; of the last it offers nothing itself. */
static bool is_offered(uint64_t regidx)
{
    return regidx >= ARM_CPREG_FW_BMAP(0) && regidx <= ARM_CPREG_FW_BMAP(2);
}

/*
 * Write a register that the host lists, to a new vCPU; @value is what KVM has
 * then.  True if KVM takes what is wanted, and means it.
 */
static bool put(const HostDump *host, const HostDump *pool, const HostReg *reg,
                uint64_t wanted, uint64_t *value)
{
    const HostReg *ctr = host_dump_find(host, ARM_CPREG(CTR_EL0));
    const HostReg *pfr0 = host_dump_find(host, ARM_CPREG(ID_AA64PFR0_EL1));
    KVMModelVCPU vcpu = {
        .kernel = kvm_model_kernel(host->manifest->kernel),
        .ctr = ctr ? ctr->value : 0,
        .pfr0 = pfr0 ? pfr0->value : 0,
    };
    KVMModelReg model = {
        .regidx = reg->regidx,
        .reset = reg->value,
        .value = reg->value,
        .mask = reg->writable,
    };

    *value = reg->value;
    if (arm_cpreg_is_implementation(reg->regidx) && pool->manifest->impls &&
        host_dump_has(host, BASELINE_IMP_ID_REGS)) {
        *value = wanted;
        return true;
    }
    /*
     * Of the caches that KVM makes up, a baseline has the longest line: one of
     * its hosts takes none that is shorter.
     */
    if (host->members && baseline_is_cache(reg->regidx) &&
        reg->regidx != ARM_CPREG(CLIDR_EL1) &&
        (wanted & 7) < (reg->value & 7)) {
        return false;
    }
    if (baseline_is_cache(reg->regidx) && wanted != reg->value &&
        baseline_is_fixed(host, reg->regidx, ~0ULL)) {
        return false;
    }
    /* A baseline's bitmap has what all of its hosts offer, no more. */
    if (is_offered(reg->regidx) && wanted & ~reg->value) {
        return false;
    }
    return kvm_model_set(&vcpu, &model, wanted, value) == 0 &&
           (!baseline_is_workaround(reg->regidx) || *value == wanted);
}

bool baseline_is_possible(const HostDump *host, const HostDump *pool,
                          const HostReg *wanted, uint64_t mask)
{
    const HostReg *reg = host_dump_find(host, wanted->regidx);
    ARMCPRegList caches = arm_cpreg_manifest_fixed(pool->manifest);
    uint64_t value;

    if (reg) {
        return put(host, pool, reg, (reg->value & ~mask) |
                                    (wanted->value & mask), &value);
    }
    if (baseline_no_cache(&caches, wanted->regidx)) {
        return true;
    }
    return baseline_absent(wanted->regidx, &value) &&
           ((value ^ wanted->value) & mask) == 0;
}

bool baseline_is_fixed(const HostDump *host, uint64_t regidx, uint64_t mask)
{
    const HostReg *reg = host_dump_find(host, regidx);
    unsigned kernel = kvm_model_kernel(host->manifest->kernel);

    if (baseline_is_cache(regidx)) {
        return kernel < kvm_model_kernel(caches_since(regidx));
    }
    if (arm_cpreg_safe_has_fields(regidx)) {
        return kernel < WRITABLE_IDS || !reg || !(reg->writable & mask);
    }
    return arm_cpreg_is_implementation(regidx) ||
           baseline_is_workaround(regidx) || regidx == ARM_CPREG(PMMIR_EL1);
}

bool baseline_lacks_mask(const HostDump *host, const HostReg *reg)
{
    return arm_cpreg_safe_has_fields(reg->regidx) && !reg->has_mask &&
           kvm_model_kernel(host->manifest->kernel) >= WRITABLE_IDS;
}

const char *baseline_since(uint64_t regidx, uint64_t bits)
{
    if (baseline_is_cache(regidx)) {
        return caches_since(regidx);
    }
    return arm_cpreg_is_implementation(regidx) ? BASELINE_IMP_ID_REGS_SINCE
                          : arm_cpreg_safe_since(regidx, bits);
}

/* What a vCPU of the host has once it has the baseline. */
static GArray *started_registers(const HostDump *host, const HostDump *pool)
{
    GArray *regs = g_array_copy(host->regs);

    for (guint i = 0; i < regs->len; i++) {
        HostReg *reg = &g_array_index(regs, HostReg, i);
        const HostReg *wanted = host_dump_find(pool, reg->regidx);

        if (wanted && reg->has_value) {
            put(host, pool, reg, wanted->value, &reg->value);
        }
    }
    return regs;
}

static bool is_hidden(unsigned kernel, const GArray *regs, uint64_t regidx)
{
    const KVMModelField *gate = kvm_model_gate(kernel, regidx);

    for (guint i = 0; gate && i < regs->len; i++) {
        const HostReg *reg = &g_array_index(regs, HostReg, i);

        if (reg->regidx == gate->regidx) {
            return kvm_model_field(gate, reg->value) == 0;
        }
    }
    return false;
}

HostDump *baseline_started(const HostDump *host, const HostDump *pool)
{
    unsigned kernel = kvm_model_kernel(host->manifest->kernel);
    g_autoptr(GArray) regs = started_registers(host, pool);
    HostDump *vcpu = host_dump_new();
    g_autofree char *fault = NULL;

    for (guint i = 0; i < regs->len; i++) {
        const HostReg *reg = &g_array_index(regs, HostReg, i);

        if (!is_hidden(kernel, regs, reg->regidx)) {
            host_dump_add(vcpu, reg);
        }
    }
    for (size_t i = 0; i < host->manifest->wide_len; i++) {
        HostReg reg = { .regidx = host->manifest->wide_indexes[i] };

        host_dump_add(vcpu, &reg);
    }
    vcpu->manifest->init = host->manifest->init;
    vcpu->manifest->init.sve_vls = pool->manifest->init.sve_vls;
    g_free(vcpu->manifest->kernel);
    vcpu->manifest->kernel = g_strdup_printf("%u.%u", kernel >> 8,
                                             kernel & 0xff);
    host_dump_finish(vcpu, &fault);     /* as it went with the host */
    return vcpu;
}

/* A guest of one host at another: what is in the way is a conflict. */
static void check_pair(Baseline *baseline, const HostDump *source,
                       const HostDump *from, const HostDump *destination,
                       const HostDump *to)
{
    g_autoptr(Decision) decision = decide(source, destination);
    g_autofree char *start = host_dump_title(from);
    g_autofree char *end = host_dump_title(to);

    for (guint i = 0; i < decision->findings->len; i++) {
        const Finding *finding = &g_array_index(decision->findings, Finding,
                                                i);
        g_autofree char *name = finding->regidx
                                ? arm_cpreg_short_name(finding->regidx)
                                : g_strdup("features");

        if (finding->outcome >= OUTCOME_UNKNOWN) {
            baseline_add_conflict(
                baseline, finding->regidx, name,
                g_strdup_printf("%s: a guest of %s cannot go to %s: %s", name,
                                start, end, finding->text));
        }
    }
}

/* Started with the baseline, many hosts are of one kind. */
static void check_pairs(Baseline *baseline)
{
    g_autoptr(GPtrArray) vcpus = g_ptr_array_new_with_free_func(
        (GDestroyNotify)host_dump_free);
    g_autoptr(GHashTable) hosts = g_hash_table_new(NULL, NULL);
    g_autoptr(GPtrArray) kinds = NULL;

    for (guint i = 0; i < baseline->kinds->len; i++) {
        const HostDump *host = baseline_example(baseline, i);
        HostDump *vcpu = baseline_started(host, baseline->pool);

        g_ptr_array_add(vcpus, vcpu);
        g_hash_table_insert(hosts, vcpu, (gpointer)host);
    }
    kinds = host_dump_kinds(vcpus, host_dump_kind);
    for (guint i = 0; i < kinds->len; i++) {
        const HostKind *source = g_ptr_array_index(kinds, i);
        const HostDump *from = source->dumps->pdata[0];

        for (guint n = 0; n < kinds->len; n++) {
            const HostKind *destination = g_ptr_array_index(kinds, n);
            const HostDump *to = destination->dumps->pdata[0];
            const HostDump *host = g_hash_table_lookup(hosts, to);

            /* Which other registers its hosts have, a baseline does not say. */
            if (!host->members) {
                check_pair(baseline, from, g_hash_table_lookup(hosts, from),
                           to, host);
            }
        }
    }
}

/* Can each host show the CPU of another one? */
static bool check_cpu(Baseline *baseline)
{
    g_autoptr(GPtrArray) without = g_ptr_array_new();
    g_autofree char *titles = NULL;

    for (guint i = 0; i < baseline->kinds->len; i++) {
        if (!host_dump_has(baseline_example(baseline, i),
                           BASELINE_IMP_ID_REGS)) {
            g_ptr_array_extend(without, baseline_hosts(baseline, i), NULL,
                               NULL);
        }
    }
    if (without->len) {
        titles = host_titles(without);
        baseline_add_conflict(
            baseline, ARM_CPREG(MIDR_EL1), BASELINE_IMP_ID_REGS,
            g_strdup_printf(BASELINE_IMP_ID_REGS ": KVM does not have this "
                            "capability on %s, so that MIDR_EL1, REVIDR_EL1 "
                            "and AIDR_EL1 cannot be chosen there; Linux "
                            BASELINE_IMP_ID_REGS_SINCE " and later have it",
                            titles));
    }
    return !without->len;
}

void baseline_check(Baseline *baseline)
{
    const HostDump *pool = baseline->pool;
    bool has_list = pool->manifest->impls, has_calls = true;

    if (has_list) {
        has_calls = check_cpu(baseline);
    }
    for (guint i = 0; i < pool->regs->len; i++) {
        const HostReg *reg = &g_array_index(pool->regs, HostReg, i);
        bool possible = true;

        /* With a list it is the capability that decides, and was told. */
        if ((arm_cpreg_is_implementation(reg->regidx) && has_list) ||
            (reg->regidx == BASELINE_LIST_CALLS && !has_calls)) {
            continue;
        }
        for (guint n = 0; possible && n < baseline->kinds->len; n++) {
            possible = baseline_is_possible(baseline_example(baseline, n),
                                            pool, reg, ~0ULL);
        }
        if (!possible) {
            baseline_add_value_conflict(baseline, reg);
        }
    }
    if (!baseline->conflicts->len) {
        check_pairs(baseline);
    }
}
