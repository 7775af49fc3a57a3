/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ioctls of a KVM vCPU, answered by standalone/kvm/scripted-kvm.c, and of a
 * VM, answered by standalone/kvm/scripted-vm.c.
 */

#ifndef STANDALONE_INCLUDE_SYSTEM_KVM_H
#define STANDALONE_INCLUDE_SYSTEM_KVM_H

#include "arm64-uapi.h"
#include "cpu.h"

/* How much of a vCPU's state to write; QEMU's values. */
enum {
    KVM_PUT_RUNTIME_STATE = 1,
    KVM_PUT_RESET_STATE = 2,
    KVM_PUT_FULL_STATE = 3,
};

#define kvm_enabled() true

/* 0 or a negative errno, like the next two. */
int kvm_vcpu_ioctl(CPUState *cpu, unsigned long type, ...);
int kvm_get_one_reg(CPUState *cs, uint64_t id, void *target);
int kvm_set_one_reg(CPUState *cs, uint64_t id, void *source);

/* Writes the core registers of scripted_core_put(). */
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
