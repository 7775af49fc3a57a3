/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The cpreg list of a KVM vCPU: enumerate, and get. */

#include "qemu/osdep.h"
#include <linux/kvm.h>

#include "qapi/error.h"
#include "qemu/error-report.h"
#include "system/kvm.h"
#include "target/arm/migration/lists.h"
#include "target/arm/cpreg/explain.h"
#include "target/arm/cpreg/wide.h"
#include "internals.h"
#include "registers.h"
#include "wide-regs.h"

GArray *kvm_arm_list_registers(int (*ask)(void *vcpu, struct kvm_reg_list *),
                               void *vcpu, char **fault)
{
    g_autofree struct kvm_reg_list *list = g_new0(struct kvm_reg_list, 1);
    int ret = ask(vcpu, list);
    GArray *indexes;

    /* The first call only tells the length. */
    if (ret == -E2BIG) {
        uint64_t n = list->n;

        list = g_realloc(list, sizeof(*list) + n * sizeof(list->reg[0]));
        ret = ask(vcpu, list);
    }
    if (ret < 0) {
        *fault = g_strdup_printf("KVM_GET_REG_LIST failed: %s",
                                 strerror(-ret));
        return NULL;
    }
    indexes = g_array_new(false, false, sizeof(uint64_t));
    g_array_append_vals(indexes, list->reg, list->n);
    g_array_sort(indexes, compare_u64);
    return indexes;
}

static int registers_ask(void *vcpu, struct kvm_reg_list *list)
{
    return kvm_vcpu_ioctl(vcpu, KVM_GET_REG_LIST, list);
}

static GArray *registers_list(ARMCPRegTarget *target, char **fault)
{
    ARMCPU *cpu = container_of(target, KVMCPRegsTarget, target)->cpu;

    return kvm_arm_list_registers(registers_ask, CPU(cpu), fault);
}

static int registers_get_one(ARMCPRegTarget *target, uint64_t regidx,
                             uint64_t *value)
{
    return kvm_arm_cpreg_read(container_of(target, KVMCPRegsTarget,
                                           target)->cpu, regidx, value);
}

static int registers_set_one(ARMCPRegTarget *target, uint64_t regidx,
                             uint64_t value)
{
    return kvm_arm_cpreg_write(container_of(target, KVMCPRegsTarget,
                                            target)->cpu, regidx, value);
}

KVMCPRegsTarget kvm_arm_cpregs_target(ARMCPU *cpu)
{
    return (KVMCPRegsTarget) {
        .target = {
            .list = registers_list,
            .get = registers_get_one,
            .set = registers_set_one,
        },
        .cpu = cpu,
    };
}

bool kvm_arm_cpreg_has_gone(ARMCPU *cpu, uint64_t regidx)
{
    KVMCPRegsTarget vcpu = kvm_arm_cpregs_target(cpu);
    g_autofree char *fault = NULL;
    g_autoptr(GArray) all = registers_list(&vcpu.target, &fault);

    return all && !g_array_binary_search(all, &regidx, compare_u64, NULL);
}

/*
 * The list that KVM gives now takes the place of the vCPU's.  A register that
 * was in it keeps its values, one that is new is yet to be read.
 */
static bool registers_relist(ARMCPU *cpu, Error **errp)
{
    KVMCPRegsTarget vcpu = kvm_arm_cpregs_target(cpu);
    g_autofree char *fault = NULL;
    g_autoptr(GArray) all = registers_list(&vcpu.target, &fault);
    ARMCPRegList old = arm_cpreg_list_of(cpu);
    ARMCPRegList new;
    g_autofree uint64_t *indexes = NULL;
    uint64_t *values, *held;
    ARMCPRegWalk walk = { .source = &old, .destination = &new };

    if (!all || !arm_cpreg_pick_list(all, &indexes, &new, &fault)) {
        error_setg(errp, "cpu %d: %s", CPU(cpu)->cpu_index, fault);
        return false;
    }
    values = g_new0(uint64_t, new.len);
    held = g_new0(uint64_t, new.len);
    while (arm_cpreg_walk_next(&walk)) {
        if (walk.s >= 0 && walk.d >= 0) {
            values[walk.d] = cpu->cpreg_values[walk.s];
            held[walk.d] = cpu->kvm_cpregs->held[walk.s];
        }
    }
    g_free(cpu->cpreg_indexes);
    g_free(cpu->cpreg_values);
    g_free(cpu->kvm_cpregs->held);
    cpu->cpreg_indexes = g_steal_pointer(&indexes);
    cpu->cpreg_values = values;
    cpu->kvm_cpregs->held = held;
    cpu->cpreg_array_len = new.len;
    g_clear_pointer(&cpu->kvm_cpregs->wide, g_ptr_array_unref);
    cpu->kvm_cpregs->wide = kvm_arm_wide_regs_new(all);
    return true;
}

bool kvm_arm_cpregs_init(ARMCPU *cpu, Error **errp)
{
    cpu->cpreg_array_len = 0;
    cpu->kvm_cpregs = g_new0(KVMCPRegs, 1);
    if (!registers_relist(cpu, errp)) {
        return false;
    }
    arm_cpreg_vmstate_resize(cpu, cpu->cpreg_array_len);
    return kvm_arm_cpregs_get(cpu, errp);
}

void kvm_arm_cpregs_keep_load(ARMCPU *cpu)
{
    KVMCPRegsBefore *before = g_steal_pointer(&cpu->kvm_cpregs->before);

    if (before) {
        g_free(before->indexes);
        g_free(before->values);
        g_ptr_array_unref(before->wide);
        g_free(before);
    }
}

void kvm_arm_cpregs_free(ARMCPU *cpu)
{
    KVMCPRegs *own = cpu->kvm_cpregs;

    if (own) {
        kvm_arm_cpregs_keep_load(cpu);
        g_free(own->held);
        g_free(own->core_unread);
        g_clear_pointer(&own->wide, g_ptr_array_unref);
        g_clear_pointer(&cpu->kvm_cpregs, g_free);
    }
}

int kvm_arm_init_or_report(ARMCPU *cpu, bool (*init)(ARMCPU *, Error **))
{
    Error *err = NULL;

    if (init(cpu, &err)) {
        return 0;
    }
    error_report_err(err);
    return -EINVAL;
}

int kvm_arm_cpreg_read(ARMCPU *cpu, uint64_t regidx, uint64_t *value)
{
    uint32_t value32;
    int ret;

    if ((regidx & ARM_CPREG_SIZE_MASK) == ARM_CPREG_SIZE_U64) {
        return kvm_get_one_reg(CPU(cpu), regidx, value);
    }
    ret = kvm_get_one_reg(CPU(cpu), regidx, &value32);
    if (!ret) {
        *value = value32;
    }
    return ret;
}

int kvm_arm_cpreg_write(ARMCPU *cpu, uint64_t regidx, uint64_t value)
{
    uint32_t value32 = value;

    return kvm_set_one_reg(CPU(cpu), regidx,
                           (regidx & ARM_CPREG_SIZE_MASK) == ARM_CPREG_SIZE_U64
                           ? (void *)&value : &value32);
}

typedef enum What {
    COUNTERS = 1,
    REST = 2,
    ALL = COUNTERS | REST,
} What;

/* Read the list; true if KVM says of one of them that there is none. */
static bool registers_get_all(ARMCPU *cpu, What what, GString *failed)
{
    bool hidden = false;

    for (int i = 0; i < cpu->cpreg_array_len; i++) {
        uint64_t regidx = cpu->cpreg_indexes[i];
        int ret;

        if (!(what & (arm_cpreg_is_counter(regidx) ? COUNTERS : REST))) {
            continue;
        }
        ret = kvm_arm_cpreg_read(cpu, regidx, &cpu->cpreg_values[i]);
        if (ret) {
            arm_cpreg_append_unread(failed, regidx, ret);
        } else {
            cpu->kvm_cpregs->held[i] = cpu->cpreg_values[i];
        }
        hidden |= ret == -ENOENT;
    }
    if (what & REST) {
        hidden |= kvm_arm_wide_regs_get(cpu, cpu->kvm_cpregs->wide, failed);
    }
    return hidden;
}

static bool registers_get(ARMCPU *cpu, What what, Error **errp)
{
    g_autoptr(GString) failed = g_string_new(NULL);

    if (registers_get_all(cpu, what, failed)) {
        if (!registers_relist(cpu, errp)) {
            return false;
        }
        g_string_truncate(failed, 0);
        registers_get_all(cpu, ALL, failed);
    }
    if (failed->len) {
        error_setg(errp, "cpu %d: cannot read registers that KVM lists: %s",
                   CPU(cpu)->cpu_index, failed->str);
        return false;
    }
    return true;
}

bool kvm_arm_cpregs_get(ARMCPU *cpu, Error **errp)
{
    return registers_get(cpu, ALL, errp);
}

void kvm_arm_cpregs_reset(ARMCPU *cpu, int ret)
{
    Error *err = NULL;

    cpu->kvm_cpregs->reset_failed = false;
    cpu->kvm_cpregs->load_failed = false;
    cpu->kvm_cpregs->core_loaded = false;
    if (ret < 0) {
        error_setg_errno(&err, -ret, "cpu %d: the reset failed in KVM",
                         CPU(cpu)->cpu_index);
    }
    if (ret < 0 || !kvm_arm_cpregs_get(cpu, &err)) {
        cpu->kvm_cpregs->reset_failed = true;
        error_report_err(err);
    }
}

void kvm_arm_cpregs_sync(ARMCPU *cpu)
{
    Error *err = NULL;

    cpu->kvm_cpregs->unread = !registers_get(cpu, REST, &err);
    if (err) {
        warn_report_once("%s (the guest can run on, but cannot migrate)",
                         error_get_pretty(err));
        error_free(err);
    }
}

uint64_t *kvm_arm_cpreg_virtual_counter(ARMCPU *cpu)
{
    ARMCPRegList own = arm_cpreg_list_of(cpu);
    ssize_t at = arm_cpreg_list_find(&own, ARM_CPREG(TIMER_CNT));

    return at < 0 ? NULL : &cpu->cpreg_values[at];
}

bool kvm_arm_cpregs_pre_save(ARMCPU *cpu, Error **errp)
{
    /* What kvm_arm_cpregs_sync() has read is true until the vCPU runs. */
    bool have = CPU(cpu)->vcpu_dirty && !cpu->kvm_cpregs->unread;
    uint64_t *counter;

    if (cpu->kvm_cpregs->core_unread) {
        error_setg(errp, "%s", cpu->kvm_cpregs->core_unread);
        return false;
    }
    if (!registers_get(cpu, have ? COUNTERS : ALL, errp)) {
        return false;
    }
    counter = kvm_arm_cpreg_virtual_counter(cpu);
    if (cpu->kvm_vtime_dirty && counter) {
        *counter = cpu->kvm_vtime;
    }
    return true;
}
