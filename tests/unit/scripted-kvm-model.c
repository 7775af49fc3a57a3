/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What KVM does with a register, by the kernel's release: tables, each row
 * with its reason.  The kernels that lists are recorded of decide how fine
 * they are: 5.10, 6.1, 6.12, 6.16 and later.
 */

#include "qemu/osdep.h"
#include "scripted-kvm-id.h"
#include "scripted-kvm-model.h"
#include "target/arm/cpreg-names.h"

#define ALWAYS 0
#define SINCE(major, minor) KERNEL(major, minor)
#define UNTIL(major, minor) KERNEL(major, minor)    /* not that one itself */
#define NOW UINT_MAX

#define BITS(high, low) (~0ULL >> (63 - (high)) & ~0ULL << (low))

/* Hidden registers */

typedef struct Gate {
    uint64_t regidx;
    unsigned since;
    uint64_t id;            /* while this field of it is 0 */
    unsigned shift;
} Gate;

/* The visibility callbacks of sys_reg_descs[], arch/arm64/kvm/sys_regs.c */
static const Gate gates[] = {
    /* 0fcb4eea5345; up to 6.12 it is listed on every CPU */
    { ARM_CPREG(TCR2_EL1), SINCE(6, 13), ARM_CPREG(ID_AA64MMFR3_EL1), 0 },
    /* a68cddbbe47e, the same */
    { ARM_CPREG(PIR_EL1), SINCE(6, 13), ARM_CPREG(ID_AA64MMFR3_EL1), 8 },
    { ARM_CPREG(PIRE0_EL1), SINCE(6, 13), ARM_CPREG(ID_AA64MMFR3_EL1), 8 },
    /* each hidden so since it is known */
    { ARM_CPREG(POR_EL1), ALWAYS, ARM_CPREG(ID_AA64MMFR3_EL1), 16 },
    { ARM_CPREG(POR_EL0), ALWAYS, ARM_CPREG(ID_AA64MMFR3_EL1), 16 },
    { ARM_CPREG(SCTLR2_EL1), ALWAYS, ARM_CPREG(ID_AA64MMFR3_EL1), 4 },
};

bool scripted_model_hides(ScriptedKVM *kvm, const ScriptedReg *reg)
{
    for (size_t i = 0; i < ARRAY_SIZE(gates); i++) {
        if (gates[i].regidx == reg->regidx && kvm->kernel >= gates[i].since) {
            uint64_t id = scripted_kvm_find(kvm, gates[i].id)->value;

            return (id >> gates[i].shift & 0xf) == 0;
        }
    }
    return false;
}

/* Writes */

static int invariant(ScriptedKVM *kvm, ScriptedReg *reg, uint64_t value)
{
    return value == reg->value ? 0 : -EINVAL;
}

static int ignore(ScriptedKVM *kvm, ScriptedReg *reg, uint64_t value)
{
    return 0;
}

/*
 * A cache that KVM makes up.  NumSets and so on are as user space likes, but
 * a line must not be shorter than the one of the host's CTR_EL0, DminLine or
 * IminLine: log2 of words there, log2 of bytes less 4 here.
 */
static int set_ccsidr(ScriptedKVM *kvm, ScriptedReg *reg, uint64_t value)
{
    uint64_t ctr = scripted_kvm_find(kvm, ARM_CPREG(CTR_EL0))->reset;
    bool instruction = reg->regidx & 1;
    unsigned line = (ctr >> (instruction ? 0 : 16) & 0xf) + 2;

    if ((value & 7) + 4 < line) {
        return -EINVAL;
    }
    reg->value = value;
    return 0;
}

/* RES0 bits; no point of coherency needs CTR_EL0.IDC of the host. */
static int set_clidr(ScriptedKVM *kvm, ScriptedReg *reg, uint64_t value)
{
    uint64_t ctr = scripted_kvm_find(kvm, ARM_CPREG(CTR_EL0))->reset;
    bool loc = value & BITS(26, 24);
    bool lou = value & (BITS(29, 27) | BITS(23, 21));

    if (value & BITS(63, 47) || (!(ctr >> 28 & 1) && (!loc || !lou))) {
        return -EINVAL;
    }
    reg->value = value;
    return 0;
}

/* include/uapi/linux/psci.h; a vCPU with PSCI_0_2 never has 0.1 */
static int set_psci(ScriptedKVM *kvm, ScriptedReg *reg, uint64_t value)
{
    static const uint64_t known[] = {
        0x00002, 0x10000, 0x10001, 0x10002, 0x10003,
    };

    for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
        /* A new vCPU has the newest that the kernel knows. */
        if (known[i] == value && value <= reg->reset) {
            reg->value = value;
            return 0;
        }
    }
    return -EINVAL;
}

/* A level of safety, 0 to 2; what the guest gets is the host's anyway. */
static int set_workaround(ScriptedKVM *kvm, ScriptedReg *reg, uint64_t value)
{
    return value & ~0xfULL || value > reg->reset ? -EINVAL : 0;
}

/*
 * WORKAROUND_2: not available 0, unknown 1, available 2, not required 3, and
 * 0x10 for enabled.  Only "safe" and "not safe" are told apart.
 */
static int set_workaround2(ScriptedKVM *kvm, ScriptedReg *reg, uint64_t value)
{
    unsigned level = value & 0xf;

    if (value & ~0x1fULL || level > 3 || (value & 0x10 && level != 2)) {
        return -EINVAL;
    }
    return level >= 2 && reg->reset < 3 ? -EINVAL : 0;
}

/* Documentation/virt/kvm/arm/fw-pseudo-registers.rst */
static int set_bitmap(ScriptedKVM *kvm, ScriptedReg *reg, uint64_t value)
{
    /* What KVM can offer; of the last it offers nothing by itself. */
    static const uint64_t offered[] = { 1, 1, 3, 3 };

    if (value & ~offered[reg->regidx & 3]) {
        return -EINVAL;
    }
    if (kvm->has_run && value != reg->value) {
        return -EBUSY;
    }
    reg->value = value;
    return 0;
}

/* Only the lock bit can change, not what is implemented. */
static int set_oslsr(ScriptedKVM *kvm, ScriptedReg *reg, uint64_t value)
{
    if ((value ^ reg->reset) & ~2ULL) {
        return -EINVAL;
    }
    reg->value = value;
    return 0;
}

/* ENABLE and IMASK; ISTATUS is what the timer says. */
static int set_timer_ctl(ScriptedKVM *kvm, ScriptedReg *reg, uint64_t value)
{
    reg->value = (value & 3) | (reg->reset & 4);
    return 0;
}

/* PMU */

#define PMCR_N BITS(15, 11)

/*
 * N is how many counters the guest has, at most the host's, until it runs.
 * Of the rest only the control bits are kept, in 6.12 without LP.
 */
static int set_pmcr(ScriptedKVM *kvm, ScriptedReg *reg, uint64_t value)
{
    uint64_t control = kvm->kernel < KERNEL(6, 13) ? BITS(6, 0) : BITS(7, 0);
    uint64_t n = reg->value & PMCR_N;

    if (!kvm->has_run && (value & PMCR_N) <= (reg->reset & PMCR_N)) {
        n = value & PMCR_N;
    }
    reg->value = n | (value & control);
    return 0;
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
    struct {
        uint64_t first;
        uint64_t last;
    } regs;
    unsigned since;         /* this kernel or a later one */
    unsigned until;         /* but an earlier one than this */
    int (*set)(ScriptedKVM *kvm, ScriptedReg *reg, uint64_t value);
} Rule;

#define ONE(name) { ARM_CPREG(name), ARM_CPREG(name) }
#define IDS { ARM_CPREG_ID_FIRST, ARM_CPREG_ID_LAST }
#define CACHES { ARM_CPREG_CCSIDR(0), ARM_CPREG_CCSIDR(13) }
#define FIRMWARE(n) { ARM_CPREG_FW(n), ARM_CPREG_FW(n) }
#define BITMAPS { ARM_CPREG_FW_BMAP(0), ARM_CPREG_FW_BMAP(3) }

/* First row that fits; without one a write is stored as it is. */
static const Rule rules[] = {
    /* "read-only" until ID registers became writable */
    { IDS, ALWAYS, UNTIL(6, 7), scripted_id_set_fixed },
    { IDS, SINCE(6, 7), NOW, scripted_id_set_within_mask },
    { ONE(CTR_EL0), ALWAYS, UNTIL(6, 7), invariant },
    { ONE(CTR_EL0), SINCE(6, 7), NOW, scripted_id_set_within_mask },
    /* writable only with KVM_CAP_ARM_WRITABLE_IMP_ID_REGS, which is off */
    { ONE(MIDR_EL1), ALWAYS, NOW, invariant },
    { ONE(REVIDR_EL1), ALWAYS, NOW, invariant },
    { ONE(AIDR_EL1), ALWAYS, NOW, invariant },
    /* the host's caches, and made-up ones since 7af0c2534f4c */
    { ONE(CLIDR_EL1), ALWAYS, UNTIL(6, 3), invariant },
    { ONE(CLIDR_EL1), SINCE(6, 3), NOW, set_clidr },
    { CACHES, ALWAYS, UNTIL(6, 3), invariant },
    { CACHES, SINCE(6, 3), NOW, set_ccsidr },
    { FIRMWARE(0), ALWAYS, NOW, set_psci },
    { FIRMWARE(1), ALWAYS, NOW, set_workaround },
    { FIRMWARE(2), ALWAYS, NOW, set_workaround2 },
    { FIRMWARE(3), ALWAYS, NOW, set_workaround },
    { BITMAPS, ALWAYS, NOW, set_bitmap },
    { ONE(OSLSR_EL1), ALWAYS, NOW, set_oslsr },
    { ONE(CNTV_CTL_EL0), ALWAYS, NOW, set_timer_ctl },
    { ONE(CNTP_CTL_EL0), ALWAYS, NOW, set_timer_ctl },
    /* stored whole before PMCR_EL0.N could be chosen */
    { ONE(PMCR_EL0), SINCE(6, 7), NOW, set_pmcr },
    { ONE(PMCNTENSET_EL0), ALWAYS, NOW, set_pair },
    { ONE(PMCNTENCLR_EL0), ALWAYS, NOW, set_pair },
    { ONE(PMINTENSET_EL1), ALWAYS, NOW, set_pair },
    { ONE(PMINTENCLR_EL1), ALWAYS, NOW, set_pair },
    { ONE(PMOVSSET_EL0), ALWAYS, NOW, set_pair },
    { ONE(PMOVSCLR_EL0), ALWAYS, NOW, set_pair },
    /* a write-only register; listed only because it once was */
    { ONE(PMSWINC_EL0), SINCE(6, 1), NOW, ignore },
    { ONE(PMMIR_EL1), ALWAYS, NOW, invariant },
};

int scripted_model_set(ScriptedKVM *kvm, ScriptedReg *reg, uint64_t value)
{
    for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
        const Rule *rule = &rules[i];

        if (reg->regidx >= rule->regs.first &&
            reg->regidx <= rule->regs.last &&
            kvm->kernel >= rule->since && kvm->kernel < rule->until) {
            return rule->set(kvm, reg, value);
        }
    }
    reg->value = value;
    return 0;
}

/* The first KVM_RUN */

static uint64_t *value_of(uint64_t regidx, const uint64_t *indexes,
                          uint64_t *values, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (indexes[i] == regidx) {
            return &values[i];
        }
    }
    return NULL;
}

void scripted_model_first_run(unsigned kernel, const uint64_t *indexes,
                              uint64_t *values, size_t len)
{
    uint64_t *isar2 = value_of(ARM_CPREG(ID_AA64ISAR2_EL1), indexes, values,
                               len);
    uint64_t *mmfr3 = value_of(ARM_CPREG(ID_AA64MMFR3_EL1), indexes, values,
                               len);

    /* No S1PIE without ATS1A: seen on 7.3.4, and not on 7.2.12. */
    if (kernel >= KERNEL(7, 3) && isar2 && mmfr3 && !(*isar2 >> 60)) {
        *mmfr3 &= ~BITS(11, 8);
    }
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
