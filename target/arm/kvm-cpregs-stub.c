/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a QEMU without KVM links instead of kvm-cpregs.c, and never calls. */

#include "qemu/osdep.h"
#include "kvm-cpregs.h"
#include "kvm-trial.h"

bool kvm_arm_cpregs_pre_save(ARMCPU *cpu, Error **errp)
{
    g_assert_not_reached();
}

void kvm_arm_cpregs_begin_load(ARMCPU *cpu)
{
    g_assert_not_reached();
}

bool kvm_arm_cpregs_load(ARMCPU *cpu, const ARMCPRegList *source,
                         ARMCPRegLoad *load, Error **errp)
{
    g_assert_not_reached();
}

ARMCPRegLoad *kvm_arm_try_load(ARMCPU *cpu, const ARMCPRegList *source,
                               Error **errp)
{
    g_assert_not_reached();
}

bool kvm_arm_core_load(ARMCPU *cpu, Error **errp)
{
    g_assert_not_reached();
}
