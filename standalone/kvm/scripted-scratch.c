/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/arm/kvm/scratch.h on a scripted kernel: a scratch vCPU is a new VM of
 * the same kernel.  The vCPU that it was created for keeps its calls and has
 * its fault.
 */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "scripted-vm.h"
#include "target/arm/cpreg/manifest.h"
#include "target/arm/kvm/scratch.h"

typedef struct Scratch {
    KVMScratch scratch;
    ScriptedKVM *parent;
    ScriptedKVM *kvm;
} Scratch;

static Scratch *scratch_of(ARMCPRegTarget *target)
{
    return container_of(target, Scratch, scratch.target);
}

/* The errno of a call that is not answered, or 0. */
static int fails(ScriptedKVM *parent, ScriptedOp op)
{
    int error = scripted_kvm_fails(parent, op, 0) ? parent->fault.error : 0;

    scripted_kvm_done(parent, op, 0, 0, -error);
    return error;
}

static GArray *scratch_list(ARMCPRegTarget *target, char **fault)
{
    Scratch *scratch = scratch_of(target);
    GArray *regs = scratch->kvm->regs;
    int error = fails(scratch->parent, SCRIPTED_SCRATCH_LIST);
    GArray *indexes;

    if (error) {
        *fault = g_strdup_printf("KVM_GET_REG_LIST failed: %s",
                                 strerror(error));
        return NULL;
    }
    indexes = g_array_new(false, false, sizeof(uint64_t));
    for (guint i = 0; i < regs->len; i++) {
        ScriptedReg *reg = &g_array_index(regs, ScriptedReg, i);

        if (scripted_kvm_lists(scratch->kvm, reg)) {
            g_array_append_val(indexes, reg->regidx);
        }
    }
    return indexes;
}

static int scratch_get(ARMCPRegTarget *target, uint64_t regidx,
                       uint64_t *value)
{
    Scratch *scratch = scratch_of(target);
    ScriptedKVM *parent = scratch->parent;
    uint64_t now = 0;
    int ret = scripted_kvm_fails(parent, SCRIPTED_SCRATCH_GET, regidx)
        ? -parent->fault.error : scripted_kvm_get(scratch->kvm, regidx, &now);

    if (ret == 0) {
        *value = now;
    }
    return scripted_kvm_done(parent, SCRIPTED_SCRATCH_GET, regidx, now, ret);
}

static int scratch_set(ARMCPRegTarget *target, uint64_t regidx, uint64_t value)
{
    Scratch *scratch = scratch_of(target);
    ScriptedKVM *parent = scratch->parent;
    int ret = scripted_kvm_fails(parent, SCRIPTED_SCRATCH_SET, regidx)
        ? -parent->fault.error : scripted_kvm_set(scratch->kvm, regidx, value);

    return scripted_kvm_done(parent, SCRIPTED_SCRATCH_SET, regidx, value, ret);
}

static bool scratch_run(ARMCPRegTarget *target, char **fault)
{
    Scratch *scratch = scratch_of(target);
    int error = fails(scratch->parent, SCRIPTED_SCRATCH_RUN);

    if (error) {
        *fault = g_strdup_printf("KVM_RUN failed: %s", strerror(error));
        return false;
    }
    scripted_kvm_run(scratch->kvm);
    return true;
}

KVMScratch *scripted_scratch_new(ScriptedKVM *parent, bool irqchip,
                                 Error **errp)
{
    int error = fails(parent, SCRIPTED_SCRATCH_NEW);
    Scratch *scratch;

    if (error) {
        error_setg_errno(errp, error, "cannot ask KVM with a scratch vCPU: "
                         "KVM_CREATE_VM failed");
        return NULL;
    }
    scratch = g_new0(Scratch, 1);
    scratch->parent = parent;
    scratch->kvm = scripted_kvm_another(parent);
    scratch->kvm->imp_ids = scripted_vm.scratch_cap ==
                            KVM_CAP_ARM_WRITABLE_IMP_ID_REGS;
    scratch->scratch.target = (ARMCPRegTarget) {
        .list = scratch_list,
        .get = scratch_get,
        .set = scratch_set,
        .first_run = scratch_run,
    };
    /* Lists are recorded with an interrupt controller. */
    for (guint i = 0; !irqchip && i < scratch->kvm->regs->len; i++) {
        ScriptedReg *reg = &g_array_index(scratch->kvm->regs, ScriptedReg, i);

        reg->reset &= ~arm_cpreg_irqchip_bits(reg->regidx);
        reg->value = reg->reset;
    }
    return &scratch->scratch;
}

KVMScratch *kvm_arm_scratch_new(ARMCPU *cpu, Error **errp)
{
    return scripted_scratch_new(CPU(cpu)->kvm, true, errp);
}

void kvm_arm_scratch_free(KVMScratch *scratch)
{
    if (scratch) {
        scripted_kvm_free(scratch_of(&scratch->target)->kvm);
        g_free(scratch_of(&scratch->target));
    }
}
