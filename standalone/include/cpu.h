/* SPDX-License-Identifier: GPL-2.0-or-later */
/* CPUState and ARMCPU, as far as the edge uses them. */

#ifndef STANDALONE_INCLUDE_CPU_H
#define STANDALONE_INCLUDE_CPU_H

#include "qemu/osdep.h"
#include "target/arm/cpreg/vcpu-init.h"

enum {
    ARM_FEATURE_AARCH64,
};

#define ARM_MAX_VQ 16

typedef struct CPUARMState {
    uint64_t features;
} CPUARMState;

/* The fields of ID registers that cpu-features.h reads. */
typedef struct ARMISARegisters {
    bool aa64_sve;
    bool aa64_pauth;
} ARMISARegisters;

typedef struct CPUState {
    int cpu_index;
    bool vcpu_dirty;
    struct ScriptedKVM *kvm;    /* what answers its ioctls */
} CPUState;

typedef struct ARMCPU {
    CPUState parent_obj;
    CPUARMState env;
    ARMISARegisters isar;
    bool has_pmu;
    bool has_el2;

    uint64_t *cpreg_indexes;
    uint64_t *cpreg_values;
    int32_t cpreg_array_len;

    uint64_t *cpreg_vmstate_indexes;
    uint64_t *cpreg_vmstate_values;
    int32_t cpreg_vmstate_array_len;
    GPtrArray *cpreg_vmstate_wide;
    ARMCPRegVCPUInit kvm_vmstate_init;

    struct KVMCPRegs *kvm_cpregs;
    struct KVMGuestView *kvm_guest_view;
    bool kvm_mte;
    bool kvm_adjvtime;
    bool kvm_vtime_dirty;
    uint64_t kvm_vtime;

    uint32_t psci_version;
    uint32_t kvm_target;
    uint32_t kvm_init_features[ARM_CPREG_FEATURE_WORDS];
    struct {
        uint32_t map;
    } sve_vq;
} ARMCPU;

#define CPU(cpu) (&(cpu)->parent_obj)
#define ARM_CPU(cs) container_of(cs, ARMCPU, parent_obj)

static inline bool arm_feature(CPUARMState *env, int feature)
{
    return env->features >> feature & 1;
}

/* There is no CPU state beside the list. */
static inline bool write_list_to_cpustate(ARMCPU *cpu)
{
    return true;
}

static inline bool write_cpustate_to_list(ARMCPU *cpu, bool kvm_sync)
{
    return true;
}

#endif
