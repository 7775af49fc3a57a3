/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a KVM register index alone says about a register. */

#include "qemu/osdep.h"
#include "index.h"

bool arm_cpreg_is_core(uint64_t regidx)
{
    uint64_t kind = regidx & ARM_CPREG_KIND_MASK;

    return kind == ARM_CPREG_KIND_CORE || kind == ARM_CPREG_KIND_SVE;
}

size_t arm_cpreg_size(uint64_t regidx)
{
    return (size_t)1 << ((regidx & ARM_CPREG_SIZE_MASK) >>
                         ARM_CPREG_SIZE_SHIFT);
}

bool arm_cpreg_is_wide(uint64_t regidx)
{
    size_t size = arm_cpreg_size(regidx);

    return size != 4 && size != 8 && !arm_cpreg_is_core(regidx);
}

bool arm_cpreg_is_counter(uint64_t regidx)
{
    return regidx == ARM_CPREG(TIMER_CNT) || regidx == ARM_CPREG(CNTPCT_EL0);
}

bool arm_cpreg_is_feature_id(uint64_t regidx)
{
    return regidx >= ARM_CPREG_ID_FIRST && regidx <= ARM_CPREG_ID_LAST;
}

bool arm_cpreg_is_identity(uint64_t regidx)
{
    uint64_t kind = regidx & ARM_CPREG_KIND_MASK;

    return arm_cpreg_is_feature_id(regidx) ||
           kind == ARM_CPREG_KIND_FW || kind == ARM_CPREG_KIND_FW_BMAP;
}

bool arm_cpreg_is_implementation(uint64_t regidx)
{
    return regidx == ARM_CPREG(MIDR_EL1) || regidx == ARM_CPREG(REVIDR_EL1) ||
           regidx == ARM_CPREG(AIDR_EL1);
}

bool arm_cpreg_is_cache(uint64_t regidx)
{
    return regidx == ARM_CPREG(CLIDR_EL1) || regidx == ARM_CPREG(CTR_EL0) ||
           (regidx & ARM_CPREG_KIND_MASK) == ARM_CPREG_KIND_DEMUX;
}

bool arm_cpreg_is_fixed(uint64_t regidx)
{
    return arm_cpreg_is_identity(regidx) ||
           arm_cpreg_is_implementation(regidx) ||
           arm_cpreg_is_cache(regidx) || regidx == ARM_CPREG(PMMIR_EL1);
}

uint64_t arm_cpreg_fixed_bits(uint64_t regidx)
{
    if (regidx == ARM_CPREG(PMCR_EL0)) {
        return 0x1fULL << 11;           /* N */
    }
    return arm_cpreg_is_fixed(regidx) ? ~0ULL : 0;
}

uint64_t arm_cpreg_irqchip_bits(uint64_t regidx)
{
    switch (regidx) {
    case ARM_CPREG(ID_AA64PFR0_EL1):
        return 0xfULL << 24;            /* GIC */
    case ARM_CPREG(ID_AA64PFR2_EL1):
        return 0xfULL << 12;            /* GCIE */
    case ARM_CPREG(ID_PFR1_EL1):
        return 0xfULL << 28;            /* GIC */
    default:
        return 0;
    }
}

bool arm_cpreg_is_in_manifest(uint64_t regidx)
{
    return arm_cpreg_fixed_bits(regidx) ||
           regidx == ARM_CPREG(CNTP_CTL_EL0) ||
           regidx == ARM_CPREG(CNTP_CVAL_EL0);
}

bool arm_cpreg_is_early(uint64_t regidx)
{
    return arm_cpreg_is_identity(regidx) ||
           arm_cpreg_is_implementation(regidx) ||
           regidx == ARM_CPREG(PMCR_EL0);
}

bool arm_cpreg_is_of_list(uint64_t regidx)
{
    return !arm_cpreg_is_core(regidx) && !arm_cpreg_is_wide(regidx);
}
