/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Can a host start, and receive, the guests of a baseline? */

#include "qemu/osdep.h"
#include "baseline-fits.h"
#include "baseline-host.h"
#include "baseline-vcpu.h"
#include "compare.h"
#include "kvm-model.h"
#include "target/arm/cpreg/safe.h"

static void fits_check_lengths(const HostDump *host, const HostDump *pool,
                               GPtrArray *faults)
{
    uint64_t wanted = pool->manifest->init.sve_vls;
    uint64_t has = host->manifest->init.sve_vls;
    /* All that are not longer than the baseline's longest. */
    uint64_t possible = wanted ? has & (~0ULL >> __builtin_clzll(wanted)) : 0;
    g_autofree char *wanted_text = arm_cpreg_lengths(wanted);
    g_autofree char *has_text = arm_cpreg_lengths(has);

    if (wanted != possible) {
        g_ptr_array_add(faults, g_strdup_printf(
            "SVE vector lengths: wanted %s, possible %s (KVM can switch off "
            "only the longest); make a new baseline with this host, or one "
            "without SVE: kvm-arm-regs dump --cpu-feature sve=off for all "
            "hosts", wanted_text, has_text));
    }
}

static void fits_check_features(const HostDump *host, const HostDump *pool,
                                GPtrArray *faults)
{
    const ARMCPRegVCPUInit *wanted = &pool->manifest->init;
    const ARMCPRegVCPUInit *has = &host->manifest->init;

    if (wanted->target != has->target) {
        g_ptr_array_add(faults, g_strdup_printf(
            "target: wanted %" PRIu32 ", possible %" PRIu32 ": KVM takes the "
            "CPU for another model", wanted->target, has->target));
    }
    for (unsigned bit = 0; bit < ARM_CPREG_FEATURE_WORDS * 32; bit++) {
        g_autofree char *name = baseline_feature_text(
            bit, baseline_is_pauth(wanted) && baseline_is_pauth(has));
        bool on = arm_cpreg_has_feature(wanted, bit);
        g_autofree char *remedy = baseline_feature_remedy(
            bit, "dump this host like those of the baseline", on);

        if (name && on != arm_cpreg_has_feature(has, bit)) {
            g_ptr_array_add(faults, g_strdup_printf(
                "vCPU feature %s: wanted %s, here %s; %s", name,
                on ? "on" : "off", on ? "off" : "on", remedy));
        }
    }
    if (arm_cpreg_has_feature(wanted, ARM_CPREG_FEATURE_SVE) &&
        arm_cpreg_has_feature(has, ARM_CPREG_FEATURE_SVE)) {
        fits_check_lengths(host, pool, faults);
    }
}

/* Why a register without fields cannot have the wanted value. */
static char *fits_value_text(const HostDump *host, const HostDump *pool,
                             const HostReg *wanted, const HostReg *own)
{
    g_autofree char *name = arm_cpreg_short_name(wanted->regidx);
    g_autofree char *want = baseline_value_text(wanted->regidx, wanted->value);
    g_autofree char *have = own ? baseline_value_text(own->regidx, own->value)
                                : NULL;
    const char *since = baseline_since(wanted->regidx, ~0ULL);
    g_autoptr(GString) text = g_string_new(NULL);

    if (!own) {
        return g_strdup_printf("%s: wanted %s, but this kernel does not have "
                               "the register", name, want);
    }
    g_string_append_printf(text, "%s: wanted %s, possible %s", name, want,
                           have);
    if (arm_cpreg_is_implementation(own->regidx)) {
        g_string_append_printf(text, " (another CPU; Linux %s and later, with "
                               "the capability " BASELINE_IMP_ID_REGS ", can "
                               "change it%s)", since, pool->manifest->impls
                               ? "" : " for a baseline that was made with "
                               "--target-impl-cpus");
    } else if (baseline_is_fixed(host, own->regidx, ~0ULL)) {
        g_string_append_printf(text, " (this kernel cannot change it%s%s%s)",
                               since ? "; Linux " : "", since ?: "",
                               since ? " and later can" : "");
    }
    return g_string_free(g_steal_pointer(&text), false);
}

static void fits_check_value(const HostDump *host, const HostDump *pool,
                             const HostReg *wanted, GPtrArray *faults)
{
    const HostReg *own = host_dump_find(host, wanted->regidx);
    g_autoptr(GString) text = g_string_new(NULL);

    if (!wanted->has_value || !arm_cpreg_is_fixed(wanted->regidx) ||
        baseline_is_possible(host, pool, wanted, ~0ULL)) {
        return;
    }
    if (own && arm_cpreg_safe_has_fields(own->regidx) &&
        !arm_cpreg_safe_append(text, own->regidx, wanted->value, own->value,
                               own->writable)) {
        g_ptr_array_add(faults, g_string_free(g_steal_pointer(&text), false));
        return;
    }
    g_ptr_array_add(faults, fits_value_text(host, pool, wanted, own));
}

/* A register that the baseline does not have keeps the host's value. */
static void fits_check_more(const HostDump *host, const HostDump *pool,
                            const ARMCPRegList *caches, GPtrArray *faults)
{
    for (guint i = 0; i < host->regs->len; i++) {
        const HostReg *reg = &g_array_index(host->regs, HostReg, i);
        g_autofree char *name = arm_cpreg_short_name(reg->regidx);
        g_autofree char *value = baseline_value_text(reg->regidx, reg->value);
        uint64_t absent;

        if (!arm_cpreg_is_fixed(reg->regidx) ||
            host_dump_find(pool, reg->regidx) ||
            baseline_no_cache(caches, reg->regidx) ||
            (baseline_absent(reg->regidx, &absent) && absent == reg->value)) {
            continue;
        }
        g_ptr_array_add(faults, g_strdup_printf(
            "%s: %s here, but the baseline does not have this register; make "
            "a new baseline with this host", name, value));
    }
}

static void fits_check_cpu(const HostDump *host, const HostDump *pool,
                           GPtrArray *faults)
{
    ARMCPUImpl own;

    if (pool->manifest->impls && baseline_impl(host, &own) &&
        !arm_cpu_impls_has(pool->manifest->impls, &own)) {
        g_ptr_array_add(faults, g_strdup_printf(
            "MIDR_EL1 0x%" PRIx64 ", REVIDR_EL1 0x%" PRIx64 ", AIDR_EL1 "
            "0x%" PRIx64 ": this CPU is not in the baseline's list "
            "(target-impl-cpus); make a new baseline with this host", own.midr,
            own.revidr, own.aidr));
    }
}

/* A guest of the baseline that arrives. */
static void fits_check_arrival(const HostDump *vcpu, const HostDump *pool,
                               GPtrArray *faults)
{
    g_autoptr(HostDump) guest = baseline_started(pool, pool);
    g_autoptr(Comparison) comparison = compare_hosts(guest, vcpu);

    for (guint i = 0; i < comparison->findings->len; i++) {
        const Finding *finding = &g_array_index(comparison->findings, Finding,
                                                i);

        /* What the baseline has no value for can be anything. */
        if (finding->outcome == OUTCOME_REFUSED) {
            g_ptr_array_add(faults, g_strdup(finding->text));
        }
    }
}

/* The first run of a new guest of the baseline. */
static void fits_check_first_run(const HostDump *host, const HostDump *vcpu,
                                 GPtrArray *faults)
{
    const ARMCPRegManifest *has = vcpu->manifest;
    g_autofree uint64_t *after = g_memdup2(
        has->fixed_values, has->fixed_len * sizeof(*after));

    kvm_model_first_run(kvm_model_kernel(host->manifest->kernel),
                        has->fixed_indexes, after, has->fixed_len);
    for (size_t i = 0; i < has->fixed_len; i++) {
        g_autofree char *name = arm_cpreg_short_name(has->fixed_indexes[i]);

        if (after[i] != has->fixed_values[i]) {
            g_ptr_array_add(faults, g_strdup_printf(
                "%s: wanted 0x%" PRIx64 ", possible 0x%" PRIx64 ": KVM "
                "changes it when the guest runs", name, has->fixed_values[i],
                after[i]));
        }
    }
}

GPtrArray *baseline_fits_faults(const HostDump *host, const HostDump *pool)
{
    const HostReg *clidr = host_dump_find(pool, ARM_CPREG(CLIDR_EL1));
    const uint64_t index = ARM_CPREG(CLIDR_EL1);
    ARMCPRegList caches = {
        &index, clidr ? &clidr->value : NULL, clidr ? 1 : 0,
    };
    GPtrArray *faults = g_ptr_array_new_with_free_func(g_free);

    fits_check_features(host, pool, faults);
    if (faults->len) {
        return faults;      /* they decide which registers there are */
    }
    for (guint i = 0; i < pool->regs->len; i++) {
        fits_check_value(host, pool, &g_array_index(pool->regs, HostReg, i),
                         faults);
    }
    fits_check_more(host, pool, &caches, faults);
    fits_check_cpu(host, pool, faults);
    if (!faults->len) {
        g_autoptr(HostDump) vcpu = baseline_started(host, pool);

        fits_check_first_run(host, vcpu, faults);
        fits_check_arrival(vcpu, pool, faults);
    }
    return faults;
}
