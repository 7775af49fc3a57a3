/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What KVM gives a vCPU: registers, values, masks, capabilities. */

#ifndef CONTRIB_KVM_ARM_REGS_SRC_KVM_REGISTERS_H
#define CONTRIB_KVM_ARM_REGS_SRC_KVM_REGISTERS_H

#include "kvm-vcpu.h"

/* Add the registers that KVM lists; those of the core and SVE only if @all. */
bool kvm_registers_add(HostDump *dump, const KVMVCPU *vcpu, bool all,
                       GError **err);

/* Set the names of KVM's capabilities. */
void kvm_registers_set_capabilities(HostDump *dump, const KVMVCPU *vcpu);

#endif
