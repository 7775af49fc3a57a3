/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A scratch vCPU: one of a VM of its own, made to ask KVM. */

#include "qemu/osdep.h"
#include <linux/kvm.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "qapi/error.h"
#include "system/kvm.h"
#include "cpreg-cpu.h"
#include "cpreg-names.h"
#include "internals.h"
#include "kvm-scratch.h"

struct KVMScratch {
    int vm;
    int vcpu;
    struct kvm_run *run;
    size_t run_size;
    bool el2;
};

/* One at most is known; 0 is none. */
static uint32_t extra_capability;

void kvm_arm_scratch_enable(uint32_t capability)
{
    extra_capability = capability;
}

void kvm_arm_scratch_free(KVMScratch *scratch)
{
    if (!scratch) {
        return;
    }
    if (scratch->run != MAP_FAILED) {
        munmap(scratch->run, scratch->run_size);
    }
    if (scratch->vcpu >= 0) {
        close(scratch->vcpu);
    }
    if (scratch->vm >= 0) {
        close(scratch->vm);
    }
    g_free(scratch);
}

/* -1 and an error that names what was tried, if @ret is negative. */
static int check(int ret, const char *what, Error **errp)
{
    if (ret < 0) {
        error_setg_errno(errp, errno, "cannot ask KVM by a scratch vCPU: %s "
                         "failed", what);
    }
    return ret;
}

static int set_vls(uint64_t lengths, int vcpu)
{
    uint64_t vls[KVM_ARM64_SVE_VLS_WORDS] = { lengths };
    struct kvm_one_reg reg = {
        .id = KVM_REG_ARM64_SVE_VLS,
        .addr = (uintptr_t)vls,
    };
    int feature = KVM_ARM_VCPU_SVE;

    if (ioctl(vcpu, KVM_SET_ONE_REG, &reg)) {
        return -1;
    }
    return ioctl(vcpu, KVM_ARM_VCPU_FINALIZE, &feature);
}

/* Without an interrupt controller, a PMU has no interrupt to be told of. */
static int init_pmu(int vcpu)
{
    struct kvm_device_attr attr = {
        .group = KVM_ARM_VCPU_PMU_V3_CTRL,
        .attr = KVM_ARM_VCPU_PMU_V3_INIT,
    };

    return ioctl(vcpu, KVM_SET_DEVICE_ATTR, &attr);
}

static int enable(int vm, uint32_t number)
{
    struct kvm_enable_cap cap = { .cap = number };

    return ioctl(vm, KVM_ENABLE_CAP, &cap);
}

/* As kvm_arch_init_vcpu() does it for a vCPU of the guest. */
static bool scratch_open(const ARMCPRegVCPUInit *of, bool mte,
                         KVMScratch *scratch, Error **errp)
{
    int ipa = kvm_check_extension(kvm_state, KVM_CAP_ARM_VM_IPA_SIZE);
    struct kvm_vcpu_init init = { .target = of->target };
    uint32_t *features = init.features;

    memcpy(init.features, of->features, sizeof(init.features));
    features[0] &= ~(1u << KVM_ARM_VCPU_POWER_OFF);
    scratch->el2 = features[0] & (1u << KVM_ARM_VCPU_HAS_EL2);

    do {
        scratch->vm = kvm_ioctl(kvm_state, KVM_CREATE_VM, MAX(ipa, 0));
    } while (scratch->vm == -EINTR);
    if (scratch->vm < 0) {
        errno = -scratch->vm;
        return check(-1, "KVM_CREATE_VM", errp) >= 0;
    }
    if ((mte && check(enable(scratch->vm, KVM_CAP_ARM_MTE),
                      "KVM_CAP_ARM_MTE", errp) < 0) ||
        (extra_capability &&
         check(enable(scratch->vm, extra_capability),
               "KVM_ENABLE_CAP", errp) < 0)) {
        return false;
    }
    scratch->vcpu = ioctl(scratch->vm, KVM_CREATE_VCPU, 0);
    if (check(scratch->vcpu, "KVM_CREATE_VCPU", errp) < 0 ||
        check(ioctl(scratch->vcpu, KVM_ARM_VCPU_INIT, &init),
              "KVM_ARM_VCPU_INIT", errp) < 0) {
        return false;
    }
    if (features[0] & (1u << KVM_ARM_VCPU_SVE) &&
        check(set_vls(of->sve_vls, scratch->vcpu), "KVM_REG_ARM64_SVE_VLS",
              errp) < 0) {
        return false;
    }
    if (features[0] & (1u << KVM_ARM_VCPU_PMU_V3) &&
        check(init_pmu(scratch->vcpu), "KVM_ARM_VCPU_PMU_V3_INIT",
              errp) < 0) {
        return false;
    }
    scratch->run_size = kvm_ioctl(kvm_state, KVM_GET_VCPU_MMAP_SIZE, 0);
    scratch->run = mmap(NULL, scratch->run_size, PROT_READ | PROT_WRITE,
                        MAP_SHARED, scratch->vcpu, 0);
    return check(scratch->run == MAP_FAILED ? -1 : 0, "mmap", errp) == 0;
}

KVMScratch *kvm_arm_scratch_new_as(const ARMCPRegVCPUInit *init, bool mte,
                                   Error **errp)
{
    g_autoptr(KVMScratch) scratch = g_new0(KVMScratch, 1);

    scratch->vm = -1;
    scratch->vcpu = -1;
    scratch->run = MAP_FAILED;
    return scratch_open(init, mte, scratch, errp) ? g_steal_pointer(&scratch)
                                                  : NULL;
}

KVMScratch *kvm_arm_scratch_new(ARMCPU *cpu, Error **errp)
{
    ARMCPRegVCPUInit init = arm_cpreg_vcpu_init_of(cpu);

    return kvm_arm_scratch_new_as(&init, cpu->kvm_mte, errp);
}

static bool is_32_bits(uint64_t regidx)
{
    return (regidx & ARM_CPREG_SIZE_MASK) == ARM_CPREG_SIZE_U32;
}

int kvm_arm_scratch_get(KVMScratch *scratch, uint64_t regidx, uint64_t *value)
{
    uint32_t value32;
    bool small = is_32_bits(regidx);
    struct kvm_one_reg reg = {
        .id = regidx,
        .addr = small ? (uintptr_t)&value32 : (uintptr_t)value,
    };

    if (ioctl(scratch->vcpu, KVM_GET_ONE_REG, &reg)) {
        return -errno;
    }
    if (small) {
        *value = value32;
    }
    return 0;
}

int kvm_arm_scratch_set(KVMScratch *scratch, uint64_t regidx, uint64_t value)
{
    uint32_t value32 = value;
    struct kvm_one_reg reg = {
        .id = regidx,
        .addr = is_32_bits(regidx) ? (uintptr_t)&value32 : (uintptr_t)&value,
    };

    return ioctl(scratch->vcpu, KVM_SET_ONE_REG, &reg) ? -errno : 0;
}

GArray *kvm_arm_scratch_list(KVMScratch *scratch, Error **errp)
{
    g_autofree struct kvm_reg_list *list = g_new0(struct kvm_reg_list, 1);
    GArray *indexes;

    /* The first call only tells the length. */
    if (ioctl(scratch->vcpu, KVM_GET_REG_LIST, list)) {
        uint64_t n = list->n;

        if (errno != E2BIG) {
            check(-1, "KVM_GET_REG_LIST", errp);
            return NULL;
        }
        list = g_realloc(list, sizeof(*list) + n * sizeof(list->reg[0]));
        if (check(ioctl(scratch->vcpu, KVM_GET_REG_LIST, list),
                  "KVM_GET_REG_LIST", errp) < 0) {
            return NULL;
        }
    }
    indexes = g_array_new(false, false, sizeof(uint64_t));
    g_array_append_vals(indexes, list->reg, list->n);
    g_array_sort(indexes, compare_u64);
    return indexes;
}

bool kvm_arm_scratch_run(KVMScratch *scratch, Error **errp)
{
    if (scratch->el2) {
        return true;
    }
    scratch->run->immediate_exit = 1;
    if (ioctl(scratch->vcpu, KVM_RUN, 0) == 0 || errno != EINTR) {
        check(-1, "KVM_RUN", errp);
        return false;
    }
    return true;
}
