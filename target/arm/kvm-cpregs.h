/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The cpreg list of a KVM vCPU: what KVM_GET_REG_LIST enumerates, without the
 * core and SVE registers, which kvm.c moves by hand.
 *
 * This is the ioctl edge: what a list means is decided in cpreg-*.c.  Every
 * register that failed is named in one text, and no pass stops at the first.
 *
 * Registers of other sizes than the list can hold are in the list `wide`.
 */

#ifndef TARGET_ARM_KVM_CPREGS_H
#define TARGET_ARM_KVM_CPREGS_H

#include "cpreg-load.h"
#include "cpu.h"

/* What a vCPU was before a load: the list, and its virtual time. */
typedef struct KVMCPRegsBefore {
    size_t len;
    uint64_t *indexes;
    uint64_t *values;
    GPtrArray *wide;    /* of ARMCPRegWide */
    uint64_t vtime;
    bool vtime_dirty;
} KVMCPRegsBefore;

/* What the edge keeps for a vCPU, beside the list in ARMCPU. */
typedef struct KVMCPRegs {
    /*
     * What KVM was last seen to hold, or was given, in the order of the list:
     * what a put need not write.  A read sets both this and cpreg_values.
     */
    uint64_t *held;
    /* Not all of the list could be read when the vCPU stopped. */
    bool unread;
    const char *failed; /* static: why the vCPU must not run; or NULL */
    char *core_unread;  /* kvm-core-regs.c: why one was not read, a sentence */
    bool core_loaded;   /* a load wrote the core registers, and nobody since */
    GPtrArray *wide;    /* of ARMCPRegWide, as read for the last save */
    KVMCPRegsBefore *before;    /* until a load has ended; or NULL */
} KVMCPRegs;

/**
 * kvm_arm_cpregs_init: build the cpreg list of a new vCPU
 *
 * Replaces the list that was made for TCG, and reads the initial values.
 * Call after KVM_ARM_VCPU_INIT and KVM_ARM_VCPU_FINALIZE.
 */
bool kvm_arm_cpregs_init(ARMCPU *cpu, Error **errp);

/* Free what the edge keeps for a vCPU that goes; the list is the CPU's. */
void kvm_arm_cpregs_free(ARMCPU *cpu);

/* For kvm_arch_init_vcpu(): reports the error of @init, 0 or -EINVAL. */
int kvm_arm_init_or_report(ARMCPU *cpu, bool (*init)(ARMCPU *, Error **));

/**
 * kvm_arm_cpregs_reset: take over what a reset has left in KVM
 * @ret: what KVM_ARM_VCPU_INIT returned
 *
 * If that or the read fails, it is reported, and kvm_arm_cpregs_put() fails
 * until a later reset goes well, so that the vCPU does not run.
 */
void kvm_arm_cpregs_reset(ARMCPU *cpu, int ret);

/**
 * kvm_arm_cpregs_get: read every register of the list from KVM
 *
 * A register that KVM has hidden since the list was made leaves the list.
 * Registers that could be read have their new value also on failure.
 */
bool kvm_arm_cpregs_get(ARMCPU *cpu, Error **errp);

/**
 * kvm_arm_cpregs_sync: the same for a vCPU that stops to be looked at
 *
 * A register that cannot be read is reported once and does not fail this: it
 * keeps the value that was read last, and will not be written, so that the
 * guest can run on.  A save reads again, and fails with the name.  Counters
 * are left to the save: they go on, and nobody else asks for them.
 */
void kvm_arm_cpregs_sync(ARMCPU *cpu);

/**
 * kvm_arm_cpregs_put: write the registers of the list that KVM holds another
 * value of
 * @level: KVM_PUT_RUNTIME_STATE and so on; the counters are only written with
 *         KVM_PUT_FULL_STATE, since time must not jump in a running guest
 *
 * KVM_PUT_FULL_STATE also ends a load: there is nothing to be undone then.
 */
bool kvm_arm_cpregs_put(ARMCPU *cpu, int level, Error **errp);

/**
 * kvm_arm_cpregs_pre_save: have all that is to be sent
 *
 * Reads the list, or only its counters while QEMU has the vCPU's state.  The
 * virtual counter is the adjusted one.
 */
bool kvm_arm_cpregs_pre_save(ARMCPU *cpu, Error **errp);

/**
 * kvm_arm_cpregs_begin_load: before anything of a stream is taken
 *
 * What the vCPU is now is kept for kvm_arm_cpregs_undo_load().
 */
void kvm_arm_cpregs_begin_load(ARMCPU *cpu);

/**
 * kvm_arm_cpregs_load: load the list of a stream
 * @source: the checked list, with values
 * @load: a new one; what became of each register
 *
 * See arm_cpreg_load(); wide registers are in cpreg_vmstate_wide.  If nothing
 * was refused, brings QEMU's own view up to date.
 *
 * Returns false, with an error, if KVM does not list its registers.
 */
bool kvm_arm_cpregs_load(ARMCPU *cpu, const ARMCPRegList *source,
                         ARMCPRegLoad *load, Error **errp);

/**
 * kvm_arm_cpregs_undo_load: the load has failed, of this vCPU or anywhere
 *
 * The registers get the values again that they had before it, those of the VM
 * too.  The vCPU must not run until it was reset or loaded: QEMU's view of its
 * other registers is the stream's.  Does nothing for one whose load has not
 * begun.
 */
void kvm_arm_cpregs_undo_load(ARMCPU *cpu);

/* There is nothing to be undone any more. */
void kvm_arm_cpregs_keep_load(ARMCPU *cpu);

/* Have kvm_arm_cpregs_undo_load() called for all when a load has failed. */
void kvm_arm_cpregs_watch_loads(void);

/*
 * Is this register, which was in the list, not in KVM's any more?  False also
 * if KVM does not give its list.
 */
bool kvm_arm_cpreg_has_gone(ARMCPU *cpu, uint64_t regidx);

/* One register of 32 or 64 bits; 0 or a negative errno. */
int kvm_arm_cpreg_read(ARMCPU *cpu, uint64_t regidx, uint64_t *value);
int kvm_arm_cpreg_write(ARMCPU *cpu, uint64_t regidx, uint64_t value);

/*
 * What KVM lists for a vCPU, see ARMCPRegTarget; @ask calls KVM_GET_REG_LIST
 * for it and returns 0 or a negative errno.
 */
struct kvm_reg_list;
GArray *kvm_arm_list_registers(int (*ask)(void *vcpu, struct kvm_reg_list *),
                               void *vcpu, char **fault);

/* A vCPU, for arm_cpreg_load() and arm_cpreg_put(). */
typedef struct KVMCPRegsTarget {
    ARMCPRegTarget target;
    ARMCPU *cpu;
} KVMCPRegsTarget;

KVMCPRegsTarget kvm_arm_cpregs_target(ARMCPU *cpu);

/*
 * kvm-core-regs.c: the registers that are not in the list, of any size.  0, or
 * a negative errno and an error that names the register, and a refused value
 * of up to 64 bits.
 */
int kvm_arm_get_core_reg(CPUState *cs, uint64_t regidx, void *target,
                         Error **errp);
int kvm_arm_put_core_reg(CPUState *cs, uint64_t regidx, void *source,
                         Error **errp);

/**
 * kvm_arm_core_unread: note that a core register could not be read
 * @err: why not; taken
 *
 * Returns true, after a warning, while the guest stands: no core register is
 * written until they were read again, so that the guest can run on, and a save
 * fails by the register's name.
 */
bool kvm_arm_core_unread(ARMCPU *cpu, Error *err, Error **errp);

/**
 * kvm_arm_core_load: write what a load has brought, before the load ends
 *
 * The error names the register that KVM refused, and its value.
 */
bool kvm_arm_core_load(ARMCPU *cpu, Error **errp);

/* Is the list all that is left to write at the end of a load?  Asked once. */
bool kvm_arm_core_is_loaded(ARMCPU *cpu, int level);

/*
 * kvm-vtime.c: keep the virtual counter of a guest that stops, and give it
 * back before it goes on.  Where KVM refuses that, it is told, and the guest
 * sees the time for which it was stopped.
 */
void kvm_arm_vtime_get(ARMCPU *cpu);
void kvm_arm_vtime_put(ARMCPU *cpu);

/* The value of the virtual counter in the list, NULL if it is not listed. */
uint64_t *kvm_arm_cpreg_virtual_counter(ARMCPU *cpu);

/* One more clause about a register that could not be read; @ret says why. */
void kvm_arm_cpreg_append_unread(GString *failed, uint64_t regidx, int ret);

/*
 * kvm-wide-regs.c.  The list is made anew from the indexes that KVM lists; the
 * values are read and written as those of the cpreg list are, see above.  What
 * is listed on one side only is not this code's business.
 */
void kvm_arm_wide_regs_list(ARMCPU *cpu, const GArray *indexes);
bool kvm_arm_wide_regs_get(ARMCPU *cpu, GString *failed);
void kvm_arm_wide_regs_put(ARMCPU *cpu, const GPtrArray *source,
                           GString *refused);

#endif
