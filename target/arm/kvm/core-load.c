/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Core, vector and SVE registers: a load writes them before it ends. */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "system/kvm.h"
#include "target/arm/cpreg/explain.h"
#include "registers.h"
#include "core-load.h"

bool kvm_arm_core_load(ARMCPU *cpu, Error **errp)
{
    Error *err = NULL;
    int ret;

    g_clear_pointer(&cpu->kvm_cpregs->core_unread, g_free);
    cpu->kvm_cpregs->core_loaded = false;
    /* Counters go on, and are written when all is loaded. */
    ret = kvm_arch_put_registers(CPU(cpu), KVM_PUT_RESET_STATE, &err);
    if (ret) {
        if (!err) {
            error_setg_errno(&err, -ret, "cpu %d: KVM refuses the events or "
                             "the power state of the vCPU",
                             CPU(cpu)->cpu_index);
        }
        error_setg(errp, "registers of the source cannot be restored on this "
                   "host: %s%s", error_get_pretty(err), ARM_CPREG_REMEDY);
        error_free(err);
        return false;
    }
    cpu->kvm_cpregs->core_loaded = true;
    return true;
}

/*
 * The load of a machine ends with a write of all vCPUs.  Until then nothing
 * changes what a vCPU's load has left in its env: the vCPUs stand, devices that
 * are loaded after them have a state of their own, and a reset in between
 * clears the mark.  Only what a debugger writes in that time is lost.
 */
bool kvm_arm_core_is_loaded(ARMCPU *cpu, int level)
{
    bool loaded = cpu->kvm_cpregs->core_loaded;

    cpu->kvm_cpregs->core_loaded = false;
    return loaded && level == KVM_PUT_FULL_STATE;
}
