/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Core, vector and SVE registers that KVM did not give. */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/error-report.h"
#include "system/runstate.h"
#include "registers.h"
#include "core-unread.h"

bool kvm_arm_core_unread(ARMCPU *cpu, Error *err, Error **errp)
{
    cpu->kvm_cpregs->core_unread = g_strdup(error_get_pretty(err));
    if (!runstate_is_running()) {
        /* As kvm_arm_cpregs_sync(). */
        warn_report_once("%s (the guest can run on, but cannot migrate)",
                         error_get_pretty(err));
        error_free(err);
        return true;
    }
    error_propagate(errp, err);
    /* The caller shows what there is of the vCPU, and would come back here. */
    CPU(cpu)->vcpu_dirty = true;
    return false;
}
