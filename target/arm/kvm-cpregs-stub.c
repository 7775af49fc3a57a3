/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a QEMU without KVM links instead of kvm-cpregs.c, and never calls. */

#include "qemu/osdep.h"
#include "kvm-cpregs.h"

bool kvm_arm_cpregs_pre_save(ARMCPU *cpu, Error **errp)
{
    g_assert_not_reached();
}

bool kvm_arm_cpregs_load_identity(ARMCPU *cpu, const ARMCPRegList *source,
                                  GString *refused, Error **errp)
{
    g_assert_not_reached();
}

void kvm_arm_cpregs_load_rest(ARMCPU *cpu, const ARMCPRegReport *report,
                              GString *refused)
{
    g_assert_not_reached();
}

bool kvm_arm_core_load(ARMCPU *cpu, Error **errp)
{
    g_assert_not_reached();
}
