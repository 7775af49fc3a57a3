/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A scratch vCPU of this host's KVM. */

#ifndef CONTRIB_KVM_ARM_REGS_SRC_KVM_VCPU_H
#define CONTRIB_KVM_ARM_REGS_SRC_KVM_VCPU_H

#include <linux/kvm.h>

#include "host-dump.h"
#include "vcpu-options.h"

typedef struct KVMVCPU {
    int kvm;                /* files, -1 for none */
    int vm;
    int fd;
    int gic;
    struct kvm_vcpu_init init;
    uint64_t sve_vls;       /* as in ARMCPRegVCPUInit */
} KVMVCPU;

#define KVM_VCPU_NONE ((KVMVCPU) { .kvm = -1, .vm = -1, .fd = -1, .gic = -1 })

/**
 * kvm_vcpu_make: make a vCPU with these options
 * @vcpu: KVM_VCPU_NONE; needs kvm_vcpu_close() after a failure too
 *
 * It has the registers and values of a vCPU of QEMU's -machine virt -cpu host.
 * False, with an error and its remedy, if this host has no KVM or KVM does not
 * offer one of the options.
 */
bool kvm_vcpu_make(KVMVCPU *vcpu, const VCPUOptions *options, GError **err);

void kvm_vcpu_close(const KVMVCPU *vcpu);

/* Sets an error from @what and errno, and returns false. */
bool kvm_vcpu_fail(GError **err, const char *what);

bool kvm_vcpu_has(const KVMVCPU *vcpu, int capability);

#endif
