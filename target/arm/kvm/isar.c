/* SPDX-License-Identifier: GPL-2.0-or-later */
/* QEMU's own copy of registers that a guest cannot change. */

#include "qemu/osdep.h"
#include "isar.h"
#include "target/arm/cpreg/names.h"
#include "cpu-features.h"
#include "cpu-sysregs.h"

/* A register's place in ARMCPU: 64 or 32 bits; the other is NULL. */
typedef struct ISARPlace {
    uint64_t *wide;
    uint32_t *narrow;
} ISARPlace;

/* Fields whose value is not KVM's alone, by arm_cpu_realizefn() and cpu64.c. */
static const struct {
    uint64_t regidx;
    uint64_t mask;
} isar_owned[] = {
    { ARM_CPREG(ID_PFR1_EL1),
      R_ID_PFR1_SECURITY_MASK | R_ID_PFR1_VIRTUALIZATION_MASK },
    { ARM_CPREG(ID_DFR0_EL1), R_ID_DFR0_COPSDBG_MASK },
    { ARM_CPREG(ID_AA64PFR0_EL1),
      R_ID_AA64PFR0_EL2_MASK | R_ID_AA64PFR0_EL3_MASK |
      R_ID_AA64PFR0_FP_MASK | R_ID_AA64PFR0_ADVSIMD_MASK |
      R_ID_AA64PFR0_SVE_MASK | R_ID_AA64PFR0_RME_MASK },
    { ARM_CPREG(ID_AA64PFR1_EL1),
      R_ID_AA64PFR1_MTE_MASK | R_ID_AA64PFR1_SME_MASK },
    { ARM_CPREG(ID_AA64ISAR1_EL1),
      R_ID_AA64ISAR1_APA_MASK | R_ID_AA64ISAR1_API_MASK |
      R_ID_AA64ISAR1_GPA_MASK | R_ID_AA64ISAR1_GPI_MASK },
    { ARM_CPREG(ID_AA64ISAR2_EL1),
      R_ID_AA64ISAR2_APA3_MASK | R_ID_AA64ISAR2_GPA3_MASK },
};

static uint64_t isar_owned_by_qemu(uint64_t regidx)
{
    for (size_t i = 0; i < ARRAY_SIZE(isar_owned); i++) {
        if (isar_owned[i].regidx == regidx) {
            return isar_owned[i].mask;
        }
    }
    return 0;
}

static ISARPlace isar_find_idreg(ARMCPU *cpu, uint64_t regidx)
{
    for (size_t i = 0; i < NUM_ID_IDX; i++) {
        if (regidx == (ARM_CPREG_ARCH_ARM64 | ARM_CPREG_SIZE_U64 |
                       ARM_CPREG_KIND_SYSREG | id_register_sysreg[i])) {
            return (ISARPlace) { .wide = &cpu->isar.idregs[i] };
        }
    }
    return (ISARPlace) { };
}

static ISARPlace isar_find(ARMCPU *cpu, uint64_t regidx)
{
    uint64_t cache = regidx - ARM_CPREG_CCSIDR(0);

    if (cache < ARRAY_SIZE(cpu->ccsidr)) {
        return (ISARPlace) { .wide = &cpu->ccsidr[cache] };
    }
    switch (regidx) {
    case ARM_CPREG_FW(0):
        return (ISARPlace) { .narrow = &cpu->psci_version };
    case ARM_CPREG(MIDR_EL1):
        return (ISARPlace) { .wide = &cpu->midr };
    case ARM_CPREG(REVIDR_EL1):
        return (ISARPlace) { .narrow = &cpu->revidr };
    /* These four are in idregs too, where nothing reads them. */
    case ARM_CPREG(CTR_EL0):
        return (ISARPlace) { .wide = &cpu->ctr };
    case ARM_CPREG(MVFR0_EL1):
        return (ISARPlace) { .narrow = &cpu->isar.mvfr0 };
    case ARM_CPREG(MVFR1_EL1):
        return (ISARPlace) { .narrow = &cpu->isar.mvfr1 };
    case ARM_CPREG(MVFR2_EL1):
        return (ISARPlace) { .narrow = &cpu->isar.mvfr2 };
    default:
        return isar_find_idreg(cpu, regidx);
    }
}

/*
 * AArch32's register of the debug architecture repeats ID_AA64DFR0_EL1, and
 * is there if EL1 can use AArch32.
 */
static void isar_set_dbgdidr(ARMISARegisters *isar)
{
    uint32_t value = isar->dbgdidr;

    if (!value) {
        return;
    }
    value = FIELD_DP32(value, DBGDIDR, WRPS,
                       FIELD_EX64_IDREG(isar, ID_AA64DFR0, WRPS));
    value = FIELD_DP32(value, DBGDIDR, BRPS,
                       FIELD_EX64_IDREG(isar, ID_AA64DFR0, BRPS));
    value = FIELD_DP32(value, DBGDIDR, CTX_CMPS,
                       FIELD_EX64_IDREG(isar, ID_AA64DFR0, CTX_CMPS));
    if (FIELD_EX64_IDREG(isar, ID_AA64PFR0, EL1) < 2) {
        value = 0;
    }
    isar->dbgdidr = value;
}

bool arm_cpreg_set_isar(ARMCPU *cpu, uint64_t regidx, uint64_t mask,
                        uint64_t value)
{
    ISARPlace place = isar_find(cpu, regidx);

    mask &= ~isar_owned_by_qemu(regidx);
    if (place.wide) {
        *place.wide = (*place.wide & ~mask) | (value & mask);
    } else if (place.narrow) {
        *place.narrow = (*place.narrow & ~mask) | (value & mask);
    } else {
        return false;
    }
    if (regidx == ARM_CPREG(ID_AA64DFR0_EL1) ||
        regidx == ARM_CPREG(ID_AA64PFR0_EL1)) {
        isar_set_dbgdidr(&cpu->isar);
    }
    return true;
}
