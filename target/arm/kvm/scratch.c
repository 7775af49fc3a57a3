/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A scratch vCPU: one of a VM of its own, made to ask KVM. */

#include "qemu/osdep.h"
#include <linux/kvm.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "qapi/error.h"
#include "hw/core/cpu.h"
#include "system/kvm.h"
#include "vcpu-init.h"
#include "target/arm/cpreg/names.h"
#include "registers.h"
#include "scratch.h"

/* Where the guest's memory would be, which it has not. */
#define GIC_DIST_BASE   0x08000000
#define GIC_CPU_BASE    0x08010000      /* GICv2 */
#define GIC_REDIST_BASE 0x080a0000      /* GICv3 */
/* A private interrupt that nothing else uses. */
#define PMU_IRQ         23

typedef struct Scratch {
    KVMScratch scratch;
    int vm;
    int vcpu;
    int gic;
    struct kvm_run *run;
    size_t run_size;
} Scratch;

static Scratch *scratch_of(ARMCPRegTarget *target)
{
    return container_of(target, Scratch, scratch.target);
}

/* One at most is known; 0 is none. */
static uint32_t extra_capability;

void kvm_arm_scratch_enable(uint32_t capability)
{
    extra_capability = capability;
}

void kvm_arm_scratch_free(KVMScratch *of)
{
    Scratch *scratch = of ? scratch_of(&of->target) : NULL;

    if (!scratch) {
        return;
    }
    if (scratch->run != MAP_FAILED) {
        munmap(scratch->run, scratch->run_size);
    }
    if (scratch->gic >= 0) {
        close(scratch->gic);
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
static int scratch_check(int ret, const char *what, Error **errp)
{
    if (ret < 0) {
        error_setg_errno(errp, errno, "cannot ask KVM with a scratch vCPU: %s "
                         "failed", what);
    }
    return ret;
}

/* KVM_GET_ONE_REG or KVM_SET_ONE_REG of the vector lengths */
static int scratch_move_vls(int vcpu, unsigned long request, uint64_t *lengths)
{
    uint64_t vls[KVM_ARM64_SVE_VLS_WORDS] = { *lengths };
    struct kvm_one_reg reg = {
        .id = KVM_REG_ARM64_SVE_VLS,
        .addr = (uintptr_t)vls,
    };
    int ret = ioctl(vcpu, request, &reg);

    /* The other words are of vectors that QEMU cannot hold. */
    *lengths = vls[0] & MAKE_64BIT_MASK(0, ARM_MAX_VQ);
    return ret;
}

static int scratch_set_vls(uint64_t lengths, int vcpu)
{
    int feature = KVM_ARM_VCPU_SVE;

    if (scratch_move_vls(vcpu, KVM_SET_ONE_REG, &lengths)) {
        return -1;
    }
    return ioctl(vcpu, KVM_ARM_VCPU_FINALIZE, &feature);
}

static int scratch_set_attr(int fd, uint32_t group, uint64_t attr, void *value)
{
    struct kvm_device_attr request = {
        .group = group, .attr = attr, .addr = (uintptr_t)value,
    };

    return ioctl(fd, KVM_SET_DEVICE_ATTR, &request);
}

/* The version of the machine's interrupt controller in KVM; 0 for none. */
static int scratch_gic_version(void)
{
    g_autofree char *version = NULL;

    if (!kvm_irqchip_in_kernel()) {
        return 0;
    }
    version = object_property_get_str(qdev_get_machine(), "gic-version", NULL);
    return version ? atoi(version) : 0;
}

/*
 * What KVM tells of the interrupt controller in ID registers follows from the
 * VM's, since some releases before the first run and since others at it.
 */
static int scratch_make_gic(Scratch *scratch, int version)
{
    bool v2 = version == 2;
    struct kvm_create_device gic = {
        .type = v2 ? KVM_DEV_TYPE_ARM_VGIC_V2 : KVM_DEV_TYPE_ARM_VGIC_V3,
    };
    uint64_t dist = GIC_DIST_BASE;
    uint64_t other = v2 ? GIC_CPU_BASE : GIC_REDIST_BASE;

    if (ioctl(scratch->vm, KVM_CREATE_DEVICE, &gic)) {
        return -1;
    }
    scratch->gic = gic.fd;
    if (scratch_set_attr(gic.fd, KVM_DEV_ARM_VGIC_GRP_ADDR,
                         v2 ? KVM_VGIC_V2_ADDR_TYPE_DIST :
                              KVM_VGIC_V3_ADDR_TYPE_DIST, &dist) ||
        scratch_set_attr(gic.fd, KVM_DEV_ARM_VGIC_GRP_ADDR,
                         v2 ? KVM_VGIC_V2_ADDR_TYPE_CPU :
                              KVM_VGIC_V3_ADDR_TYPE_REDIST, &other)) {
        return -1;
    }
    return scratch_set_attr(gic.fd, KVM_DEV_ARM_VGIC_GRP_CTRL,
                            KVM_DEV_ARM_VGIC_CTRL_INIT, NULL);
}

static int scratch_init_pmu(Scratch *scratch)
{
    int irq = PMU_IRQ;

    /* Without an interrupt controller, a PMU has none to be told of. */
    if (scratch->gic >= 0 &&
        scratch_set_attr(scratch->vcpu, KVM_ARM_VCPU_PMU_V3_CTRL,
                         KVM_ARM_VCPU_PMU_V3_IRQ, &irq)) {
        return -1;
    }
    return scratch_set_attr(scratch->vcpu, KVM_ARM_VCPU_PMU_V3_CTRL,
                            KVM_ARM_VCPU_PMU_V3_INIT, NULL);
}

static int scratch_enable_cap(int vm, uint32_t number)
{
    struct kvm_enable_cap cap = { .cap = number };

    return ioctl(vm, KVM_ENABLE_CAP, &cap);
}

static int scratch_read(ARMCPRegTarget *target, uint64_t regidx,
                        uint64_t *value)
{
    bool small = (regidx & ARM_CPREG_SIZE_MASK) == ARM_CPREG_SIZE_U32;
    uint32_t value32;
    struct kvm_one_reg reg = {
        .id = regidx,
        .addr = small ? (uintptr_t)&value32 : (uintptr_t)value,
    };

    if (ioctl(scratch_of(target)->vcpu, KVM_GET_ONE_REG, &reg)) {
        return -errno;
    }
    if (small) {
        *value = value32;
    }
    return 0;
}

static int scratch_write(ARMCPRegTarget *target, uint64_t regidx,
                         uint64_t value)
{
    bool small = (regidx & ARM_CPREG_SIZE_MASK) == ARM_CPREG_SIZE_U32;
    uint32_t value32 = value;
    struct kvm_one_reg reg = {
        .id = regidx,
        .addr = small ? (uintptr_t)&value32 : (uintptr_t)&value,
    };

    return ioctl(scratch_of(target)->vcpu, KVM_SET_ONE_REG, &reg) ? -errno : 0;
}

static int scratch_ask(void *scratch, struct kvm_reg_list *list)
{
    return ioctl(((Scratch *)scratch)->vcpu, KVM_GET_REG_LIST, list) ? -errno
                                                                     : 0;
}

static GArray *scratch_list(ARMCPRegTarget *target, char **fault)
{
    return kvm_arm_list_registers(scratch_ask, scratch_of(target), fault);
}

static bool scratch_run(ARMCPRegTarget *target, char **fault)
{
    Scratch *scratch = scratch_of(target);

    scratch->run->immediate_exit = 1;
    if (ioctl(scratch->vcpu, KVM_RUN, 0) == 0 || errno != EINTR) {
        *fault = g_strdup_printf("KVM_RUN failed: %s", strerror(errno));
        return false;
    }
    return true;
}

/* A VM and its vCPU, as KVM_ARM_VCPU_INIT leaves it. */
static bool scratch_make_vcpu(Scratch *scratch, const ARMCPRegVCPUInit *of,
                              bool mte, Error **errp)
{
    int ipa = kvm_check_extension(kvm_state, KVM_CAP_ARM_VM_IPA_SIZE);
    struct kvm_vcpu_init init = { .target = of->target };

    memcpy(init.features, of->features, sizeof(init.features));
    init.features[0] &= ~(1u << KVM_ARM_VCPU_POWER_OFF);

    do {
        scratch->vm = kvm_ioctl(kvm_state, KVM_CREATE_VM, MAX(ipa, 0));
    } while (scratch->vm == -EINTR);
    if (scratch->vm < 0) {
        errno = -scratch->vm;
        scratch_check(-1, "KVM_CREATE_VM", errp);
        return false;
    }
    if ((mte && scratch_check(scratch_enable_cap(scratch->vm, KVM_CAP_ARM_MTE),
                              "KVM_CAP_ARM_MTE", errp) < 0) ||
        (extra_capability &&
         scratch_check(scratch_enable_cap(scratch->vm, extra_capability),
                       "KVM_ENABLE_CAP", errp) < 0)) {
        return false;
    }
    scratch->vcpu = ioctl(scratch->vm, KVM_CREATE_VCPU, 0);
    return scratch_check(scratch->vcpu, "KVM_CREATE_VCPU", errp) >= 0 &&
           scratch_check(ioctl(scratch->vcpu, KVM_ARM_VCPU_INIT, &init),
                         "KVM_ARM_VCPU_INIT", errp) >= 0;
}

/* As kvm_arch_init_vcpu() and the machine do it for a vCPU of the guest. */
static bool scratch_open(Scratch *scratch, const ARMCPRegVCPUInit *of,
                         bool mte, int gic, Error **errp)
{
    const uint32_t *features = of->features;

    if (!scratch_make_vcpu(scratch, of, mte, errp)) {
        return false;
    }
    if (features[0] & (1u << KVM_ARM_VCPU_SVE) &&
        scratch_check(scratch_set_vls(of->sve_vls, scratch->vcpu),
                      "KVM_REG_ARM64_SVE_VLS", errp) < 0) {
        return false;
    }
    if (gic && scratch_check(scratch_make_gic(scratch, gic),
                             "GIC creation", errp) < 0) {
        return false;
    }
    if (features[0] & (1u << KVM_ARM_VCPU_PMU_V3) &&
        scratch_check(scratch_init_pmu(scratch), "KVM_ARM_VCPU_PMU_V3_INIT",
                      errp) < 0) {
        return false;
    }
    if (features[0] & (1u << KVM_ARM_VCPU_HAS_EL2) && !gic) {
        scratch->scratch.target.first_run = NULL;
    }
    scratch->run_size = kvm_ioctl(kvm_state, KVM_GET_VCPU_MMAP_SIZE, 0);
    scratch->run = mmap(NULL, scratch->run_size, PROT_READ | PROT_WRITE,
                        MAP_SHARED, scratch->vcpu, 0);
    return scratch_check(scratch->run == MAP_FAILED ? -1 : 0, "mmap",
                         errp) == 0;
}

static Scratch *scratch_alloc(void)
{
    Scratch *scratch = g_new0(Scratch, 1);

    *scratch = (Scratch) {
        .scratch.target = {
            .list = scratch_list,
            .get = scratch_read,
            .set = scratch_write,
            .first_run = scratch_run,
        },
        .vm = -1,
        .vcpu = -1,
        .gic = -1,
        .run = MAP_FAILED,
    };
    return scratch;
}

KVMScratch *kvm_arm_scratch_new_as(const ARMCPRegVCPUInit *init, bool mte,
                                   bool irqchip, Error **errp)
{
    Scratch *scratch = scratch_alloc();

    if (!scratch_open(scratch, init, mte, irqchip ? scratch_gic_version() : 0,
                      errp)) {
        kvm_arm_scratch_free(&scratch->scratch);
        return NULL;
    }
    return &scratch->scratch;
}

KVMScratch *kvm_arm_scratch_new(ARMCPU *cpu, Error **errp)
{
    ARMCPRegVCPUInit init = arm_cpreg_vcpu_init_of(cpu);

    return kvm_arm_scratch_new_as(&init, cpu->kvm_mte, true, errp);
}

uint64_t kvm_arm_host_sve_vls(Error **errp)
{
    Scratch *scratch = scratch_alloc();
    g_autoptr(KVMScratch) owner = &scratch->scratch;
    struct kvm_vcpu_init preferred = { };
    ARMCPRegVCPUInit init = { .features[0] = 1u << KVM_ARM_VCPU_SVE };
    uint64_t vls = 0;
    int ret = kvm_vm_ioctl(kvm_state, KVM_ARM_PREFERRED_TARGET, &preferred);

    if (ret < 0) {
        error_setg_errno(errp, -ret, "KVM_ARM_PREFERRED_TARGET failed");
        return 0;
    }
    init.target = preferred.target;
    if (!scratch_make_vcpu(scratch, &init, false, errp) ||
        scratch_check(scratch_move_vls(scratch->vcpu, KVM_GET_ONE_REG, &vls),
                      "KVM_REG_ARM64_SVE_VLS", errp) < 0) {
        return 0;
    }
    return vls;
}
