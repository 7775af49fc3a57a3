/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What KVM does with a register, by the kernel's release: tables, each row
 * with its reason.  They tell apart the kernels with recorded lists: 5.10, 6.1,
 * 6.12, 6.16 and later.
 */

#include "qemu/osdep.h"
#include "kvm-model-id.h"
#include "target/arm/cpreg/names.h"

#define ALWAYS 0
#define SINCE(major, minor) KERNEL(major, minor)
#define UNTIL(major, minor) KERNEL(major, minor)    /* not that one itself */
#define NOW UINT_MAX

#define BITS(high, low) (~0ULL >> (63 - (high)) & ~0ULL << (low))

unsigned kvm_model_kernel(const char *release)
{
    char *end;
    uint64_t major = g_ascii_strtoull(release, &end, 10), minor = 0;

    if (*end == '.') {
        minor = g_ascii_strtoull(end + 1, NULL, 10);
    }
    /* No release has come near that. */
    return major < 256 && minor < 256 ? KERNEL(major, minor) : 0;
}

/* Hidden registers */

typedef struct KVMModelGate {
    uint64_t regidx;
    unsigned since;
    KVMModelField id;
} KVMModelGate;

/* The visibility callbacks of sys_reg_descs[], arch/arm64/kvm/sys_regs.c */
static const KVMModelGate gates[] = {
    /* 0fcb4eea5345; up to 6.12 it is listed on every CPU */
    { ARM_CPREG(TCR2_EL1), SINCE(6, 13),
      { ARM_CPREG(ID_AA64MMFR3_EL1), 0, 4 } },
    /* a68cddbe47ef, the same */
    { ARM_CPREG(PIR_EL1), SINCE(6, 13),
      { ARM_CPREG(ID_AA64MMFR3_EL1), 8, 4 } },
    { ARM_CPREG(PIRE0_EL1), SINCE(6, 13),
      { ARM_CPREG(ID_AA64MMFR3_EL1), 8, 4 } },
    /* hidden since KVM knows them */
    { ARM_CPREG(POR_EL1), ALWAYS, { ARM_CPREG(ID_AA64MMFR3_EL1), 16, 4 } },
    { ARM_CPREG(POR_EL0), ALWAYS, { ARM_CPREG(ID_AA64MMFR3_EL1), 16, 4 } },
    { ARM_CPREG(SCTLR2_EL1), ALWAYS, { ARM_CPREG(ID_AA64MMFR3_EL1), 4, 4 } },
};

const KVMModelField *kvm_model_gate(unsigned kernel, uint64_t regidx)
{
    for (size_t i = 0; i < ARRAY_SIZE(gates); i++) {
        if (gates[i].regidx == regidx && kernel >= gates[i].since) {
            return &gates[i].id;
        }
    }
    return NULL;
}

/* Writes */

static int store_value(uint64_t wanted, uint64_t *value)
{
    *value = wanted;
    return 0;
}

static int set_invariant(const KVMModelVCPU *vcpu, const KVMModelReg *reg,
                         uint64_t wanted, uint64_t *value)
{
    return wanted == reg->value ? store_value(wanted, value) : -EINVAL;
}

/*
 * A cache that KVM makes up.  NumSets and so on can be anything, but a line
 * must not be shorter than DminLine or IminLine of the host's CTR_EL0: log2 of
 * words there, log2 of bytes less 4 here.
 */
static int set_ccsidr(const KVMModelVCPU *vcpu, const KVMModelReg *reg,
                      uint64_t wanted, uint64_t *value)
{
    bool instruction = reg->regidx & 1;
    unsigned line = (vcpu->ctr >> (instruction ? 0 : 16) & 0xf) + 2;

    return (wanted & 7) + 4 < line ? -EINVAL : store_value(wanted, value);
}

/* RES0 bits; no point of coherency needs CTR_EL0.IDC of the host. */
static int set_clidr(const KVMModelVCPU *vcpu, const KVMModelReg *reg,
                     uint64_t wanted, uint64_t *value)
{
    bool loc = wanted & BITS(26, 24);
    bool lou = wanted & (BITS(29, 27) | BITS(23, 21));

    if (wanted & BITS(63, 47) || (!(vcpu->ctr >> 28 & 1) && (!loc || !lou))) {
        return -EINVAL;
    }
    return store_value(wanted, value);
}

/* include/uapi/linux/psci.h; a vCPU with PSCI_0_2 never has 0.1 */
static int set_psci(const KVMModelVCPU *vcpu, const KVMModelReg *reg,
                    uint64_t wanted, uint64_t *value)
{
    static const uint64_t known[] = {
        0x00002, 0x10000, 0x10001, 0x10002, 0x10003,
    };

    for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
        /* A new vCPU has the newest that the kernel knows. */
        if (known[i] == wanted && wanted <= reg->reset) {
            return store_value(wanted, value);
        }
    }
    return -EINVAL;
}

/* A level of safety, 0 to 2; the guest always gets the host's. */
static int set_workaround(const KVMModelVCPU *vcpu, const KVMModelReg *reg,
                          uint64_t wanted, uint64_t *value)
{
    return wanted & ~0xfULL || wanted > reg->reset
           ? -EINVAL : store_value(reg->value, value);
}

/*
 * WORKAROUND_2: not available 0, unknown 1, available 2, not required 3, and
 * 0x10 for enabled.  Only "safe" and "not safe" are told apart.
 */
static int set_workaround2(const KVMModelVCPU *vcpu, const KVMModelReg *reg,
                           uint64_t wanted, uint64_t *value)
{
    unsigned level = wanted & 0xf;

    if (wanted & ~0x1fULL || level > 3 || (wanted & 0x10 && level != 2)) {
        return -EINVAL;
    }
    return level >= 2 && reg->reset < 3 ? -EINVAL
                                        : store_value(reg->value, value);
}

/* Documentation/virt/kvm/arm/fw-pseudo-registers.rst */
static int set_bitmap(const KVMModelVCPU *vcpu, const KVMModelReg *reg,
                      uint64_t wanted, uint64_t *value)
{
    /* What KVM can offer; the last is 0 by default. */
    static const uint64_t offered[] = { 1, 1, 3, 3 };

    if (wanted & ~offered[reg->regidx & 3]) {
        return -EINVAL;
    }
    if (vcpu->has_run && wanted != reg->value) {
        return -EBUSY;
    }
    return store_value(wanted, value);
}

/* Only the lock bit can change, not what is implemented. */
static int set_oslsr(const KVMModelVCPU *vcpu, const KVMModelReg *reg,
                     uint64_t wanted, uint64_t *value)
{
    return (wanted ^ reg->reset) & ~2ULL ? -EINVAL : store_value(wanted, value);
}

typedef struct KVMModelRule {
    struct {
        uint64_t first;
        uint64_t last;
    } regs;
    unsigned since;         /* this kernel or a later one */
    unsigned until;         /* but an earlier one than this */
    int (*set)(const KVMModelVCPU *vcpu, const KVMModelReg *reg,
               uint64_t wanted, uint64_t *value);
} KVMModelRule;

#define ONE(name) { ARM_CPREG(name), ARM_CPREG(name) }
#define IDS { ARM_CPREG_ID_FIRST, ARM_CPREG_ID_LAST }
#define CACHES { ARM_CPREG_CCSIDR(0), ARM_CPREG_CCSIDR(13) }
#define FIRMWARE(n) { ARM_CPREG_FW(n), ARM_CPREG_FW(n) }
#define BITMAPS { ARM_CPREG_FW_BMAP(0), ARM_CPREG_FW_BMAP(3) }

/* The first row that fits; without one a write is stored unchanged. */
static const KVMModelRule rules[] = {
    /* "read-only" until ID registers became writable */
    { IDS, ALWAYS, UNTIL(6, 7), kvm_model_id_set_fixed },
    { IDS, SINCE(6, 7), NOW, kvm_model_id_set_within_mask },
    { ONE(CTR_EL0), ALWAYS, UNTIL(6, 7), set_invariant },
    { ONE(CTR_EL0), SINCE(6, 7), NOW, kvm_model_id_set_within_mask },
    /* writable only with KVM_CAP_ARM_WRITABLE_IMP_ID_REGS, which is off */
    { ONE(MIDR_EL1), ALWAYS, NOW, set_invariant },
    { ONE(REVIDR_EL1), ALWAYS, NOW, set_invariant },
    { ONE(AIDR_EL1), ALWAYS, NOW, set_invariant },
    /* the host's caches, and made-up ones since 7af0c2534f4c */
    { ONE(CLIDR_EL1), ALWAYS, UNTIL(6, 3), set_invariant },
    { ONE(CLIDR_EL1), SINCE(6, 3), NOW, set_clidr },
    { CACHES, ALWAYS, UNTIL(6, 3), set_invariant },
    { CACHES, SINCE(6, 3), NOW, set_ccsidr },
    { FIRMWARE(0), ALWAYS, NOW, set_psci },
    { FIRMWARE(1), ALWAYS, NOW, set_workaround },
    { FIRMWARE(2), ALWAYS, NOW, set_workaround2 },
    { FIRMWARE(3), ALWAYS, NOW, set_workaround },
    { BITMAPS, ALWAYS, NOW, set_bitmap },
    { ONE(OSLSR_EL1), ALWAYS, NOW, set_oslsr },
    { ONE(PMMIR_EL1), ALWAYS, NOW, set_invariant },
};

static const KVMModelRule *find_rule(unsigned kernel, uint64_t regidx)
{
    for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
        const KVMModelRule *rule = &rules[i];

        if (regidx >= rule->regs.first && regidx <= rule->regs.last &&
            kernel >= rule->since && kernel < rule->until) {
            return rule;
        }
    }
    return NULL;
}

int kvm_model_set(const KVMModelVCPU *vcpu, const KVMModelReg *reg,
                  uint64_t wanted, uint64_t *value)
{
    const KVMModelRule *rule = find_rule(vcpu->kernel, reg->regidx);

    return rule ? rule->set(vcpu, reg, wanted, value)
                : store_value(wanted, value);
}

bool kvm_model_needs_mask(unsigned kernel, uint64_t regidx)
{
    const KVMModelRule *rule = find_rule(kernel, regidx);

    return rule && rule->set == kvm_model_id_set_within_mask;
}

bool kvm_model_needs_ctr(unsigned kernel, uint64_t regidx)
{
    const KVMModelRule *rule = find_rule(kernel, regidx);

    return rule && (rule->set == set_clidr || rule->set == set_ccsidr);
}

/* The first KVM_RUN */

static uint64_t *find_value(uint64_t regidx, const uint64_t *indexes,
                            uint64_t *values, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (indexes[i] == regidx) {
            return &values[i];
        }
    }
    return NULL;
}

void kvm_model_first_run(unsigned kernel, const uint64_t *indexes,
                         uint64_t *values, size_t len)
{
    uint64_t *isar2 = find_value(ARM_CPREG(ID_AA64ISAR2_EL1), indexes, values,
                                 len);
    uint64_t *mmfr3 = find_value(ARM_CPREG(ID_AA64MMFR3_EL1), indexes, values,
                                 len);

    /* No S1PIE without ATS1A: seen on 7.3.4, and not on 7.2.12. */
    if (kernel >= KERNEL(7, 3) && isar2 && mmfr3 && !(*isar2 >> 60)) {
        *mmfr3 &= ~BITS(11, 8);
    }
}
