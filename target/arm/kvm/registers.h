/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The cpreg list of a KVM vCPU: the registers that KVM_GET_REG_LIST enumerates,
 * except core and SVE registers.  kvm.c moves these one by one.
 *
 * Only ioctls are here; cpreg/ decides.  No function stops at the first
 * register that fails: one error names all of them.
 *
 * Registers that are neither 32 nor 64 bits wide are in the list `wide`.
 */

#ifndef TARGET_ARM_KVM_REGISTERS_H
#define TARGET_ARM_KVM_REGISTERS_H

#include "target/arm/cpreg/load.h"
#include "cpu.h"

/* The list and the virtual time that a vCPU had before a load. */
typedef struct KVMCPRegsBefore {
    size_t len;
    uint64_t *indexes;
    uint64_t *values;
    GPtrArray *wide;    /* of ARMCPRegWide */
    uint64_t vtime;
    bool vtime_dirty;
} KVMCPRegsBefore;

/* KVM state of a vCPU beside the list in ARMCPU. */
typedef struct KVMCPRegs {
    /*
     * The values that KVM holds, as last read or written, in the order of the
     * list.  A put does not write them again.  A read sets both this and
     * cpreg_values.
     */
    uint64_t *held;
    bool unread;        /* a register could not be read when the vCPU stopped */
    bool reset_failed;  /* the vCPU must not run */
    bool load_failed;   /* the vCPU must not run, see undo.h */
    char *core_unread;  /* why a core register was not read; or NULL */
    bool core_loaded;   /* core registers are as a load has written them */
    GPtrArray *wide;    /* of ARMCPRegWide */
    KVMCPRegsBefore *before;    /* for undo.h, while a load runs; or NULL */
} KVMCPRegs;

/**
 * kvm_arm_cpregs_init: build the cpreg list of a new vCPU
 *
 * Replaces the list that was made for TCG, and reads the initial values.
 * Call after KVM_ARM_VCPU_INIT and KVM_ARM_VCPU_FINALIZE.
 */
bool kvm_arm_cpregs_init(ARMCPU *cpu, Error **errp);

/* Free the KVM state of a vCPU; the list belongs to the CPU. */
void kvm_arm_cpregs_free(ARMCPU *cpu);

/* Run @init and report its error; returns 0 or -EINVAL. */
int kvm_arm_init_or_report(ARMCPU *cpu, bool (*init)(ARMCPU *, Error **));

/**
 * kvm_arm_cpregs_reset: read the list after a reset
 * @ret: what KVM_ARM_VCPU_INIT returned
 *
 * Reports an error of either.  kvm_arm_cpregs_put() then fails until a reset
 * succeeds, so that the vCPU does not run.
 */
void kvm_arm_cpregs_reset(ARMCPU *cpu, int ret);

/**
 * kvm_arm_cpregs_get: read every register of the list from KVM
 *
 * Drops registers that KVM no longer lists.  On failure, the registers that
 * could be read have their new values.
 */
bool kvm_arm_cpregs_get(ARMCPU *cpu, Error **errp);

/**
 * kvm_arm_cpregs_sync: read the list of a vCPU that has stopped
 *
 * A register that cannot be read is reported once.  It keeps the value that was
 * read last and is not written, so that the guest can run on.  A save reads
 * again, and fails with the register's name.  Does not read counters: they go
 * on, and only a save needs them.
 */
void kvm_arm_cpregs_sync(ARMCPU *cpu);

/**
 * kvm_arm_cpregs_put: write the registers whose values KVM does not hold
 * @level: KVM_PUT_RUNTIME_STATE and so on.  Only KVM_PUT_FULL_STATE writes
 *         counters: time must not jump in a running guest.
 *
 * KVM_PUT_FULL_STATE also ends a load, which then cannot be undone.
 */
bool kvm_arm_cpregs_put(ARMCPU *cpu, int level, Error **errp);

/**
 * kvm_arm_cpregs_pre_save: read what is to be sent
 *
 * Reads the list, or only the counters if QEMU has the vCPU's other state.
 * Puts the adjusted virtual counter into the list.
 */
bool kvm_arm_cpregs_pre_save(ARMCPU *cpu, Error **errp);

/* Forget what the vCPU was before its load; the load stays. */
void kvm_arm_cpregs_keep_load(ARMCPU *cpu);

/* Does KVM no longer list this register?  False if KVM gives no list. */
bool kvm_arm_cpreg_has_gone(ARMCPU *cpu, uint64_t regidx);

/* Read or write a register of 32 or 64 bits; return 0 or a negative errno. */
int kvm_arm_cpreg_read(ARMCPU *cpu, uint64_t regidx, uint64_t *value);
int kvm_arm_cpreg_write(ARMCPU *cpu, uint64_t regidx, uint64_t value);

/*
 * The registers that KVM lists for a vCPU, as ARMCPRegTarget.list() returns
 * them.  @ask calls KVM_GET_REG_LIST and returns 0 or a negative errno.
 */
struct kvm_reg_list;
GArray *kvm_arm_list_registers(int (*ask)(void *vcpu, struct kvm_reg_list *),
                               void *vcpu, char **fault);

/* A vCPU as arm_cpreg_load() and arm_cpreg_put() take it. */
typedef struct KVMCPRegsTarget {
    ARMCPRegTarget target;
    ARMCPU *cpu;
} KVMCPRegsTarget;

KVMCPRegsTarget kvm_arm_cpregs_target(ARMCPU *cpu);

/* The virtual counter in the list; NULL if KVM does not list it. */
uint64_t *kvm_arm_cpreg_virtual_counter(ARMCPU *cpu);

#endif
