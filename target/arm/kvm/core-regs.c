/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Core, vector and SVE registers: an error names the register. */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "system/kvm.h"
#include "target/arm/cpreg/names.h"
#include "core-regs.h"

int kvm_arm_get_core_reg(CPUState *cs, uint64_t regidx, void *target,
                         Error **errp)
{
    int ret = kvm_get_one_reg(cs, regidx, target);

    if (ret) {
        g_autofree char *name = arm_cpreg_name(regidx);

        error_setg_errno(errp, -ret, "cpu %d: cannot read %s", cs->cpu_index,
                         name);
    }
    return ret;
}

/* " = 0x1"; nothing for a vector, which can be 256 bytes long. */
static char *core_value_text(uint64_t regidx, const void *value)
{
    switch (regidx & ARM_CPREG_SIZE_MASK) {
    case ARM_CPREG_SIZE_U32:
        return g_strdup_printf(" = 0x%" PRIx32, *(const uint32_t *)value);
    case ARM_CPREG_SIZE_U64:
        return g_strdup_printf(" = 0x%" PRIx64, *(const uint64_t *)value);
    default:
        return g_strdup("");
    }
}

int kvm_arm_put_core_reg(CPUState *cs, uint64_t regidx, void *source,
                         Error **errp)
{
    int ret = kvm_set_one_reg(cs, regidx, source);

    if (ret) {
        g_autofree char *name = arm_cpreg_name(regidx);
        g_autofree char *value = core_value_text(regidx, source);

        error_setg_errno(errp, -ret, "cpu %d: KVM refuses %s%s",
                         cs->cpu_index, name, value);
    }
    return ret;
}
