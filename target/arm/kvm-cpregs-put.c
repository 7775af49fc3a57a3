/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The cpreg list of a KVM vCPU: put, and load in two phases. */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "cpreg-cpu.h"
#include "cpreg-explain.h"
#include "cpreg-manifest.h"
#include "kvm-cpregs.h"
#include "kvm-first-run.h"
#include "system/kvm.h"
#include "trace.h"

int kvm_arm_cpreg_write(ARMCPU *cpu, uint64_t regidx, uint64_t value)
{
    uint32_t value32 = value;

    return kvm_set_one_reg(CPU(cpu), regidx,
                           (regidx & ARM_CPREG_SIZE_MASK) == ARM_CPREG_SIZE_U64
                           ? (void *)&value : &value32);
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
            int ret = kvm_arm_cpreg_write(cpu, set_clear[i].clear,
                                          (uint32_t)~value);

            if (ret) {
                return ret;
            }
        }
    }
    return kvm_arm_cpreg_write(cpu, regidx, value);
}

const char *kvm_arm_cpreg_why(int ret)
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
static int put_entry(ARMCPU *cpu, int i, GString *refused)
{
    uint64_t regidx = cpu->cpreg_indexes[i];
    uint64_t value = cpu->cpreg_values[i];
    int ret = put_exactly(cpu, regidx, value);
    uint64_t here;

    cpu->kvm_cpregs->current = false;
    if (!ret) {
        cpu->kvm_cpregs->held[i] = value;
        return 0;
    }
    cpu->kvm_cpregs->known = false;
    if (kvm_arm_cpreg_read(cpu, regidx, &here)) {
        g_autofree char *name = arm_cpreg_name(regidx);

        g_string_append_printf(refused, "%s%s = 0x%" PRIx64 ": %s",
                               refused->len ? "; " : "", name, value,
                               kvm_arm_cpreg_why(ret));
    } else {
        /* Not always the old value: of a SET register half may be done. */
        cpu->kvm_cpregs->held[i] = here;
        arm_cpreg_append_refused(refused, regidx, value, here,
                                 kvm_arm_cpreg_why(ret));
    }
    return ret;
}

bool kvm_arm_cpregs_put(ARMCPU *cpu, int level, Error **errp)
{
    g_autoptr(GString) refused = g_string_new(NULL);

    if (cpu->kvm_cpregs->failed) {
        error_setg(errp, "cpu %d: its reset failed", CPU(cpu)->cpu_index);
        return false;
    }
    for (int i = 0; i < cpu->cpreg_array_len; i++) {
        uint64_t regidx = cpu->cpreg_indexes[i];

        if (cpu->cpreg_values[i] == cpu->kvm_cpregs->held[i] ||
            is_clear(regidx) ||
            (arm_cpreg_is_counter(regidx) && level < KVM_PUT_FULL_STATE)) {
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

/*
 * What the walk's register is to hold: the stream's value, or what a rule gives
 * to one that is missing there.  False if it is not identity, is not listed
 * here, or keeps its value.
 */
static bool identity_wanted(const ARMCPRegWalk *walk, uint64_t *value)
{
    if (walk->d < 0 || !arm_cpreg_is_identity(walk->regidx)) {
        return false;
    }
    if (walk->s < 0) {
        return arm_cpreg_missing_value(&arm_cpreg_rules, walk->source,
                                       walk->regidx, value, NULL);
    }
    *value = walk->source->values[walk->s];
    return true;
}

/* KVM has taken this identity value. */
static void note_taken(ARMCPU *cpu, uint64_t regidx, uint64_t value)
{
    KVMCPRegTaken new = { .regidx = regidx, .written = value };
    GArray *taken = cpu->kvm_cpregs->taken;

    for (guint i = 0; i < taken->len; i++) {
        if (g_array_index(taken, KVMCPRegTaken, i).regidx == regidx) {
            g_array_index(taken, KVMCPRegTaken, i) = new;
            return;
        }
    }
    g_array_append_val(taken, new);
}

/* The list was read again: what did KVM make of the values that it took? */
static void note_altered(ARMCPU *cpu)
{
    ARMCPRegList own = arm_cpreg_list_of(cpu);
    GArray *taken = cpu->kvm_cpregs->taken;

    for (guint i = 0; i < taken->len; i++) {
        KVMCPRegTaken *one = &g_array_index(taken, KVMCPRegTaken, i);
        ssize_t at = arm_cpreg_list_find(&own, one->regidx);
        g_autofree char *name = NULL;

        if (at < 0 || one->read) {
            continue;
        }
        one->held = own.values[at];
        one->read = true;
        if (one->held == one->written) {
            continue;
        }
        name = arm_cpreg_name(one->regidx);
        trace_kvm_arm_cpreg_altered(CPU(cpu)->cpu_index, name, one->written,
                                    one->held);
    }
}

/* Does KVM already hold what it makes of this value? */
static bool is_held(ARMCPU *cpu, int i, uint64_t value)
{
    GArray *taken = cpu->kvm_cpregs->taken;
    uint64_t held = cpu->kvm_cpregs->held[i];

    if (held == value) {
        return true;
    }
    for (guint n = 0; n < taken->len; n++) {
        KVMCPRegTaken *one = &g_array_index(taken, KVMCPRegTaken, n);

        if (one->regidx == cpu->cpreg_indexes[i] && one->read &&
            one->written == value && one->held == held) {
            return true;
        }
    }
    return false;
}

/* Write what differs; true if KVM has taken one. */
static bool put_identity(ARMCPU *cpu, const ARMCPRegList *source,
                         GString *refused)
{
    ARMCPRegList own = arm_cpreg_list_of(cpu);
    ARMCPRegWalk walk = { .source = source, .destination = &own };
    bool busy = false, changed = false;

    /* In the order of the indexes: system registers, firmware, bitmaps. */
    while (arm_cpreg_walk_next(&walk)) {
        uint64_t value;
        int ret;

        if (!identity_wanted(&walk, &value) ||
            is_held(cpu, walk.d, value)) {
            continue;
        }
        cpu->cpreg_values[walk.d] = value;
        ret = put_entry(cpu, walk.d, refused);
        if (!ret) {
            note_taken(cpu, walk.regidx, value);
            changed = true;
        }
        busy |= ret == -EBUSY;
    }
    cpu->kvm_cpregs->busy = busy;
    if (busy) {
        g_string_append(refused, "; what a guest is told of its CPU is set "
                        "before it first runs: load this one into a new "
                        "QEMU, with -loadvm or -incoming");
    }
    return changed;
}

/*
 * KVM looks at the ID registers together when the guest first runs, and can
 * change them: too late for a refusal, and the guest would not survive it.
 */
static bool check_first_run(ARMCPU *cpu, GString *refused, Error **errp)
{
    ARMCPRegList own = arm_cpreg_list_of(cpu);
    ARMCPRegList ids = kvm_arm_first_run_ids(&own);
    g_autofree uint64_t *after = g_new(uint64_t, ids.len);

    if (!kvm_arm_first_run(cpu, &ids, after, errp)) {
        return false;
    }
    for (size_t i = 0; i < ids.len; i++) {
        if (after[i] != ids.values[i]) {
            arm_cpreg_append_refused(refused, ids.indexes[i], ids.values[i],
                                     after[i], KVM_ARM_FIRST_RUN_CHANGES);
        }
    }
    return true;
}

/* What became of an identity write: which registers there are, and values. */
static bool read_again(ARMCPU *cpu, Error **errp)
{
    return kvm_arm_cpregs_relist(cpu, errp) && kvm_arm_cpregs_get(cpu, errp);
}

unsigned kvm_arm_cpregs_identity;

bool kvm_arm_cpregs_load_identity(ARMCPU *cpu, const ARMCPRegList *source,
                                  GString *refused, Error **errp)
{
    cpu->kvm_cpregs->busy = false;
    if (cpu->kvm_cpregs->identity != kvm_arm_cpregs_identity &&
        !read_again(cpu, errp)) {
        return false;
    }
    /* Once more, should one of them have been hidden before; not for ever. */
    for (int i = 0; i < 3 && !refused->len; i++) {
        if (!put_identity(cpu, source, refused)) {
            break;
        }
        /*
         * What was hidden is gone, what is new has no value yet, and KVM may
         * have changed others with the ID registers.
         */
        kvm_arm_cpregs_identity++;
        if (!read_again(cpu, errp)) {
            return false;
        }
        note_altered(cpu);
    }
    return refused->len || check_first_run(cpu, refused, errp);
}

/* Second phase, one register. */
static void load_entry(ARMCPU *cpu, const ARMCPRegVerdict *verdict,
                       GString *refused)
{
    const ARMCPRegMissing *missing = verdict->missing;
    ssize_t d = verdict->d;

    if (d < 0) {
        return;
    }
    if (arm_cpreg_is_identity(verdict->regidx)) {
        /* Done; where KVM made another value of it, that one counts. */
        cpu->cpreg_values[d] = cpu->kvm_cpregs->held[d];
        return;
    }
    if (verdict->outcome == ARM_CPREG_MISSING) {
        if (!missing || !missing->set) {
            return;
        }
        cpu->cpreg_values[d] = missing->value;
    }
    if (is_clear(verdict->regidx) ||
        (cpu->kvm_cpregs->known && !arm_cpreg_is_counter(verdict->regidx) &&
         cpu->kvm_cpregs->held[d] == cpu->cpreg_values[d])) {
        return;
    }
    put_entry(cpu, d, refused);
}

void kvm_arm_cpregs_load_rest(ARMCPU *cpu, const ARMCPRegReport *report,
                              GString *refused)
{
    uint64_t *counter;

    /* The list has the stream's values now, and KVM not all of them. */
    cpu->kvm_cpregs->current = false;
    for (size_t i = 0; i < report->len; i++) {
        load_entry(cpu, &report->verdicts[i], refused);
    }
    kvm_arm_wide_regs_put(cpu, cpu->cpreg_vmstate_wide, refused);
    if (refused->len) {
        return;
    }
    /* KVM is authoritative: QEMU need not know every register of the list. */
    write_list_to_cpustate(cpu);

    counter = kvm_arm_cpreg_virtual_counter(cpu);
    if (cpu->kvm_adjvtime && counter) {
        cpu->kvm_vtime = *counter;
        cpu->kvm_vtime_dirty = true;
    }
}
