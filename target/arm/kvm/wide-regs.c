/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The wide registers of a KVM vCPU.  QEMU has no state of its own behind
 * them: they are read for a save and written at a load, and KVM resets them.
 */

#include "qemu/osdep.h"
#include "system/kvm.h"
#include "target/arm/cpreg/explain.h"
#include "target/arm/cpreg/wide.h"
#include "target/arm/cpreg/load.h"
#include "wide-regs.h"

GPtrArray *kvm_arm_wide_regs_new(const GArray *indexes)
{
    GPtrArray *list = g_ptr_array_new_with_free_func(g_free);

    for (guint i = 0; i < indexes->len; i++) {
        if (arm_cpreg_is_wide(g_array_index(indexes, uint64_t, i))) {
            arm_cpreg_wide_add(list, g_array_index(indexes, uint64_t, i));
        }
    }
    return list;
}

bool kvm_arm_wide_regs_get(ARMCPU *cpu, GPtrArray *list, GString *failed)
{
    bool hidden = false;

    for (guint i = 0; i < list->len; i++) {
        ARMCPRegWide *reg = list->pdata[i];
        int ret = kvm_get_one_reg(CPU(cpu), reg->regidx, reg->value);

        if (ret) {
            arm_cpreg_append_unread(failed, reg->regidx, ret);
        }
        hidden |= ret == -ENOENT;
    }
    return hidden;
}

void kvm_arm_wide_regs_put(ARMCPU *cpu, GPtrArray *list,
                           const GPtrArray *source, GString *refused)
{
    arm_cpreg_wide_unknown(source, list, refused);
    for (guint i = 0; source && i < source->len; i++) {
        ARMCPRegWide *reg = source->pdata[i];
        ARMCPRegWide *own = arm_cpreg_wide_find(list, reg->regidx);
        int ret;

        if (!own) {
            continue;
        }
        /* Written and read back. */
        ret = kvm_set_one_reg(CPU(cpu), reg->regidx, reg->value) ?:
              kvm_get_one_reg(CPU(cpu), reg->regidx, own->value);
        if (ret) {
            arm_cpreg_wide_append(refused, reg, arm_cpreg_why(ret));
        } else if (memcmp(own->value, reg->value,
                          arm_cpreg_size(reg->regidx))) {
            arm_cpreg_wide_append(refused, reg, "KVM accepts the value, and "
                                  "keeps another one");
            arm_cpreg_wide_append(refused, own, "the value that KVM keeps");
        }
    }
}
