/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Load a register list into a thing that has registers.
 *
 * A vCPU is such a thing, a scratch vCPU, the model of a host that has only
 * left a file, and the scripted kernel of the tests.  All of them are loaded by
 * the one function here, so that what is said before a guest moves is what
 * happens when it has moved.
 *
 * The order is that of Linux Documentation/virt/kvm/api.rst, KVM_ARM_VCPU_INIT:
 * ID registers before any other, since which registers exist follows from
 * them.  Then the list again, the rest, and what KVM holds of all that.
 */

#ifndef TARGET_ARM_CPREG_LOAD_H
#define TARGET_ARM_CPREG_LOAD_H

#include "cpreg-reconcile.h"

typedef struct ARMCPRegTarget ARMCPRegTarget;

/* Registers of 32 and 64 bits.  An error is a negative errno. */
struct ARMCPRegTarget {
    /*
     * What KVM_GET_REG_LIST enumerates, ascending: a GArray of uint64_t.  NULL,
     * with a new string, if it cannot be had.
     */
    GArray *(*list)(ARMCPRegTarget *target, char **fault);
    int (*get)(ARMCPRegTarget *target, uint64_t regidx, uint64_t *value);
    int (*set)(ARMCPRegTarget *target, uint64_t regidx, uint64_t value);
    /*
     * The first KVM_RUN, after which ID registers are as the guest sees them;
     * false, with a new string, if it failed.  NULL where it is not to happen.
     */
    bool (*first_run)(ARMCPRegTarget *target, char **fault);
};

/* What became of a value that was written. */
typedef enum ARMCPRegFate {
    /* The target holds it. */
    ARM_CPREG_TAKEN,
    /* It holds another one, and a row of cpreg-altered.h.inc says why. */
    ARM_CPREG_ALTERED,
    /* It does not take it, or makes something else of it. */
    ARM_CPREG_VALUE_REFUSED,
    /* It takes it, and the first run makes something else of it. */
    ARM_CPREG_CHANGED,
} ARMCPRegFate;

typedef struct ARMCPRegWrite {
    uint64_t regidx;
    uint64_t value;
    uint64_t here;          /* what the target holds; see @unread */
    ARMCPRegFate fate;
    bool unread;            /* @here could not be read */
    int ret;                /* of the write, or the read behind it */
    const char *why;        /* static; NULL for ARM_CPREG_TAKEN */
} ARMCPRegWrite;

typedef struct ARMCPRegLoad {
    ARMCPRegReport report;  /* the source's list against the target's */
    GArray *writes;         /* of ARMCPRegWrite, in their order */
    GString *refused;       /* all that is refused, in words */
    bool busy;              /* some of it since the guest has run */
    /* What the target lists now, with values as far as they are known. */
    size_t len;
    uint64_t *indexes;
    uint64_t *values;
    bool *known;
    GArray *all;            /* of uint64_t: core and wide registers too */
} ARMCPRegLoad;

ARMCPRegLoad *arm_cpreg_load_new(void);
void arm_cpreg_load_free(ARMCPRegLoad *load);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ARMCPRegLoad, arm_cpreg_load_free)

/**
 * arm_cpreg_load: load a list
 * @target: what is to have the registers
 * @rules: see arm_cpreg_reconcile()
 * @source: the checked list of the guest, with values
 * @known: the registers whose values are known before the guest has stopped,
 *         of these only what a guest cannot change is written; NULL to write
 *         all that both sides list
 * @before: what the target is known to list and hold, or NULL
 * @load: a new one; filled in, also on failure
 * @fault: set to a new string on failure
 *
 * No verdict ends it: @load has all of them.  With @known NULL a refused
 * identity leaves the other registers as they are.  A register of identity
 * that holds the value is not written.  Counters are not read back: they go on.
 *
 * Returns false if the target does not answer, so that nothing can be said.
 */
bool arm_cpreg_load(ARMCPRegTarget *target, const ARMCPRegRules *rules,
                    const ARMCPRegList *source, const ARMCPRegList *known,
                    const ARMCPRegList *before, ARMCPRegLoad *load,
                    char **fault);

/**
 * arm_cpreg_put: write a register such that the target then holds @value
 *
 * The enable and overflow bits of the PMU are one register behind two indexes,
 * and both read as the bits.  They are written through SET, after CLR has
 * cleared the others.  Linux 6.7 to 6.14 (a45f41d754e0 to f2aeb7bbd574) takes
 * a write as the guest's: SET sets, CLR clears.
 */
int arm_cpreg_put(ARMCPRegTarget *target, uint64_t regidx, uint64_t value);

/* One that arm_cpreg_put() writes together with its SET register? */
bool arm_cpreg_is_clear(uint64_t regidx);

/**
 * arm_cpreg_is_early: is it written before all others?
 *
 * What decides which registers there are, or which bits others can hold:
 * identity, the CPU's implementer, and PMCR_EL0, whose N belongs to the VM.
 */
bool arm_cpreg_is_early(uint64_t regidx);

/* Does a register that KVM lists belong in the cpreg list? */
bool arm_cpreg_is_of_list(uint64_t regidx);

/**
 * arm_cpreg_pick_list: the cpreg list in what KVM lists
 * @all: of uint64_t, ascending
 * @indexes: set to a new array, to which @list refers
 * @list: set to those that belong there
 * @fault: set to a new string on failure
 *
 * Returns true if the list keeps its rules.
 */
bool arm_cpreg_pick_list(const GArray *all, uint64_t **indexes,
                         ARMCPRegList *list, char **fault);

/* KVM's errors, as Documentation/virt/kvm/api.rst explains them. */
const char *arm_cpreg_why(int ret);

#endif
