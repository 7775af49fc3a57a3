/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A scripted kernel: answers the KVM ioctls of one vCPU from a table of
 * registers.
 *
 * The table is a recorded list of a real kernel.  scripted-kvm-model.c has
 * what a write does, and which registers an ID register hides.  Every call is
 * kept, and any of them can be made to fail.
 */

#ifndef STANDALONE_KVM_SCRIPTED_KVM_H
#define STANDALONE_KVM_SCRIPTED_KVM_H

#include "contrib/kvm-arm-regs/src/kvm-model.h"
#include "cpu.h"

typedef struct ScriptedReg {
    uint64_t regidx;
    uint64_t reset;     /* as recorded, of a vCPU that has not run */
    uint64_t value;     /* as KVM stores it */
    uint64_t mask;      /* KVM_ARM_GET_REG_WRITABLE_MASKS, if @has_mask */
    bool has_mask;
    bool has_value;     /* false: core, SVE, or a counter */
    bool unlisted;      /* gone: neither listed nor readable */
    uint8_t *wide;      /* the value, of another size than 32 and 64 bits */
    uint8_t fill;       /* each of its bytes, of a vCPU that has not run */
} ScriptedReg;

typedef enum ScriptedOp {
    SCRIPTED_ANY,
    SCRIPTED_LIST,
    SCRIPTED_GET,
    SCRIPTED_SET,
    SCRIPTED_ENABLE,    /* KVM_ENABLE_CAP of the VM */
    SCRIPTED_FILTER,    /* its KVM_SET_DEVICE_ATTR */
    SCRIPTED_SCRATCH,   /* any of these, of a scratch vCPU: */
    SCRIPTED_SCRATCH_NEW,
    SCRIPTED_SCRATCH_LIST,
    SCRIPTED_SCRATCH_GET,
    SCRIPTED_SCRATCH_SET,
    SCRIPTED_SCRATCH_RUN,
} ScriptedOp;

typedef struct ScriptedCall {
    ScriptedOp op;
    uint64_t regidx;    /* 0 if the call has none */
    uint64_t value;     /* written or read, up to 64 bits */
    int ret;
} ScriptedCall;

/* The call that fails: the @at-th (from 1) that matches. */
typedef struct ScriptedFault {
    unsigned at;        /* 0: none */
    bool onwards;       /* and each later one */
    ScriptedOp op;      /* SCRIPTED_ANY matches all */
    uint64_t regidx;    /* 0 matches all */
    int error;          /* EINVAL and so on */
    /* private */
    unsigned seen;
} ScriptedFault;

typedef struct ScriptedKVM {
    char *name;         /* the file's, "6.12-neoverse-n1-vregs.txt" */
    unsigned kernel;    /* KERNEL(6, 12) */
    GArray *regs;       /* of ScriptedReg, in ascending order */
    uint64_t sve_vls;   /* bit n: vectors of (n + 1) * 128 bits; 0: no SVE */
    bool has_run;       /* the vCPU did KVM_RUN once */
    bool imp_ids;       /* MIDR_EL1, REVIDR_EL1 and AIDR_EL1 are writable */
    GArray *calls;      /* of ScriptedCall */
    uint64_t shows;     /* listed from a write of @shown_by on; 0: none */
    uint64_t shown_by;
    ScriptedFault fault;
} ScriptedKVM;

/* A kernel from a recorded list; its values are those of a new vCPU. */
ScriptedKVM *scripted_kvm_load(const char *path, GError **err);
void scripted_kvm_free(ScriptedKVM *kvm);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ScriptedKVM, scripted_kvm_free)

/* Back to a new vCPU: no calls, no fault, reset values. */
void scripted_kvm_reset(ScriptedKVM *kvm);

/* A new VM of the same kernel, with the same register list. */
ScriptedKVM *scripted_kvm_another(const ScriptedKVM *kvm);

/* Add a register of any size to the table; each of its bytes is @fill. */
void scripted_kvm_add(ScriptedKVM *kvm, uint64_t regidx, uint8_t fill);

/* The register in the table, hidden or not; NULL if there is none. */
ScriptedReg *scripted_kvm_find(ScriptedKVM *kvm, uint64_t regidx);

/* The size of its value in bytes. */
size_t scripted_size(uint64_t regidx);

/* Does KVM list this register now? */
bool scripted_kvm_lists(ScriptedKVM *kvm, const ScriptedReg *reg);

/* The value that KVM_GET_ONE_REG would read now, of 32 and 64 bits. */
uint64_t scripted_kvm_value(ScriptedKVM *kvm, uint64_t regidx);

/* The ioctls, for a register of 32 or 64 bits: 0 or a negative errno. */
int scripted_kvm_get(ScriptedKVM *kvm, uint64_t regidx, uint64_t *value);
int scripted_kvm_set(ScriptedKVM *kvm, uint64_t regidx, uint64_t value);

/* For scripted-scratch.c: keep a call and return @ret; must the call fail? */
int scripted_kvm_done(ScriptedKVM *kvm, ScriptedOp op, uint64_t regidx,
                      uint64_t value, int ret);
bool scripted_kvm_fails(ScriptedKVM *kvm, ScriptedOp op, uint64_t regidx);

/* KVM_RUN, and back. */
void scripted_kvm_run(ScriptedKVM *kvm);

/*
 * A guest at work: each register that it can write gets another value than
 * that of a new vCPU, except the time and the physical timer.
 */
void scripted_kvm_guest_works(ScriptedKVM *kvm);

/*
 * A vCPU of this kernel, with the features in the list's name.  Its cpreg list
 * is not built yet.
 */
ARMCPU *scripted_vcpu_new(ScriptedKVM *kvm);
void scripted_vcpu_free(ARMCPU *cpu);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ARMCPU, scripted_vcpu_free)

/* Does this register belong to QEMU's cpreg list: not core, not SVE? */
bool scripted_is_cpreg(uint64_t regidx);

#endif
