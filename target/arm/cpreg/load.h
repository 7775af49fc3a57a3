/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Load a register list into a target.
 *
 * A target is a vCPU, a scratch vCPU, the model of a host from its dump file,
 * or the scripted kernel of the tests.  One function loads them all, so that a
 * prediction and the load itself agree.
 *
 * The order is that of Linux Documentation/virt/kvm/api.rst, KVM_ARM_VCPU_INIT:
 * write ID registers first, because they decide which registers exist.  Then
 * list again, write the others, and read back what was written.
 */

#ifndef TARGET_ARM_CPREG_LOAD_H
#define TARGET_ARM_CPREG_LOAD_H

#include "reconcile.h"

typedef struct ARMCPRegTarget ARMCPRegTarget;

/* Registers of 32 and 64 bits.  An error is a negative errno. */
struct ARMCPRegTarget {
    /*
     * What KVM_GET_REG_LIST enumerates, ascending: a GArray of uint64_t.  On
     * failure NULL, with a new string.
     */
    GArray *(*list)(ARMCPRegTarget *target, char **fault);
    int (*get)(ARMCPRegTarget *target, uint64_t regidx, uint64_t *value);
    int (*set)(ARMCPRegTarget *target, uint64_t regidx, uint64_t value);
    /*
     * The first KVM_RUN; after it, ID registers are as the guest sees them.
     * On failure false, with a new string.  NULL if the target must not run.
     */
    bool (*first_run)(ARMCPRegTarget *target, char **fault);
};

/* The result of writing a value. */
typedef enum ARMCPRegFate {
    /* The target holds it. */
    ARM_CPREG_TAKEN,
    /* The target holds another value; a row of altered.h.inc says why. */
    ARM_CPREG_ALTERED,
    /* The write failed, or the target holds another value without a row. */
    ARM_CPREG_VALUE_REFUSED,
    /* The target held it until the first run changed it. */
    ARM_CPREG_CHANGED,
} ARMCPRegFate;

typedef struct ARMCPRegWrite {
    uint64_t regidx;
    uint64_t value;
    uint64_t here;          /* what the target holds; see @unread */
    ARMCPRegFate fate;
    bool unread;            /* @here could not be read */
    int ret;                /* of the write, or of the read after it */
    const char *why;        /* static; NULL for ARM_CPREG_TAKEN */
} ARMCPRegWrite;

typedef struct ARMCPRegLoad {
    ARMCPRegReport report;  /* the source's list against the target's */
    GArray *writes;         /* of ARMCPRegWrite, in their order */
    GString *refused;       /* everything that is refused, in words */
    bool busy;              /* some of it because the guest has run */
    /* What the target lists now, with the values that are known. */
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
 * @target: where the registers go
 * @rules: see arm_cpreg_reconcile()
 * @source: the checked list of the guest, with values
 * @known: NULL to write all registers that both sides list.  Before the guest
 *         has stopped: the registers whose values are known; only the bits
 *         that a guest cannot change are written.
 * @before: what the target lists and holds, if known, or NULL
 * @load: a new one; filled in, also on failure
 * @fault: set to a new string on failure
 *
 * A refusal does not end the load early: @load has all verdicts.  But if
 * identity is refused and @known is NULL, the other registers are not written.
 * An identity register that already holds its value is not written.  Counters
 * are not read back, because they go on.
 *
 * Returns false if the target cannot be listed, read or run.
 */
bool arm_cpreg_load(ARMCPRegTarget *target, const ARMCPRegRules *rules,
                    const ARMCPRegList *source, const ARMCPRegList *known,
                    const ARMCPRegList *before, ARMCPRegLoad *load,
                    char **fault);

/**
 * arm_cpreg_put: write a register so that the target then holds @value
 *
 * The PMU's enable and overflow bits are one register with two indexes, SET and
 * CLR; both read as the bits.  Write CLR to clear, then SET to set: Linux 6.7
 * to 6.14 (a45f41d754e0 to f2aeb7bbd574) handles a write like the guest's.
 */
int arm_cpreg_put(ARMCPRegTarget *target, uint64_t regidx, uint64_t value);

/* Is it a CLR register, which arm_cpreg_put() writes with its SET register? */
bool arm_cpreg_is_clear(uint64_t regidx);

/**
 * arm_cpreg_pick_list: pick the cpreg list from all that KVM lists
 * @all: of uint64_t, ascending
 * @indexes: set to a new array, to which @list refers
 * @list: set to the registers of the cpreg list
 * @fault: set to a new string on failure
 *
 * Returns false if the list is invalid, see arm_cpreg_list_fault().
 */
bool arm_cpreg_pick_list(const GArray *all, uint64_t **indexes,
                         ARMCPRegList *list, char **fault);

/* What a negative errno of KVM means, by Documentation/virt/kvm/api.rst. */
const char *arm_cpreg_why(int ret);

#endif
