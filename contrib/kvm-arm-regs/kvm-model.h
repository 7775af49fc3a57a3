/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What KVM does with a register, by the kernel's release.
 *
 * A kernel answers this itself, where there is one to ask: QEMU does.  The
 * model is for where there is none, between two dumps, and for the scripted
 * kernel of the tests.  It is derived from Linux: Documentation/virt/kvm/, the
 * files api.rst and arm/, sys_regs.c and hypercalls.c of arch/arm64/kvm, the
 * ftr tables of arch/arm64/kernel/cpufeature.c; and from what real kernels,
 * 5.10 to 7.3, were seen to do.  An older or newer one is taken for the
 * nearest of these.
 */

#ifndef CONTRIB_KVM_ARM_REGS_KVM_MODEL_H
#define CONTRIB_KVM_ARM_REGS_KVM_MODEL_H

#include "target/arm/cpreg-altered.h"

/* A kernel's release as a number that can be compared. */
#define KERNEL(major, minor) ARM_CPREG_LINUX(major, minor)

/* The number of "6.18.15+deb13-cloud-arm64", KERNEL(6, 18); 0 if it is none. */
unsigned kvm_model_kernel(const char *release);

typedef struct KVMModelField {
    uint64_t regidx;
    unsigned shift;
    unsigned width;
} KVMModelField;

static inline uint64_t kvm_model_field(const KVMModelField *field,
                                       uint64_t value)
{
    return value >> field->shift & ((1ULL << field->width) - 1);
}

typedef struct KVMModelVCPU {
    unsigned kernel;    /* KERNEL(6, 12) */
    bool has_run;       /* KVM_RUN, once */
    uint64_t ctr;       /* CTR_EL0 of a new vCPU, the host's */
    uint64_t pfr0;      /* and its ID_AA64PFR0_EL1 */
} KVMModelVCPU;

typedef struct KVMModelReg {
    uint64_t regidx;
    uint64_t reset;     /* of a new vCPU */
    uint64_t value;     /* as KVM has it now */
    uint64_t mask;      /* KVM_ARM_GET_REG_WRITABLE_MASKS; 0 without it */
} KVMModelReg;

/**
 * kvm_model_set: a write by user space
 * @vcpu: the vCPU; its PMU and its timers are not modelled
 * @reg: the register, which KVM lists
 * @wanted: the value that is written
 * @value: set to the value that KVM then has, on success
 *
 * Returns 0 or a negative errno.
 */
int kvm_model_set(const KVMModelVCPU *vcpu, const KVMModelReg *reg,
                  uint64_t wanted, uint64_t *value);

/* Does kvm_model_set() look at the mask of this register, or at CTR_EL0? */
bool kvm_model_needs_mask(unsigned kernel, uint64_t regidx);
bool kvm_model_needs_ctr(unsigned kernel, uint64_t regidx);

/**
 * kvm_model_gate: what a register is hidden behind
 *
 * While this field of an ID register is 0, KVM neither lists the register nor
 * lets it be accessed.  NULL if it is always there.
 */
const KVMModelField *kvm_model_gate(unsigned kernel, uint64_t regidx);

/*
 * The first KVM_RUN of a VM with these registers, in any order: KVM changes
 * the @values of feature ID registers that do not fit together.
 */
void kvm_model_first_run(unsigned kernel, const uint64_t *indexes,
                         uint64_t *values, size_t len);

#endif
