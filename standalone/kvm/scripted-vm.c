/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ioctls of a VM on a scripted kernel. */

#include "qemu/osdep.h"
#include "kvm_arm.h"
#include "qapi/error.h"
#include "scripted-vm.h"
#include "target/arm/cpreg/names.h"
#include "target/arm/kvm/scratch.h"

KVMState *kvm_state;
ScriptedVM scripted_vm;

void scripted_vm_new(ScriptedKVM *kvm)
{
    kvm_state = kvm;
    scripted_vm = (ScriptedVM) { 0 };
}

static bool has_masks(KVMState *s)
{
    for (guint i = 0; i < s->regs->len; i++) {
        if (g_array_index(s->regs, ScriptedReg, i).has_mask) {
            return true;
        }
    }
    return false;
}

/* With the capability, the mask says that MIDR_EL1 can be written. */
static bool has_writable_imp_ids(KVMState *s)
{
    return scripted_kvm_find(s, ARM_CPREG(MIDR_EL1))->mask;
}

int kvm_check_extension(KVMState *s, unsigned int extension)
{
    switch (extension) {
    case KVM_CAP_ARM_WRITABLE_IMP_ID_REGS:
        return has_writable_imp_ids(s);
    case KVM_CAP_ARM_SUPPORTED_REG_MASK_RANGES:
        return has_masks(s);
    case KVM_CAP_ARM_PMU_V3:
        return strstr(s->name, "+pmu") != NULL;
    case KVM_CAP_ARM_SVE:
        return strstr(s->name, "+sve") != NULL;
    case KVM_CAP_ARM_PTRAUTH_ADDRESS:
    case KVM_CAP_ARM_PTRAUTH_GENERIC:
        return strstr(s->name, "+pauth") != NULL;
    default:
        return extension == KVM_CAP_ARM_PSCI_0_2;
    }
}

/* A failed call writes, too: nobody may use that. */
static int get_masks(KVMState *s, const struct reg_mask_range *range)
{
    uint64_t *masks = (uint64_t *)(uintptr_t)range->addr;
    static const char zero[sizeof(range->reserved)];

    if (range->range != 0 || memcmp(range->reserved, zero, sizeof(zero))) {
        return -EINVAL;
    }
    memset(masks, scripted_vm.masks_error ? 0xff : 0, 192 * sizeof(*masks));
    for (guint i = 0; i < s->regs->len; i++) {
        const ScriptedReg *reg = &g_array_index(s->regs, ScriptedReg, i);
        unsigned op1 = reg->regidx >> 11 & 7;

        if (reg->has_mask) {
            masks[(op1 == 3 ? 2 : op1) * 64 + (reg->regidx & 63)] = reg->mask;
        }
    }
    return -scripted_vm.masks_error;
}

static int enable_cap(KVMState *s, const struct kvm_enable_cap *cap)
{
    if (cap->cap != KVM_CAP_ARM_WRITABLE_IMP_ID_REGS || cap->flags ||
        !has_writable_imp_ids(s) || s->has_run) {
        return -EINVAL;
    }
    s->imp_ids = true;
    return 0;
}

/* Documentation/virt/kvm/devices/vm.rst, 6 */
static int set_filter(KVMState *s, const struct kvm_device_attr *attr)
{
    static const uint8_t zero[sizeof(scripted_vm.filter.pad)];
    const struct kvm_smccc_filter *filter = (void *)(uintptr_t)attr->addr;

    if (attr->group != KVM_ARM_VM_SMCCC_CTRL ||
        attr->attr != KVM_ARM_VM_SMCCC_FILTER) {
        return -ENXIO;
    }
    if (memcmp(filter->pad, zero, sizeof(zero)) || !filter->nr_functions ||
        filter->action > KVM_SMCCC_FILTER_FWD_TO_USER) {
        return -EINVAL;
    }
    if (scripted_vm.filter.nr_functions || s->has_run) {
        return scripted_vm.filter.nr_functions ? -EEXIST : -EBUSY;
    }
    scripted_vm.filter = *filter;
    return 0;
}

/* One that tests look for among the calls. */
static int done(KVMState *s, ScriptedOp op, uint64_t value, int ret)
{
    return scripted_kvm_done(s, op, 0, value, ret);
}

int kvm_vm_ioctl(KVMState *s, unsigned long type, ...)
{
    va_list args;
    void *arg;

    va_start(args, type);
    arg = va_arg(args, void *);
    va_end(args);

    if (type == KVM_ARM_GET_REG_WRITABLE_MASKS) {
        scripted_vm.masks_asked++;
        return get_masks(s, arg);
    }
    if (type == KVM_ENABLE_CAP) {
        return done(s, SCRIPTED_ENABLE, ((struct kvm_enable_cap *)arg)->cap,
                    scripted_kvm_fails(s, SCRIPTED_ENABLE, 0) ?
                    -s->fault.error : enable_cap(s, arg));
    }
    if (type == KVM_SET_DEVICE_ATTR) {
        return done(s, SCRIPTED_FILTER, 0,
                    scripted_kvm_fails(s, SCRIPTED_FILTER, 0) ?
                    -s->fault.error : set_filter(s, arg));
    }
    g_assert_cmphex(type, ==, KVM_ARM_PREFERRED_TARGET);
    *(struct kvm_vcpu_init *)arg = (struct kvm_vcpu_init) { .target = 5 };
    return -scripted_vm.target_error;
}

bool kvm_arm_el2_supported(void)
{
    return false;
}

uint64_t kvm_arm_host_sve_vls(Error **errp)
{
    if (!kvm_state->sve_vls) {
        error_setg(errp, "KVM tells no SVE vector lengths");
    }
    return kvm_state->sve_vls;
}

void kvm_arm_scratch_enable(uint32_t capability)
{
    scripted_vm.scratch_cap = capability;
}

KVMScratch *kvm_arm_scratch_new_as(const ARMCPRegVCPUInit *init, bool mte,
                                   bool irqchip, Error **errp)
{
    g_autoptr(ARMCPU) cpu = scripted_vcpu_new(kvm_state);

    /* It was recorded with these features, and no others. */
    g_assert_cmpmem(init->features, sizeof(init->features),
                    cpu->kvm_init_features, sizeof(cpu->kvm_init_features));
    g_assert_cmpuint(init->target, ==, cpu->kvm_target);
    g_assert_cmphex(init->sve_vls, ==, cpu->sve_vq.map);
    g_assert_false(mte);
    return scripted_scratch_new(kvm_state, irqchip, errp);
}
