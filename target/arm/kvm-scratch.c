/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A scratch vCPU: one of a VM of its own, made to ask KVM. */

#include "qemu/osdep.h"
#include <linux/kvm.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "qapi/error.h"
#include "system/kvm.h"
#include "cpreg-names.h"
#include "kvm-scratch.h"

typedef struct Scratch {
    int vm;
    int vcpu;
    struct kvm_run *run;
    size_t run_size;
} Scratch;

static void scratch_close(Scratch *scratch)
{
    if (scratch->run != MAP_FAILED) {
        munmap(scratch->run, scratch->run_size);
    }
    if (scratch->vcpu >= 0) {
        close(scratch->vcpu);
    }
    if (scratch->vm >= 0) {
        close(scratch->vm);
    }
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Scratch, scratch_close)

/* -1 and an error that names what was tried, if @ret is negative. */
static int check(int ret, const char *what, Error **errp)
{
    if (ret < 0) {
        error_setg_errno(errp, errno, "cannot ask KVM by a scratch vCPU: %s "
                         "failed", what);
    }
    return ret;
}

static int set_vls(ARMCPU *cpu, int vcpu)
{
    uint64_t vls[KVM_ARM64_SVE_VLS_WORDS] = { cpu->sve_vq.map };
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

static int enable_mte(int vm)
{
    struct kvm_enable_cap cap = { .cap = KVM_CAP_ARM_MTE };

    return ioctl(vm, KVM_ENABLE_CAP, &cap);
}

/* As kvm_arch_init_vcpu() does it for @cpu. */
static bool scratch_open(ARMCPU *cpu, Scratch *scratch, Error **errp)
{
    int ipa = kvm_check_extension(kvm_state, KVM_CAP_ARM_VM_IPA_SIZE);
    struct kvm_vcpu_init init = { .target = cpu->kvm_target };
    uint32_t *features = init.features;

    memcpy(init.features, cpu->kvm_init_features, sizeof(init.features));
    features[0] &= ~(1u << KVM_ARM_VCPU_POWER_OFF);

    do {
        scratch->vm = kvm_ioctl(kvm_state, KVM_CREATE_VM, MAX(ipa, 0));
    } while (scratch->vm == -EINTR);
    if (scratch->vm < 0) {
        errno = -scratch->vm;
        return check(-1, "KVM_CREATE_VM", errp) >= 0;
    }
    if (cpu->kvm_mte &&
        check(enable_mte(scratch->vm), "KVM_CAP_ARM_MTE", errp) < 0) {
        return false;
    }
    scratch->vcpu = ioctl(scratch->vm, KVM_CREATE_VCPU, 0);
    if (check(scratch->vcpu, "KVM_CREATE_VCPU", errp) < 0 ||
        check(ioctl(scratch->vcpu, KVM_ARM_VCPU_INIT, &init),
              "KVM_ARM_VCPU_INIT", errp) < 0) {
        return false;
    }
    if (features[0] & (1u << KVM_ARM_VCPU_SVE) &&
        check(set_vls(cpu, scratch->vcpu), "KVM_REG_ARM64_SVE_VLS",
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

static int get(const Scratch *scratch, uint64_t regidx, uint64_t *value)
{
    struct kvm_one_reg reg = { .id = regidx, .addr = (uintptr_t)value };

    return ioctl(scratch->vcpu, KVM_GET_ONE_REG, &reg);
}

/* Fields that KVM fills in by the VM's interrupt controller: none here. */
static uint64_t of_the_gic(uint64_t regidx)
{
    switch (regidx) {
    case ARM_CPREG(ID_AA64PFR0_EL1):
        return 0xfULL << 24;
    case ARM_CPREG(ID_PFR1_EL1):
        return 0xfULL << 28;
    default:
        return 0;
    }
}

static bool set(const Scratch *scratch, uint64_t regidx, uint64_t value,
                Error **errp)
{
    uint64_t fixed = of_the_gic(regidx);
    g_autofree char *name = NULL;
    uint64_t held;
    struct kvm_one_reg reg = { .id = regidx, .addr = (uintptr_t)&value };

    if (get(scratch, regidx, &held) == 0) {
        value = (value & ~fixed) | (held & fixed);
        if (held == value) {
            return true;
        }
    }
    if (ioctl(scratch->vcpu, KVM_SET_ONE_REG, &reg) == 0) {
        return true;
    }
    name = arm_cpreg_name(regidx);
    error_setg_errno(errp, errno, "cannot ask KVM by a scratch vCPU: it does "
                     "not take %s = 0x%" PRIx64 ", which the vCPU took", name,
                     value);
    return false;
}

static bool first_run(ARMCPU *cpu, const ARMCPRegList *ids, uint64_t *after,
                      Error **errp)
{
    g_auto(Scratch) scratch = { .vm = -1, .vcpu = -1, .run = MAP_FAILED };
    g_autofree uint64_t *before = g_new0(uint64_t, ids->len);

    /*
     * KVM does not run a vCPU with EL2 without an interrupt controller: such
     * a guest's registers are taken as they are.
     */
    if (cpu->kvm_init_features[0] & (1u << KVM_ARM_VCPU_HAS_EL2)) {
        memcpy(after, ids->values, ids->len * sizeof(uint64_t));
        return true;
    }
    if (!scratch_open(cpu, &scratch, errp)) {
        return false;
    }
    for (size_t i = 0; i < ids->len; i++) {
        if (!set(&scratch, ids->indexes[i], ids->values[i], errp)) {
            return false;
        }
    }
    for (size_t i = 0; i < ids->len; i++) {
        if (check(get(&scratch, ids->indexes[i], &before[i]),
                  "KVM_GET_ONE_REG", errp) < 0) {
            return false;
        }
    }
    scratch.run->immediate_exit = 1;
    if (ioctl(scratch.vcpu, KVM_RUN, 0) == 0 || errno != EINTR) {
        check(-1, "KVM_RUN", errp);
        return false;
    }
    for (size_t i = 0; i < ids->len; i++) {
        uint64_t regidx = ids->indexes[i], now;

        if (check(get(&scratch, regidx, &now), "KVM_GET_ONE_REG",
                  errp) < 0) {
            return false;
        }
        after[i] = ids->values[i] ^
                   ((before[i] ^ now) & ~of_the_gic(regidx));
    }
    return true;
}

/*
 * The vCPUs of a machine are asked about one after another with the same
 * values.  To make and to end a VM takes its time, and the guest stands still.
 */
bool kvm_arm_scratch_first_run(ARMCPU *cpu, const ARMCPRegList *ids,
                               uint64_t *after, Error **errp)
{
    static GBytes *asked;   /* under the BQL */
    static GBytes *answer;
    size_t bytes = ids->len * sizeof(uint64_t);
    g_autoptr(GByteArray) question = g_byte_array_new();

    g_byte_array_append(question, (const guint8 *)ids->indexes, bytes);
    g_byte_array_append(question, (const guint8 *)ids->values, bytes);
    if (!asked || g_bytes_get_size(asked) != question->len ||
        memcmp(g_bytes_get_data(asked, NULL), question->data,
               question->len) != 0) {
        if (!first_run(cpu, ids, after, errp)) {
            return false;
        }
        g_clear_pointer(&asked, g_bytes_unref);
        g_clear_pointer(&answer, g_bytes_unref);
        asked = g_byte_array_free_to_bytes(g_steal_pointer(&question));
        answer = g_bytes_new(after, bytes);
    }
    if (bytes) {
        memcpy(after, g_bytes_get_data(answer, NULL), bytes);
    }
    return true;
}
