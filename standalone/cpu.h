/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A vCPU with nothing but what the cpreg list needs of it. */

#ifndef STANDALONE_CPU_H
#define STANDALONE_CPU_H

#include "qemu/osdep.h"
#include "target/arm/cpreg-vcpu-init.h"

typedef struct CPUState {
    int cpu_index;
    struct ScriptedKVM *kvm;    /* what answers its ioctls */
} CPUState;

typedef struct ARMCPU {
    CPUState parent_obj;

    uint64_t *cpreg_indexes;
    uint64_t *cpreg_values;
    int32_t cpreg_array_len;

    uint64_t *cpreg_vmstate_indexes;
    uint64_t *cpreg_vmstate_values;
    int32_t cpreg_vmstate_array_len;
    GArray *cpreg_vmstate_wide;
    ARMCPRegVCPUInit kvm_vmstate_init;

    struct KVMCPRegs *kvm_cpregs;
    bool kvm_adjvtime;
    bool kvm_vtime_dirty;
    uint64_t kvm_vtime;

    uint32_t kvm_target;
    uint32_t kvm_init_features[ARM_CPREG_FEATURE_WORDS];
    struct {
        uint32_t map;
    } sve_vq;
} ARMCPU;

#define CPU(cpu) (&(cpu)->parent_obj)
#define ARM_CPU(cs) container_of(cs, ARMCPU, parent_obj)

/* The values of the list into QEMU's own state, and back: there is none. */
static inline bool write_list_to_cpustate(ARMCPU *cpu)
{
    return true;
}

static inline bool write_cpustate_to_list(ARMCPU *cpu, bool kvm_sync)
{
    return true;
}

#endif
