/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The core, vector and SVE registers, which kvm.c moves one by one: what KVM
 * refuses of them is named, and what could not be read is not written back.
 */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/error-report.h"
#include "system/kvm.h"
#include "system/runstate.h"
#include "cpreg-explain.h"
#include "kvm-cpregs.h"

int kvm_arm_get_core_reg(CPUState *cs, uint64_t regidx, void *target,
                         Error **errp)
{
    int ret = kvm_get_one_reg(cs, regidx, target);

    if (ret) {
        g_autofree char *name = arm_cpreg_name(regidx);

        error_setg_errno(errp, -ret, "cpu %d: KVM does not let QEMU read %s",
                         cs->cpu_index, name);
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

bool kvm_arm_core_unread(ARMCPU *cpu, Error *err, Error **errp)
{
    cpu->kvm_cpregs->core_unread = g_strdup(error_get_pretty(err));
    if (!runstate_is_running()) {
        /* As kvm_arm_cpregs_sync(). */
        warn_report_once("%s (the guest can run on, and cannot migrate)",
                         error_get_pretty(err));
        error_free(err);
        return true;
    }
    error_propagate(errp, err);
    /* The caller shows what there is of the vCPU, and would come back here. */
    CPU(cpu)->vcpu_dirty = true;
    return false;
}

bool kvm_arm_core_load(ARMCPU *cpu, Error **errp)
{
    g_autoptr(Error) err = NULL;
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
