/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Vectors longer than 1024 bits in the migration stream. */

#include "qemu/osdep.h"
#include "qemu/cutils.h"
#include "sve.h"

/* cpu/sve has the words 2 to 15, the vfp section has 0 and 1. */
#define TOP_FIRST ARM_MAX_VQ
#define TOP_WORDS (2 * ARM_MAX_VQ - TOP_FIRST)

static bool zreg_top_needed(void *opaque)
{
    ARMCPU *cpu = opaque;

    for (int i = 0; i < 32; i++) {
        if (!buffer_is_zero(&cpu->env.vfp.zregs[i].d[TOP_FIRST],
                            TOP_WORDS * sizeof(uint64_t))) {
            return true;
        }
    }
    return false;
}

static const VMStateDescription vmstate_zreg_top_reg = {
    .name = "cpu/sve/zreg_top/reg",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT64_SUB_ARRAY(d, ARMVectorReg, TOP_FIRST, TOP_WORDS),
        VMSTATE_END_OF_LIST()
    }
};

const VMStateDescription vmstate_sve_zreg_top = {
    .name = "cpu/sve/zreg_top",
    .version_id = 1,
    .minimum_version_id = 1,
    .needed = zreg_top_needed,
    .fields = (const VMStateField[]) {
        VMSTATE_STRUCT_ARRAY(env.vfp.zregs, ARMCPU, 32, 0,
                             vmstate_zreg_top_reg, ARMVectorReg),
        VMSTATE_END_OF_LIST()
    }
};

void arm_sve_pre_load(ARMCPU *cpu)
{
    for (int i = 0; i < 32; i++) {
        memset(&cpu->env.vfp.zregs[i].d[TOP_FIRST], 0,
               TOP_WORDS * sizeof(uint64_t));
    }
}
