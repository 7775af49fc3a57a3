/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a QEMU without KVM links instead of kvm-identity.c, and never calls. */

#include "qemu/osdep.h"
#include "kvm-identity.h"

bool kvm_arm_identity_finalize(ARMCPU *cpu, Error **errp)
{
    g_assert_not_reached();
}
