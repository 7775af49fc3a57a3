/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The types of the model of KVM, for kvm-model.c and its parts. */

#ifndef CONTRIB_KVM_ARM_REGS_SRC_KVM_MODEL_TYPES_H
#define CONTRIB_KVM_ARM_REGS_SRC_KVM_MODEL_TYPES_H

#include "target/arm/cpreg/altered.h"

/* A kernel's release as a number that can be compared. */
#define KERNEL(major, minor) ARM_CPREG_LINUX(major, minor)

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

#endif
