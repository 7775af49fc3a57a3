/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ioctls of a KVM vCPU; tests/unit/scripted-kvm.c answers them. */

#ifndef STANDALONE_SYSTEM_KVM_H
#define STANDALONE_SYSTEM_KVM_H

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

#endif
