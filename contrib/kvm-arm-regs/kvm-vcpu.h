/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A vCPU of this host's KVM, made only to be asked. */

#ifndef CONTRIB_KVM_ARM_REGS_KVM_VCPU_H
#define CONTRIB_KVM_ARM_REGS_KVM_VCPU_H

#include "host-dump.h"
#include "vcpu-options.h"

/**
 * kvm_vcpu_dump: what KVM gives a new vCPU with these options
 *
 * It is made as that of QEMU's -machine virt -cpu host, as far as registers
 * and their values depend on it.  NULL, and an error that says what to do, if
 * this host has no KVM or KVM does not offer what was asked for.
 */
HostDump *kvm_vcpu_dump(const VCPUOptions *options, GError **err);

#endif
