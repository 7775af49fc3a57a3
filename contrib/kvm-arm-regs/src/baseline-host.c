/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a host's KVM can give the guests of a baseline. */

#include "qemu/osdep.h"
#include "baseline-host.h"
#include "kvm-model.h"
#include "target/arm/cpreg/safe.h"

/* Since this kernel KVM can change ID registers. */
#define WRITABLE_IDS KERNEL(6, 7)

/*
 * The caches are the host's up to 6.2; since 6.3 KVM makes them up:
 * 7af0c2534f4c.  Up to 6.9 a vCPU that the guest starts forgets its CLIDR_EL1,
 * so that it cannot be changed either: e016333745c7.
 */
static const char *host_caches_since(uint64_t regidx)
{
    return regidx == ARM_CPREG(CLIDR_EL1) ? "6.10" : "6.3";
}

bool baseline_is_workaround(uint64_t regidx)
{
    return regidx >= ARM_CPREG_FW(1) && regidx <= ARM_CPREG_FW(3);
}

/* A bitmap of what KVM offers.  The last one is 0 unless user space sets it. */
static bool host_offers(uint64_t regidx)
{
    return regidx >= ARM_CPREG_FW_BMAP(0) && regidx <= ARM_CPREG_FW_BMAP(2);
}

/*
 * Write a register that the host lists to a new vCPU; @value is the value that
 * KVM then has.  True if a guest would see @wanted.
 */
static bool host_put(const HostDump *host, const HostDump *pool,
                     const HostReg *reg, uint64_t wanted, uint64_t *value)
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
     * A baseline has the longest line of its hosts: one of them refuses a
     * shorter one.
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
    /* A baseline's bitmap has only what all of its hosts offer. */
    if (host_offers(reg->regidx) && wanted & ~reg->value) {
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
        return host_put(host, pool, reg,
                        (reg->value & ~mask) | (wanted->value & mask), &value);
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
        return kernel < kvm_model_kernel(host_caches_since(regidx));
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
        return host_caches_since(regidx);
    }
    return arm_cpreg_is_implementation(regidx) ? BASELINE_IMP_ID_REGS_SINCE
                          : arm_cpreg_safe_since(regidx, bits);
}

/* The registers of a vCPU that starts with the baseline. */
static GArray *host_started_registers(const HostDump *host,
                                      const HostDump *pool)
{
    GArray *regs = g_array_copy(host->regs);

    for (guint i = 0; i < regs->len; i++) {
        HostReg *reg = &g_array_index(regs, HostReg, i);
        const HostReg *wanted = host_dump_find(pool, reg->regidx);

        if (wanted && reg->has_value) {
            host_put(host, pool, reg, wanted->value, &reg->value);
        }
    }
    return regs;
}

static bool host_is_hidden(unsigned kernel, const GArray *regs, uint64_t regidx)
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
    g_autoptr(GArray) regs = host_started_registers(host, pool);
    HostDump *vcpu = host_dump_new();
    g_autofree char *fault = NULL;

    for (guint i = 0; i < regs->len; i++) {
        const HostReg *reg = &g_array_index(regs, HostReg, i);

        if (!host_is_hidden(kernel, regs, reg->regidx)) {
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
