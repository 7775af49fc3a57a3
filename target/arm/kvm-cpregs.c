/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The cpreg list of a KVM vCPU: enumerate, get, put. */

#include "qemu/osdep.h"
#include <linux/kvm.h>

#include "qapi/error.h"
#include "system/kvm.h"
#include "cpreg-cpu.h"
#include "cpreg-names.h"
#include "internals.h"
#include "kvm-cpregs.h"

/* Failures of one pass over the list: all are told in one error. */
typedef struct Failures {
    GString *text;
    int count;
} Failures;

static void G_GNUC_PRINTF(3, 4) failure(Failures *failures, uint64_t regidx,
                                        const char *format, ...)
{
    g_autofree char *name = arm_cpreg_name(regidx);
    va_list args;

    if (!failures->text) {
        failures->text = g_string_new(NULL);
    }
    g_string_append_printf(failures->text, "%s%s",
                           failures->count++ ? "; " : "", name);
    va_start(args, format);
    g_string_append_vprintf(failures->text, format, args);
    va_end(args);
}

/* True if there were none; else sets @errp and forgets them. */
static bool no_failures(Failures *failures, ARMCPU *cpu, const char *what,
                        Error **errp)
{
    if (!failures->count) {
        return true;
    }
    error_setg(errp, "cpu %d: KVM %s %d register%s: %s",
               CPU(cpu)->cpu_index, what, failures->count,
               failures->count > 1 ? "s" : "", failures->text->str);
    g_string_free(failures->text, true);
    return false;
}

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

static bool is_cpreg(uint64_t regidx)
{
    uint64_t kind = regidx & ARM_CPREG_KIND_MASK;

    return kind != ARM_CPREG_KIND_CORE && kind != ARM_CPREG_KIND_SVE;
}

bool kvm_arm_cpregs_init(ARMCPU *cpu, Error **errp)
{
    g_autofree struct kvm_reg_list *list = enumerate(cpu, errp);
    g_autofree char *text = NULL;
    ARMCPRegListFault fault;
    ARMCPRegList own;
    size_t at;

    if (!list) {
        return false;
    }
    cpu->cpreg_indexes = g_renew(uint64_t, cpu->cpreg_indexes, list->n);
    cpu->cpreg_values = g_renew(uint64_t, cpu->cpreg_values, list->n);
    cpu->cpreg_array_len = 0;
    for (uint64_t i = 0; i < list->n; i++) {
        if (is_cpreg(list->reg[i])) {
            cpu->cpreg_indexes[cpu->cpreg_array_len++] = list->reg[i];
        }
    }
    arm_cpreg_vmstate_resize(cpu, cpu->cpreg_array_len);

    own = arm_cpreg_list_of(cpu);
    fault = arm_cpreg_list_check(&own, &at);
    if (fault != ARM_CPREG_LIST_OK) {
        text = arm_cpreg_list_fault_text(fault, &own, at);
        error_setg(errp, "cpu %d: cannot use KVM's register list: %s",
                   CPU(cpu)->cpu_index, text);
        return false;
    }
    return kvm_arm_cpregs_get(cpu, errp);
}

static int get_one(ARMCPU *cpu, uint64_t regidx, uint64_t *value)
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

static int put_one(ARMCPU *cpu, uint64_t regidx, uint64_t value)
{
    uint32_t value32 = value;

    return kvm_set_one_reg(CPU(cpu), regidx,
                           (regidx & ARM_CPREG_SIZE_MASK) == ARM_CPREG_SIZE_U64
                           ? (void *)&value : &value32);
}

bool kvm_arm_cpregs_get(ARMCPU *cpu, Error **errp)
{
    Failures failures = { NULL };

    for (int i = 0; i < cpu->cpreg_array_len; i++) {
        uint64_t regidx = cpu->cpreg_indexes[i];
        int ret = get_one(cpu, regidx, &cpu->cpreg_values[i]);

        if (ret) {
            failure(&failures, regidx, ": %s", strerror(-ret));
        }
    }
    return no_failures(&failures, cpu, "could not read", errp);
}

static bool is_counter(uint64_t regidx)
{
    return regidx == ARM_CPREG(TIMER_CNT) || regidx == ARM_CPREG(CNTPCT_EL0);
}

/*
 * The PMU's enable and overflow bits are one register behind two indexes, and
 * both read as the bits.  Linux 6.7 to 6.14 (a45f41d754e0 to f2aeb7bbd574)
 * takes a write as the guest's: SET sets, CLR clears.  In the order of the
 * list the bits are set and then cleared again.
 */
typedef struct SetClear {
    uint64_t set;
    uint64_t clear;
} SetClear;

static const SetClear set_clear[] = {
    { ARM_CPREG(PMCNTENSET_EL0), ARM_CPREG(PMCNTENCLR_EL0) },
    { ARM_CPREG(PMINTENSET_EL1), ARM_CPREG(PMINTENCLR_EL1) },
    { ARM_CPREG(PMOVSSET_EL0), ARM_CPREG(PMOVSCLR_EL0) },
};

static bool is_clear(uint64_t regidx)
{
    for (int i = 0; i < ARRAY_SIZE(set_clear); i++) {
        if (set_clear[i].clear == regidx) {
            return true;
        }
    }
    return false;
}

/*
 * Write a register such that KVM then holds @value.  For a SET register
 * first clear the other bits: exact with kernels where CLR clears, and where
 * both indexes take the value as it is, SET comes last.
 */
static int put_exactly(ARMCPU *cpu, uint64_t regidx, uint64_t value)
{
    for (int i = 0; i < ARRAY_SIZE(set_clear); i++) {
        if (set_clear[i].set == regidx) {
            int ret = put_one(cpu, set_clear[i].clear, (uint32_t)~value);

            if (ret) {
                return ret;
            }
        }
    }
    return put_one(cpu, regidx, value);
}

bool kvm_arm_cpregs_put(ARMCPU *cpu, int level, Error **errp)
{
    Failures failures = { NULL };

    for (int i = 0; i < cpu->cpreg_array_len; i++) {
        uint64_t regidx = cpu->cpreg_indexes[i];
        uint64_t value = cpu->cpreg_values[i];
        uint64_t here;
        int ret;

        if (is_counter(regidx) && level < KVM_PUT_FULL_STATE) {
            continue;
        }
        if (is_clear(regidx)) {
            continue;
        }
        ret = put_exactly(cpu, regidx, value);
        if (!ret) {
            continue;
        }
        if (get_one(cpu, regidx, &here)) {
            failure(&failures, regidx, " = 0x%" PRIx64 ": %s", value,
                    strerror(-ret));
        } else {
            failure(&failures, regidx, " = 0x%" PRIx64 ", here 0x%" PRIx64
                    ": %s", value, here, strerror(-ret));
        }
    }
    return no_failures(&failures, cpu, "did not take", errp);
}

/* The value of the virtual counter in the list, NULL if it is not listed. */
static uint64_t *virtual_counter(ARMCPU *cpu)
{
    ARMCPRegList own = arm_cpreg_list_of(cpu);
    ssize_t at = arm_cpreg_list_find(&own, ARM_CPREG(TIMER_CNT));

    return at < 0 ? NULL : &cpu->cpreg_values[at];
}

bool kvm_arm_cpregs_pre_save(ARMCPU *cpu, Error **errp)
{
    uint64_t *counter = virtual_counter(cpu);

    if (!kvm_arm_cpregs_get(cpu, errp)) {
        return false;
    }
    if (cpu->kvm_vtime_dirty && counter) {
        *counter = cpu->kvm_vtime;
    }
    return true;
}

bool kvm_arm_cpregs_post_load(ARMCPU *cpu, Error **errp)
{
    uint64_t *counter = virtual_counter(cpu);

    if (!kvm_arm_cpregs_put(cpu, KVM_PUT_FULL_STATE, errp)) {
        return false;
    }
    /* KVM is authoritative: QEMU need not know every register of the list. */
    write_list_to_cpustate(cpu);

    if (cpu->kvm_adjvtime && counter) {
        cpu->kvm_vtime = *counter;
        cpu->kvm_vtime_dirty = true;
    }
    return true;
}
