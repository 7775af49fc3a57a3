/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What KVM tells of a vCPU: registers, values, masks, capabilities. */

#ifndef CONTRIB_KVM_ARM_REGS_KVM_REGISTERS_H
#define CONTRIB_KVM_ARM_REGS_KVM_REGISTERS_H

#include <linux/kvm.h>

#include "host-dump.h"

typedef struct KVMVCPU {
    int kvm;                /* files, -1 where there is none */
    int vm;
    int fd;
    int gic;
    struct kvm_vcpu_init init;
    uint64_t sve_vls;       /* as in ARMCPRegVCPUInit */
} KVMVCPU;

/* False, with an error made of @what and errno. */
bool kvm_vcpu_fail(GError **err, const char *what);

bool kvm_vcpu_has(const KVMVCPU *vcpu, int capability);

/* All that KVM lists; not core and SVE registers, which QEMU moves by hand. */
bool kvm_vcpu_add_registers(HostDump *dump, const KVMVCPU *vcpu,
                            GError **err);

/* KVM's capabilities, by name. */
void kvm_vcpu_add_capabilities(HostDump *dump, const KVMVCPU *vcpu);

#endif
