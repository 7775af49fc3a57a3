/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The PSCI version that KVM offers to a guest. */

#ifndef TARGET_ARM_KVM_PSCI_VERSION_H
#define TARGET_ARM_KVM_PSCI_VERSION_H

#include "cpu.h"

/* Add the property "kvm-psci-version" to a CPU. */
void kvm_arm_add_psci_version_property(ARMCPU *cpu);

/**
 * kvm_arm_set_psci_version: have KVM offer the version of the property
 *
 * Call after KVM_ARM_VCPU_INIT with the feature PSCI_0_2, before the first
 * KVM_RUN.  Does nothing where the property was not set.  The error names what
 * this kernel's KVM can offer.
 */
bool kvm_arm_set_psci_version(ARMCPU *cpu, Error **errp);

#endif
