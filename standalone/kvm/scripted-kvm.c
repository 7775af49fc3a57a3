/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A scripted kernel: the ioctls, and calls that fail. */

#include "qemu/osdep.h"
#include <linux/kvm.h>

#include "scripted-kvm.h"
#include "scripted-kvm-model.h"
#include "scripted-guest-view.h"
#include "system/kvm.h"
#include "target/arm/kvm/registers.h"
#include "target/arm/kvm/trial.h"

/* The ioctls */

/* Keep the call, and return what it does. */
int scripted_kvm_done(ScriptedKVM *kvm, ScriptedOp op, uint64_t regidx,
                      uint64_t value, int ret)
{
    ScriptedCall call = {
        .op = op, .regidx = regidx, .value = value, .ret = ret,
    };

    g_array_append_val(kvm->calls, call);
    return ret;
}

static bool fits(ScriptedOp pattern, ScriptedOp op)
{
    return pattern == SCRIPTED_ANY || pattern == op ||
           (pattern == SCRIPTED_SCRATCH && op > SCRIPTED_SCRATCH);
}

/* Is this the call that is to fail, instead of being answered? */
bool scripted_kvm_fails(ScriptedKVM *kvm, ScriptedOp op, uint64_t regidx)
{
    ScriptedFault *fault = &kvm->fault;

    if (!fault->at || !fits(fault->op, op) ||
        (fault->regidx && fault->regidx != regidx)) {
        return false;
    }
    fault->seen++;
    return fault->seen == fault->at ||
           (fault->onwards && fault->seen > fault->at);
}

/* Not in the order of the indexes: KVM promises none. */
static int get_list(ScriptedKVM *kvm, struct kvm_reg_list *list)
{
    uint64_t room = list->n;

    list->n = 0;
    for (guint i = kvm->regs->len; i-- > 0; ) {
        const ScriptedReg *reg = &g_array_index(kvm->regs, ScriptedReg, i);

        if (scripted_kvm_lists(kvm, reg)) {
            if (list->n < room) {
                list->reg[list->n] = reg->regidx;
            }
            list->n++;
        }
    }
    return list->n > room ? -E2BIG : 0;
}

int kvm_vcpu_ioctl(CPUState *cpu, unsigned long type, ...)
{
    ScriptedKVM *kvm = cpu->kvm;
    struct kvm_reg_list *list;
    va_list args;
    int ret;

    va_start(args, type);
    list = va_arg(args, struct kvm_reg_list *);
    va_end(args);

    g_assert_cmphex(type, ==, KVM_GET_REG_LIST);
    ret = scripted_kvm_fails(kvm, SCRIPTED_LIST, 0) ? -kvm->fault.error
                                                    : get_list(kvm, list);
    return scripted_kvm_done(kvm, SCRIPTED_LIST, 0, 0, ret);
}

int scripted_kvm_get(ScriptedKVM *kvm, uint64_t regidx, uint64_t *value)
{
    ScriptedReg *reg = scripted_kvm_find(kvm, regidx);

    if (!reg || !scripted_kvm_lists(kvm, reg)) {
        return -ENOENT;
    }
    *value = scripted_model_get(kvm, reg);
    return 0;
}

static int get_one(ScriptedKVM *kvm, uint64_t regidx, void *target,
                   uint64_t *value)
{
    int ret = scripted_kvm_get(kvm, regidx, value);
    uint32_t value32 = *value;
    const void *from = scripted_size(regidx) == 8 ? (void *)value : &value32;

    if (ret == 0 && scripted_kvm_find(kvm, regidx)->wide) {
        from = scripted_kvm_find(kvm, regidx)->wide;
    }
    if (ret == 0) {
        memcpy(target, from, scripted_size(regidx));
    }
    return ret;
}

int kvm_get_one_reg(CPUState *cs, uint64_t id, void *target)
{
    ScriptedKVM *kvm = cs->kvm;
    uint64_t value = 0;
    int ret = scripted_kvm_fails(kvm, SCRIPTED_GET, id)
        ? -kvm->fault.error : get_one(kvm, id, target, &value);

    return scripted_kvm_done(kvm, SCRIPTED_GET, id, value, ret);
}

int scripted_kvm_set(ScriptedKVM *kvm, uint64_t regidx, uint64_t value)
{
    ScriptedReg *reg = scripted_kvm_find(kvm, regidx);
    int ret;

    if (!reg || !scripted_kvm_lists(kvm, reg)) {
        return -ENOENT;
    }
    ret = scripted_model_set(kvm, reg, value);
    if (kvm->shows && regidx == kvm->shown_by && ret == 0) {
        scripted_kvm_find(kvm, kvm->shows)->unlisted = false;
    }
    return ret;
}

int kvm_set_one_reg(CPUState *cs, uint64_t id, void *source)
{
    ScriptedKVM *kvm = cs->kvm;
    ScriptedReg *reg = scripted_kvm_find(kvm, id);
    uint64_t value = 0;
    int ret;

    /* Of a little-endian machine, as the vCPU's. */
    memcpy(&value, source, MIN(scripted_size(id), sizeof(value)));
    if (scripted_kvm_fails(kvm, SCRIPTED_SET, id)) {
        ret = -kvm->fault.error;
    } else if (reg && reg->wide && scripted_kvm_lists(kvm, reg)) {
        memcpy(reg->wide, source, scripted_size(id));
        ret = 0;
    } else {
        ret = scripted_kvm_set(kvm, id, value);
    }
    return scripted_kvm_done(kvm, SCRIPTED_SET, id, value, ret);
}

void scripted_kvm_run(ScriptedKVM *kvm)
{
    g_autofree uint64_t *indexes = g_new(uint64_t, kvm->regs->len);
    g_autofree uint64_t *values = g_new(uint64_t, kvm->regs->len);

    if (kvm->has_run) {
        return;
    }
    for (guint i = 0; i < kvm->regs->len; i++) {
        indexes[i] = g_array_index(kvm->regs, ScriptedReg, i).regidx;
        values[i] = g_array_index(kvm->regs, ScriptedReg, i).value;
    }
    scripted_model_first_run(kvm->kernel, indexes, values, kvm->regs->len);
    for (guint i = 0; i < kvm->regs->len; i++) {
        g_array_index(kvm->regs, ScriptedReg, i).value = values[i];
    }
    kvm->has_run = true;
}

/* vCPUs */

/* KVM_ARM_VCPU_*, by data/arm-kvm-reg-list/README.md */
static const struct {
    const char *name;
    uint32_t bits;
} features[] = {
    { NULL, 1 << 2 },               /* PSCI_0_2 */
    { "+pmu", 1 << 3 },
    { "+sve", 1 << 4 },
    { "+pauth", 1 << 5 | 1 << 6 },  /* addresses, and generic */
};

ARMCPU *scripted_vcpu_new(ScriptedKVM *kvm)
{
    ARMCPU *cpu = g_new0(ARMCPU, 1);

    CPU(cpu)->kvm = kvm;
    cpu->kvm_guest_view = scripted_guest_view_new();
    cpu->kvm_target = 5;            /* KVM_ARM_TARGET_GENERIC_V8 */
    cpu->sve_vq.map = kvm->sve_vls;
    for (size_t i = 0; i < ARRAY_SIZE(features); i++) {
        if (!features[i].name || strstr(kvm->name, features[i].name)) {
            cpu->kvm_init_features[0] |= features[i].bits;
        }
    }
    /* What was known of another VM is of another kernel. */
    kvm_arm_trial_forget();
    return cpu;
}

void scripted_vcpu_free(ARMCPU *cpu)
{
    g_free(cpu->cpreg_indexes);
    g_free(cpu->cpreg_values);
    g_free(cpu->cpreg_vmstate_indexes);
    g_free(cpu->cpreg_vmstate_values);
    g_clear_pointer(&cpu->cpreg_vmstate_wide, g_ptr_array_unref);
    kvm_arm_cpregs_free(cpu);
    scripted_guest_view_free(cpu->kvm_guest_view);
    g_free(cpu);
}
