/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ioctls of a KVM vCPU, which tests/unit/scripted-kvm.c answers, and of
 * a VM: tests/unit/scripted-vm.c.
 */

#ifndef STANDALONE_SYSTEM_KVM_H
#define STANDALONE_SYSTEM_KVM_H

#include "arm64-uapi.h"
#include "cpu.h"

/* How much of a vCPU's state is to be written, in QEMU's numbers. */
enum {
    KVM_PUT_RUNTIME_STATE = 1,
    KVM_PUT_RESET_STATE = 2,
    KVM_PUT_FULL_STATE = 3,
};

#define kvm_enabled() true

/* 0 or a negative errno, as all three. */
int kvm_vcpu_ioctl(CPUState *cpu, unsigned long type, ...);
int kvm_get_one_reg(CPUState *cs, uint64_t id, void *target);
int kvm_set_one_reg(CPUState *cs, uint64_t id, void *source);

/* kvm.c; here it writes no core register but those of scripted_core_put(). */
int kvm_arch_put_registers(CPUState *cs, int level, Error **errp);

typedef struct ScriptedKVM KVMState;

extern KVMState *kvm_state;

int kvm_check_extension(KVMState *s, unsigned int extension);
int kvm_vm_ioctl(KVMState *s, unsigned long type, ...);

#define kvm_vm_enable_cap(s, capability, cap_flags) \
    kvm_vm_ioctl(s, KVM_ENABLE_CAP, &(struct kvm_enable_cap) { \
        .cap = (capability), .flags = (cap_flags), \
    })

#endif
