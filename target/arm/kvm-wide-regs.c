/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The wide registers of a KVM vCPU.  QEMU has no state of its own behind
 * them: they are read for a save and written at a load, and KVM resets them.
 */

#include "qemu/osdep.h"
#include "system/kvm.h"
#include "cpreg-wide.h"
#include "kvm-cpregs.h"

void kvm_arm_wide_regs_list(ARMCPU *cpu, const GArray *indexes)
{
    GArray *list = arm_cpreg_wide_new();

    for (guint i = 0; i < indexes->len; i++) {
        if (arm_cpreg_is_wide(g_array_index(indexes, uint64_t, i))) {
            arm_cpreg_wide_add(list, g_array_index(indexes, uint64_t, i));
        }
    }
    g_clear_pointer(&cpu->kvm_cpregs->wide, g_array_unref);
    cpu->kvm_cpregs->wide = list;
}

bool kvm_arm_wide_regs_get(ARMCPU *cpu, GString *failed)
{
    GArray *list = cpu->kvm_cpregs->wide;
    bool hidden = false;

    for (guint i = 0; i < list->len; i++) {
        ARMCPRegWide *reg = &g_array_index(list, ARMCPRegWide, i);
        int ret = kvm_get_one_reg(CPU(cpu), reg->regidx, reg->value);

        if (ret) {
            kvm_arm_cpreg_append_unread(failed, reg->regidx, ret);
        }
        hidden |= ret == -ENOENT;
    }
    return hidden;
}

/* Written and read back; what stands against it, as a new string, or NULL. */
static char *put_one(ARMCPU *cpu, ARMCPRegWide *reg)
{
    size_t size = arm_cpreg_size(reg->regidx);
    ARMCPRegWide *own = arm_cpreg_wide_find(cpu->kvm_cpregs->wide,
                                            reg->regidx);
    int ret = kvm_set_one_reg(CPU(cpu), reg->regidx, reg->value) ?:
              kvm_get_one_reg(CPU(cpu), reg->regidx, own->value);
    g_autofree char *held = NULL;

    if (ret) {
        return g_strdup_printf(": %s", arm_cpreg_why(ret));
    }
    if (memcmp(own->value, reg->value, size) == 0) {
        return NULL;
    }
    held = arm_cpreg_wide_text(own);
    return g_strdup_printf(": KVM takes the value, and holds another: %s",
                           held);
}

void kvm_arm_wide_regs_put(ARMCPU *cpu, GArray *source, GString *refused)
{
    for (guint i = 0; source && i < source->len; i++) {
        ARMCPRegWide *reg = &g_array_index(source, ARMCPRegWide, i);

        if (arm_cpreg_wide_find(cpu->kvm_cpregs->wide, reg->regidx)) {
            g_autofree char *why = put_one(cpu, reg);

            if (why) {
                arm_cpreg_wide_append(refused, reg, why);
            }
        }
    }
}
