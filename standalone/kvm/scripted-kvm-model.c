/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How KVM treats a register, by the kernel's release: the state of a guest, its
 * PMU and its timers.  What KVM refuses and hides is in kvm-model.c of
 * contrib/kvm-arm-regs.
 */

#include "qemu/osdep.h"
#include "contrib/kvm-arm-regs/src/kvm-model.h"
#include "scripted-kvm-model.h"
#include "target/arm/cpreg/names.h"

#define ALWAYS 0
#define SINCE(major, minor) KERNEL(major, minor)

#define BITS(high, low) (~0ULL >> (63 - (high)) & ~0ULL << (low))

bool scripted_model_hides(ScriptedKVM *kvm, const ScriptedReg *reg)
{
    const KVMModelField *gate = kvm_model_gate(kvm->kernel, reg->regidx);

    return gate && kvm_model_field(gate, scripted_kvm_find(
                                       kvm, gate->regidx)->value) == 0;
}

/* Writes */

static int ignore(ScriptedKVM *kvm, ScriptedReg *reg, uint64_t value)
{
    return 0;
}

/* ENABLE and IMASK; ISTATUS is what the timer says. */
static int set_timer_ctl(ScriptedKVM *kvm, ScriptedReg *reg, uint64_t value)
{
    reg->value = (value & 3) | (reg->reset & 4);
    return 0;
}

/*
 * MIDR_EL1, REVIDR_EL1 and AIDR_EL1 with KVM_CAP_ARM_WRITABLE_IMP_ID_REGS;
 * without it, their one value (api.rst).
 */
static int set_implementation(ScriptedKVM *kvm, ScriptedReg *reg,
                              uint64_t value)
{
    if (value == reg->value) {
        return 0;
    }
    if (!kvm->imp_ids || value & ~reg->mask) {
        return -EINVAL;
    }
    if (kvm->has_run) {
        return -EBUSY;
    }
    reg->value = value;
    return 0;
}

/* PMU */

#define PMCR_P  BITS(1, 1)
#define PMCR_C  BITS(2, 2)
#define PMCR_LC BITS(6, 6)
#define PMCR_LP BITS(7, 7)
#define PMCR_N  BITS(15, 11)

/* kvm_supports_32bit_el0() */
static bool has_aarch32(ScriptedKVM *kvm)
{
    const ScriptedReg *pfr0 = scripted_kvm_find(kvm,
                                                ARM_CPREG(ID_AA64PFR0_EL1));

    return (pfr0->reset & 0xf) == 2;
}

/*
 * N is how many counters the guest has, at most the host's, until it runs.
 * Of the rest only the control bits are kept; LC is 1 without AArch32.
 */
static int set_pmcr(ScriptedKVM *kvm, ScriptedReg *reg, uint64_t value)
{
    uint64_t n = reg->value & PMCR_N;

    if (!kvm->has_run && (value & PMCR_N) <= (reg->reset & PMCR_N)) {
        n = value & PMCR_N;
    }
    reg->value = n | (value & BITS(7, 0)) | (has_aarch32(kvm) ? 0 : PMCR_LC);
    return 0;
}

/*
 * kvm_vcpu_reload_pmu() runs kvm_pmu_handle_pmcr(), up to 1db4aaa05589: C and
 * P are no state (f6da81f650fa), and LP is there from PMUv3p5 on
 * (64d6820d64c0).
 */
static uint64_t reload_pmcr(unsigned kernel, uint64_t dfr0, uint64_t pmcr)
{
    if (kernel < KERNEL(6, 3) || kernel >= KERNEL(6, 15)) {
        return pmcr;
    }
    return pmcr & ~(PMCR_C | PMCR_P | ((dfr0 >> 8 & 0xf) < 6 ? PMCR_LP : 0));
}

/* Bits of the counters that the guest has, and of the cycle counter. */
static uint64_t counters(ScriptedKVM *kvm)
{
    uint64_t pmcr = scripted_kvm_find(kvm, ARM_CPREG(PMCR_EL0))->value;

    return BITS(31, 31) | ((1ULL << (pmcr >> 11 & 0x1f)) - 1);
}

/* One register behind two indexes: SET, where it is kept, and CLR. */
static const struct {
    uint64_t set;
    uint64_t clear;
} pairs[] = {
    { ARM_CPREG(PMCNTENSET_EL0), ARM_CPREG(PMCNTENCLR_EL0) },
    { ARM_CPREG(PMINTENSET_EL1), ARM_CPREG(PMINTENCLR_EL1) },
    { ARM_CPREG(PMOVSSET_EL0), ARM_CPREG(PMOVSCLR_EL0) },
};

static ScriptedReg *pair_of(ScriptedKVM *kvm, uint64_t regidx)
{
    for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
        if (pairs[i].set == regidx || pairs[i].clear == regidx) {
            return scripted_kvm_find(kvm, pairs[i].set);
        }
    }
    return NULL;
}

static int set_pair(ScriptedKVM *kvm, ScriptedReg *reg, uint64_t value)
{
    ScriptedReg *kept = pair_of(kvm, reg->regidx);

    if (kvm->kernel < KERNEL(6, 7)) {
        kept->value = value;
    } else if (kvm->kernel >= KERNEL(6, 15)) {
        kept->value = value & counters(kvm);        /* f2aeb7bbd574 */
    } else if (kept == reg) {
        kept->value |= value & counters(kvm);       /* a45f41d754e0 */
    } else {
        kept->value &= ~(value & counters(kvm));
    }
    return 0;
}

typedef struct Rule {
    uint64_t regidx;
    unsigned since;         /* this kernel or a later one */
    int (*set)(ScriptedKVM *kvm, ScriptedReg *reg, uint64_t value);
} Rule;

/* First row that fits; without one it is up to kvm_model_set(). */
static const Rule rules[] = {
    { ARM_CPREG(CNTV_CTL_EL0), ALWAYS, set_timer_ctl },
    { ARM_CPREG(CNTP_CTL_EL0), ALWAYS, set_timer_ctl },
    { ARM_CPREG(MIDR_EL1), SINCE(6, 15), set_implementation },
    { ARM_CPREG(REVIDR_EL1), SINCE(6, 15), set_implementation },
    { ARM_CPREG(AIDR_EL1), SINCE(6, 15), set_implementation },
    /* stored whole before PMCR_EL0.N could be chosen */
    { ARM_CPREG(PMCR_EL0), SINCE(6, 7), set_pmcr },
    { ARM_CPREG(PMCNTENSET_EL0), ALWAYS, set_pair },
    { ARM_CPREG(PMCNTENCLR_EL0), ALWAYS, set_pair },
    { ARM_CPREG(PMINTENSET_EL1), ALWAYS, set_pair },
    { ARM_CPREG(PMINTENCLR_EL1), ALWAYS, set_pair },
    { ARM_CPREG(PMOVSSET_EL0), ALWAYS, set_pair },
    { ARM_CPREG(PMOVSCLR_EL0), ALWAYS, set_pair },
    /* a write-only register; listed only because it once was */
    { ARM_CPREG(PMSWINC_EL0), SINCE(6, 1), ignore },
};

int scripted_model_set(ScriptedKVM *kvm, ScriptedReg *reg, uint64_t value)
{
    const ScriptedReg *ctr = scripted_kvm_find(kvm, ARM_CPREG(CTR_EL0));
    const ScriptedReg *pfr0 = scripted_kvm_find(kvm,
                                                ARM_CPREG(ID_AA64PFR0_EL1));
    KVMModelVCPU vcpu = {
        .kernel = kvm->kernel,
        .has_run = kvm->has_run,
        .ctr = ctr ? ctr->reset : 0,
        .pfr0 = pfr0 ? pfr0->reset : 0,
    };
    KVMModelReg model = {
        .regidx = reg->regidx,
        .reset = reg->reset,
        .value = reg->value,
        .mask = reg->mask,
    };

    for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
        const Rule *rule = &rules[i];

        if (reg->regidx == rule->regidx && kvm->kernel >= rule->since) {
            return rule->set(kvm, reg, value);
        }
    }
    return kvm_model_set(&vcpu, &model, value, &reg->value);
}

/* The first KVM_RUN */

void scripted_model_first_run(unsigned kernel, const uint64_t *indexes,
                              uint64_t *values, size_t len)
{
    uint64_t *pmcr = NULL, dfr0 = 0;

    for (size_t i = 0; i < len; i++) {
        if (indexes[i] == ARM_CPREG(PMCR_EL0)) {
            pmcr = &values[i];
        } else if (indexes[i] == ARM_CPREG(ID_AA64DFR0_EL1)) {
            dfr0 = values[i];
        }
    }
    if (pmcr) {
        *pmcr = reload_pmcr(kernel, dfr0, *pmcr);
    }
    kvm_model_first_run(kernel, indexes, values, len);
}

/* Reads */

/*
 * Since 6.3 an event counter is read as the guest would, 32 bits of it, if
 * the guest does not have the long counters of PMUv3p5 (PMUVer 6).
 */
static bool is_short_counter(ScriptedKVM *kvm, uint64_t regidx)
{
    const ScriptedReg *dfr0 = scripted_kvm_find(kvm,
                                                ARM_CPREG(ID_AA64DFR0_EL1));
    /* PMEVCNTR0_EL0 to PMEVCNTR30_EL0: 3, 3, 14, 8 to 11 */
    uint64_t first = ARM_CPREG(CNTFRQ_EL0) + (8 << 3);

    return kvm->kernel >= KERNEL(6, 3) && regidx >= first &&
           regidx <= first + 30 && (dfr0->value >> 8 & 0xf) < 6;
}

uint64_t scripted_model_get(ScriptedKVM *kvm, const ScriptedReg *reg)
{
    const ScriptedReg *kept = pair_of(kvm, reg->regidx);

    if (kept) {
        return kvm->kernel < KERNEL(6, 7) ? kept->value
                                          : kept->value & counters(kvm);
    }
    return is_short_counter(kvm, reg->regidx) ? (uint32_t)reg->value
                                              : reg->value;
}
