/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target/arm/kvm-scratch.h on a scripted kernel: a scratch vCPU is another VM
 * of the same kernel.  Its calls are kept with those of the vCPU that it was
 * made for, and fail as that one's fault says.
 */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "scripted-vm.h"
#include "target/arm/cpreg-names.h"
#include "target/arm/kvm-first-run.h"

struct KVMScratch {
    ScriptedKVM *parent;
    ScriptedKVM *kvm;
    bool el2;
};

/* The call is not answered: false, and an error. */
static bool fails(ScriptedKVM *parent, ScriptedOp op, const char *what,
                  Error **errp)
{
    if (!scripted_kvm_fails(parent, op, 0)) {
        scripted_kvm_done(parent, op, 0, 0, 0);
        return false;
    }
    scripted_kvm_done(parent, op, 0, 0, -parent->fault.error);
    error_setg_errno(errp, parent->fault.error, "cannot ask KVM by a scratch "
                     "vCPU: %s failed", what);
    return true;
}

KVMScratch *kvm_arm_scratch_new(ARMCPU *cpu, Error **errp)
{
    ScriptedKVM *parent = CPU(cpu)->kvm;
    KVMScratch *scratch;

    if (fails(parent, SCRIPTED_SCRATCH_NEW, "KVM_CREATE_VM", errp)) {
        return NULL;
    }
    scratch = g_new0(KVMScratch, 1);
    scratch->parent = parent;
    scratch->kvm = scripted_kvm_another(parent);
    scratch->kvm->imp_ids = scripted_vm.scratch_cap ==
                            KVM_CAP_ARM_WRITABLE_IMP_ID_REGS;
    scratch->el2 = cpu->kvm_init_features[0] >> 7 & 1;
    /* Recorded with an interrupt controller, which this VM does not have. */
    for (guint i = 0; i < scratch->kvm->regs->len; i++) {
        ScriptedReg *reg = &g_array_index(scratch->kvm->regs, ScriptedReg, i);

        reg->reset &= ~kvm_arm_first_run_foreign(reg->regidx);
        reg->value = reg->reset;
    }
    return scratch;
}

void kvm_arm_scratch_free(KVMScratch *scratch)
{
    if (scratch) {
        scripted_kvm_free(scratch->kvm);
        g_free(scratch);
    }
}

int kvm_arm_scratch_get(KVMScratch *scratch, uint64_t regidx, uint64_t *value)
{
    ScriptedKVM *parent = scratch->parent;
    uint64_t now = 0;
    int ret = scripted_kvm_fails(parent, SCRIPTED_SCRATCH_GET, regidx)
        ? -parent->fault.error : scripted_kvm_get(scratch->kvm, regidx, &now);

    if (ret == 0) {
        *value = now;
    }
    return scripted_kvm_done(parent, SCRIPTED_SCRATCH_GET, regidx, now, ret);
}

int kvm_arm_scratch_set(KVMScratch *scratch, uint64_t regidx, uint64_t value)
{
    ScriptedKVM *parent = scratch->parent;
    int ret = scripted_kvm_fails(parent, SCRIPTED_SCRATCH_SET, regidx)
        ? -parent->fault.error : scripted_kvm_set(scratch->kvm, regidx, value);

    return scripted_kvm_done(parent, SCRIPTED_SCRATCH_SET, regidx, value, ret);
}

GArray *kvm_arm_scratch_list(KVMScratch *scratch, Error **errp)
{
    GArray *regs = scratch->kvm->regs;
    GArray *indexes;

    if (fails(scratch->parent, SCRIPTED_SCRATCH_LIST, "KVM_GET_REG_LIST",
              errp)) {
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

bool kvm_arm_scratch_run(KVMScratch *scratch, Error **errp)
{
    if (scratch->el2) {
        return true;
    }
    if (fails(scratch->parent, SCRIPTED_SCRATCH_RUN, "KVM_RUN", errp)) {
        return false;
    }
    scripted_kvm_run(scratch->kvm);
    return true;
}
