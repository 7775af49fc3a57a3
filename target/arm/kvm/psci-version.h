/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The PSCI version that KVM offers to a guest, -cpu host,kvm-psci-version=1.1.
 *
 * KVM offers each new guest the newest version that it has: 1.0 since Linux
 * 4.17, 1.1 since 5.18, 1.3 since 6.13.  A guest that was started with one
 * cannot migrate to a kernel without it.
 */

#ifndef TARGET_ARM_KVM_PSCI_VERSION_H
#define TARGET_ARM_KVM_PSCI_VERSION_H

#include "cpu.h"

/*
 * Add the property.  Until there is a vCPU, psci_version has the version that
 * is wanted, or 0 for KVM's newest; from then on, the one that KVM offers.
 */
void kvm_arm_psci_version_add_property(ARMCPU *cpu);

/**
 * kvm_arm_psci_version_init: have KVM offer the version that is wanted
 *
 * Call after KVM_ARM_VCPU_INIT, before psci_version is read from KVM.
 */
bool kvm_arm_psci_version_init(ARMCPU *cpu, Error **errp);

#endif
