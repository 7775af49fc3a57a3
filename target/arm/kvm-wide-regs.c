/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The wide registers of a KVM vCPU.  QEMU has no state of its own behind
 * them: they are read for a save and written at a load, and KVM resets them.
 */

#include "qemu/osdep.h"
#include "system/kvm.h"
#include "cpreg-wide.h"
#include "kvm-cpregs.h"

void kvm_arm_wide_regs_list(ARMCPU *cpu, const uint64_t *regs, size_t len)
{
    GArray *list = arm_cpreg_wide_new();

    for (size_t i = 0; i < len; i++) {
        if (arm_cpreg_is_wide(regs[i])) {
            arm_cpreg_wide_add(list, regs[i]);
        }
    }
    if (cpu->kvm_cpregs->wide) {
        g_array_unref(cpu->kvm_cpregs->wide);
    }
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

void kvm_arm_wide_regs_put(ARMCPU *cpu, GArray *source, GString *refused)
{
    for (guint i = 0; source && i < source->len; i++) {
        ARMCPRegWide *reg = &g_array_index(source, ARMCPRegWide, i);
        g_autofree char *why = NULL;
        int ret;

        if (!arm_cpreg_wide_find(cpu->kvm_cpregs->wide, reg->regidx)) {
            continue;
        }
        ret = kvm_set_one_reg(CPU(cpu), reg->regidx, reg->value);
        if (ret) {
            why = g_strdup_printf(": %s", kvm_arm_cpreg_why(ret));
            arm_cpreg_wide_append(refused, reg, why);
        }
    }
}
