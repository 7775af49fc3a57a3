/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The cpreg list of a KVM vCPU: enumerate, and get. */

#include "qemu/osdep.h"
#include <linux/kvm.h>

#include "qapi/error.h"
#include "qemu/error-report.h"
#include "system/kvm.h"
#include "cpreg-cpu.h"
#include "cpreg-wide.h"
#include "internals.h"
#include "kvm-cpregs.h"

/* KVM_GET_REG_LIST, sorted; NULL and an error if KVM does not give it. */
static struct kvm_reg_list *enumerate(ARMCPU *cpu, Error **errp)
{
    struct kvm_reg_list probe = { .n = 0 };
    g_autofree struct kvm_reg_list *list = NULL;
    int ret;

    /* The first call only tells the length. */
    ret = kvm_vcpu_ioctl(CPU(cpu), KVM_GET_REG_LIST, &probe);
    if (ret == -E2BIG) {
        list = g_malloc(sizeof(*list) + probe.n * sizeof(list->reg[0]));
        list->n = probe.n;
        ret = kvm_vcpu_ioctl(CPU(cpu), KVM_GET_REG_LIST, list);
    } else if (ret == 0) {
        list = g_memdup2(&probe, sizeof(probe));
    }
    if (ret < 0) {
        error_setg_errno(errp, -ret, "cpu %d: KVM_GET_REG_LIST failed",
                         CPU(cpu)->cpu_index);
        return NULL;
    }
    qsort(list->reg, list->n, sizeof(list->reg[0]), compare_u64);
    return g_steal_pointer(&list);
}

bool kvm_arm_is_cpreg(uint64_t regidx)
{
    return !arm_cpreg_is_core(regidx) && !arm_cpreg_is_wide(regidx);
}

bool kvm_arm_cpreg_has_gone(ARMCPU *cpu, uint64_t regidx)
{
    g_autofree struct kvm_reg_list *list = enumerate(cpu, NULL);

    return list && !bsearch(&regidx, list->reg, list->n, sizeof(list->reg[0]),
                            compare_u64);
}

bool kvm_arm_cpregs_relist(ARMCPU *cpu, Error **errp)
{
    g_autofree struct kvm_reg_list *all = enumerate(cpu, errp);
    g_autofree uint64_t *regs = NULL;
    g_autofree uint64_t *values = NULL;
    g_autofree uint64_t *held = NULL;
    g_autofree char *text = NULL;
    ARMCPRegList old = arm_cpreg_list_of(cpu);
    ARMCPRegList new = { NULL };
    ARMCPRegWalk walk = { .source = &old, .destination = &new };
    ARMCPRegListFault fault;
    size_t at;

    if (!all) {
        return false;
    }
    regs = g_new(uint64_t, all->n);
    for (uint64_t i = 0; i < all->n; i++) {
        if (kvm_arm_is_cpreg(all->reg[i])) {
            regs[new.len++] = all->reg[i];
        }
    }
    new.indexes = regs;
    fault = arm_cpreg_list_check(&new, &at);
    if (fault != ARM_CPREG_LIST_OK) {
        text = arm_cpreg_list_fault_text(fault, &new, at);
        error_setg(errp, "cpu %d: cannot use KVM's register list: %s",
                   CPU(cpu)->cpu_index, text);
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
    cpu->cpreg_indexes = g_steal_pointer(&regs);
    cpu->cpreg_values = g_steal_pointer(&values);
    cpu->kvm_cpregs->held = g_steal_pointer(&held);
    cpu->cpreg_array_len = new.len;
    kvm_arm_wide_regs_list(cpu, (uint64_t *)all->reg, all->n);
    return true;
}

bool kvm_arm_cpregs_init(ARMCPU *cpu, Error **errp)
{
    cpu->cpreg_array_len = 0;
    cpu->kvm_cpregs = g_new0(KVMCPRegs, 1);
    cpu->kvm_cpregs->taken = g_array_new(false, false,
                                         sizeof(KVMCPRegTaken));
    if (!kvm_arm_cpregs_relist(cpu, errp)) {
        return false;
    }
    arm_cpreg_vmstate_resize(cpu, cpu->cpreg_array_len);
    return kvm_arm_cpregs_get(cpu, errp);
}

void kvm_arm_cpregs_free(ARMCPU *cpu)
{
    KVMCPRegs *own = g_steal_pointer(&cpu->kvm_cpregs);

    if (own) {
        g_free(own->held);
        g_free(own->core_unread);
        g_clear_pointer(&own->wide, g_array_unref);
        g_clear_pointer(&own->taken, g_array_unref);
        g_free(own);
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

void kvm_arm_cpreg_append_unread(GString *failed, uint64_t regidx, int ret)
{
    g_autofree char *name = arm_cpreg_name(regidx);

    g_string_append_printf(failed, "%s%s (%s)", failed->len ? "; " : "", name,
                           strerror(-ret));
}

typedef enum What {
    COUNTERS = 1,
    REST = 2,
    ALL = COUNTERS | REST,
} What;

/* Read the list; true if KVM says of one of them that there is none. */
static bool get_all(ARMCPU *cpu, What what, GString *failed)
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
            kvm_arm_cpreg_append_unread(failed, regidx, ret);
        } else {
            cpu->kvm_cpregs->held[i] = cpu->cpreg_values[i];
        }
        hidden |= ret == -ENOENT;
    }
    if (what & REST) {
        hidden |= kvm_arm_wide_regs_get(cpu, failed);
    }
    return hidden;
}

void kvm_arm_cpregs_pre_run(ARMCPU *cpu)
{
    cpu->kvm_cpregs->known = false;
    cpu->kvm_cpregs->current = false;
}

static bool get(ARMCPU *cpu, What what, Error **errp)
{
    g_autoptr(GString) failed = g_string_new(NULL);

    if (get_all(cpu, what, failed)) {
        if (!kvm_arm_cpregs_relist(cpu, errp)) {
            return false;
        }
        g_string_truncate(failed, 0);
        get_all(cpu, ALL, failed);
    }
    if (failed->len) {
        error_setg(errp, "cpu %d: KVM lists registers that it does not let "
                   "be read: %s", CPU(cpu)->cpu_index, failed->str);
        return false;
    }
    return true;
}

/* All but the counters is what KVM holds, if @read. */
static bool note_read(ARMCPU *cpu, bool read)
{
    cpu->kvm_cpregs->known = read;
    cpu->kvm_cpregs->current = read;
    if (read) {
        cpu->kvm_cpregs->identity = kvm_arm_cpregs_identity;
    }
    return read;
}

bool kvm_arm_cpregs_get(ARMCPU *cpu, Error **errp)
{
    return note_read(cpu, get(cpu, ALL, errp));
}

void kvm_arm_cpregs_reset(ARMCPU *cpu, int ret)
{
    Error *err = NULL;

    cpu->kvm_cpregs->failed = false;
    cpu->kvm_cpregs->core_loaded = false;
    if (ret < 0) {
        error_setg_errno(&err, -ret, "cpu %d: the reset failed in KVM",
                         CPU(cpu)->cpu_index);
    }
    if (ret < 0 || !kvm_arm_cpregs_get(cpu, &err)) {
        cpu->kvm_cpregs->failed = true;
        error_report_err(err);
    }
}

void kvm_arm_cpregs_sync(ARMCPU *cpu)
{
    Error *err = NULL;

    if (!note_read(cpu, get(cpu, REST, &err))) {
        warn_report_once("%s (the guest can run on, and cannot migrate)",
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
    uint64_t *counter;

    if (cpu->kvm_cpregs->core_unread) {
        error_setg(errp, "%s", cpu->kvm_cpregs->core_unread);
        return false;
    }
    if (!get(cpu, cpu->kvm_cpregs->current ? COUNTERS : ALL, errp)) {
        return false;
    }
    counter = kvm_arm_cpreg_virtual_counter(cpu);
    if (cpu->kvm_vtime_dirty && counter) {
        *counter = cpu->kvm_vtime;
    }
    return true;
}
