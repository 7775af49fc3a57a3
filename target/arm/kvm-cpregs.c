/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The cpreg list of a KVM vCPU: enumerate, get, put, and load in two phases. */

#include "qemu/osdep.h"
#include <linux/kvm.h>

#include "qapi/error.h"
#include "system/kvm.h"
#include "cpreg-cpu.h"
#include "cpreg-explain.h"
#include "cpreg-names.h"
#include "internals.h"
#include "kvm-cpregs.h"

/* One more clause: the register's name, and what is to be said of it. */
static void G_GNUC_PRINTF(3, 4) clause(GString *text, uint64_t regidx,
                                       const char *format, ...)
{
    g_autofree char *name = arm_cpreg_name(regidx);
    va_list args;

    g_string_append_printf(text, "%s%s", text->len ? "; " : "", name);
    va_start(args, format);
    g_string_append_vprintf(text, format, args);
    va_end(args);
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

/*
 * The list that KVM gives now takes the place of the vCPU's.  A register that
 * was in it keeps its values, one that is new is yet to be read.
 */
static bool relist(ARMCPU *cpu, Error **errp)
{
    g_autofree struct kvm_reg_list *all = enumerate(cpu, errp);
    g_autofree uint64_t *values = NULL;
    g_autofree uint64_t *kvm_values = NULL;
    g_autofree char *text = NULL;
    ARMCPRegList old = arm_cpreg_list_of(cpu);
    ARMCPRegList new = { NULL };
    ARMCPRegWalk walk = { .source = &old, .destination = &new };
    ARMCPRegListFault fault;
    size_t at;

    if (!all) {
        return false;
    }
    for (uint64_t i = 0; i < all->n; i++) {
        if (is_cpreg(all->reg[i])) {
            all->reg[new.len++] = all->reg[i];
        }
    }
    new.indexes = (uint64_t *)all->reg;
    fault = arm_cpreg_list_check(&new, &at);
    if (fault != ARM_CPREG_LIST_OK) {
        text = arm_cpreg_list_fault_text(fault, &new, at);
        error_setg(errp, "cpu %d: cannot use KVM's register list: %s",
                   CPU(cpu)->cpu_index, text);
        return false;
    }

    values = g_new0(uint64_t, new.len);
    kvm_values = g_new0(uint64_t, new.len);
    while (arm_cpreg_walk_next(&walk)) {
        if (walk.s >= 0 && walk.d >= 0) {
            values[walk.d] = cpu->cpreg_values[walk.s];
            kvm_values[walk.d] = cpu->cpreg_kvm_values[walk.s];
        }
    }
    g_free(cpu->cpreg_indexes);
    g_free(cpu->cpreg_values);
    g_free(cpu->cpreg_kvm_values);
    cpu->cpreg_indexes = g_memdup2(new.indexes, new.len * sizeof(uint64_t));
    cpu->cpreg_values = g_steal_pointer(&values);
    cpu->cpreg_kvm_values = g_steal_pointer(&kvm_values);
    cpu->cpreg_array_len = new.len;
    return true;
}

bool kvm_arm_cpregs_init(ARMCPU *cpu, Error **errp)
{
    cpu->cpreg_array_len = 0;
    if (!relist(cpu, errp)) {
        return false;
    }
    arm_cpreg_vmstate_resize(cpu, cpu->cpreg_array_len);
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

/* Read the list; true if KVM says of one of them that there is none. */
static bool get_all(ARMCPU *cpu, GString *failed)
{
    bool hidden = false;

    for (int i = 0; i < cpu->cpreg_array_len; i++) {
        uint64_t regidx = cpu->cpreg_indexes[i];
        int ret = get_one(cpu, regidx, &cpu->cpreg_values[i]);

        if (ret) {
            clause(failed, regidx, " (%s)", strerror(-ret));
        } else {
            cpu->cpreg_kvm_values[i] = cpu->cpreg_values[i];
        }
        hidden |= ret == -ENOENT;
    }
    return hidden;
}

bool kvm_arm_cpregs_get(ARMCPU *cpu, Error **errp)
{
    g_autoptr(GString) failed = g_string_new(NULL);

    if (get_all(cpu, failed)) {
        if (!relist(cpu, errp)) {
            return false;
        }
        g_string_truncate(failed, 0);
        get_all(cpu, failed);
    }
    if (failed->len) {
        error_setg(errp, "cpu %d: KVM lists registers that it does not let "
                   "be read: %s", CPU(cpu)->cpu_index, failed->str);
        return false;
    }
    return true;
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

/* KVM's errors, as Documentation/virt/kvm/api.rst explains them. */
static const char *why(int ret)
{
    switch (ret) {
    case -ENOENT:
        return "KVM has no such register now";
    case -EINVAL:
        return "KVM refuses the value";
    case -EBUSY:
        return "KVM changes it no more, the guest has run";
    default:
        return strerror(-ret);
    }
}

/* Write the value of one entry of the list; a clause if KVM refuses it. */
static void put_entry(ARMCPU *cpu, int i, GString *refused)
{
    uint64_t regidx = cpu->cpreg_indexes[i];
    uint64_t value = cpu->cpreg_values[i];
    int ret = put_exactly(cpu, regidx, value);
    uint64_t here;

    if (!ret) {
        cpu->cpreg_kvm_values[i] = value;
    } else if (get_one(cpu, regidx, &here)) {
        clause(refused, regidx, " = 0x%" PRIx64 ": %s", value, why(ret));
    } else {
        arm_cpreg_append_refused(refused, regidx, value, here, why(ret));
    }
}

bool kvm_arm_cpregs_put(ARMCPU *cpu, int level, Error **errp)
{
    g_autoptr(GString) refused = g_string_new(NULL);

    for (int i = 0; i < cpu->cpreg_array_len; i++) {
        uint64_t regidx = cpu->cpreg_indexes[i];

        if (cpu->cpreg_values[i] == cpu->cpreg_kvm_values[i] ||
            is_clear(regidx) ||
            (is_counter(regidx) && level < KVM_PUT_FULL_STATE)) {
            continue;
        }
        put_entry(cpu, i, refused);
    }
    if (refused->len) {
        error_setg(errp, "cpu %d: KVM did not take %s", CPU(cpu)->cpu_index,
                   refused->str);
        return false;
    }
    return true;
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
    uint64_t *counter;

    if (!kvm_arm_cpregs_get(cpu, errp)) {
        return false;
    }
    counter = virtual_counter(cpu);
    if (cpu->kvm_vtime_dirty && counter) {
        *counter = cpu->kvm_vtime;
    }
    return true;
}

/* What the existence of other registers may follow from. */
static bool is_identity(uint64_t regidx)
{
    uint64_t kind = regidx & ARM_CPREG_KIND_MASK;

    return (regidx >= ARM_CPREG_ID_FIRST && regidx <= ARM_CPREG_ID_LAST) ||
           kind == ARM_CPREG_KIND_FW || kind == ARM_CPREG_KIND_FW_BMAP;
}

bool kvm_arm_cpregs_load_identity(ARMCPU *cpu, const ARMCPRegList *source,
                                  GString *refused, Error **errp)
{
    ARMCPRegList own = arm_cpreg_list_of(cpu);
    ARMCPRegWalk walk = { .source = source, .destination = &own };
    bool changed = false;

    /* In the order of the indexes: system registers, firmware, bitmaps. */
    while (arm_cpreg_walk_next(&walk)) {
        if (walk.s < 0 || walk.d < 0 || !is_identity(walk.regidx) ||
            source->values[walk.s] == cpu->cpreg_kvm_values[walk.d]) {
            continue;
        }
        cpu->cpreg_values[walk.d] = source->values[walk.s];
        put_entry(cpu, walk.d, refused);
        changed = true;
    }
    if (!changed) {
        return true;
    }
    if (!relist(cpu, errp)) {
        return false;
    }
    /*
     * Read it all again: what was hidden is gone, what is new has no value
     * yet, and KVM may have changed others with the ID registers.
     */
    return kvm_arm_cpregs_get(cpu, errp);
}

void kvm_arm_cpregs_load_rest(ARMCPU *cpu, const ARMCPRegReport *report,
                              GString *refused)
{
    uint64_t *counter;

    /* Written whatever KVM is thought to hold: this is the whole state. */
    for (size_t i = 0; i < report->len; i++) {
        const ARMCPRegVerdict *verdict = &report->verdicts[i];

        if (verdict->outcome == ARM_CPREG_BOTH &&
            !is_identity(verdict->regidx) && !is_clear(verdict->regidx)) {
            put_entry(cpu, verdict->d, refused);
        }
    }
    if (refused->len) {
        return;
    }
    /* KVM is authoritative: QEMU need not know every register of the list. */
    write_list_to_cpustate(cpu);

    counter = virtual_counter(cpu);
    if (cpu->kvm_adjvtime && counter) {
        cpu->kvm_vtime = *counter;
        cpu->kvm_vtime_dirty = true;
    }
}
