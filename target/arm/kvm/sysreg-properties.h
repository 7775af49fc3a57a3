/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Properties SYSREG_<register>_<field>: single fields of a guest view. */

#ifndef TARGET_ARM_KVM_SYSREG_PROPERTIES_H
#define TARGET_ARM_KVM_SYSREG_PROPERTIES_H

#include "cpu.h"

/**
 * kvm_arm_add_sysreg_properties: add the properties to a CPU's class
 * @cpu: a new CPU; only the first one of its class has an effect
 *
 * A property sets a field of an ID register to another value than the host's.
 * Each field of cpreg/fields.h.inc that KVM lets a user set has a property by
 * the name there, SYSREG_ID_AA64DFR0_EL1_DebugVer.  MIDR_EL1 and CLIDR_EL1
 * have none, since their fields have no safe values; nor have fields that KVM
 * sets by the interrupt controller.
 *
 * A value is checked when it is set, by the rules of cpreg/safe.h.  KVM may
 * still refuse it when the vCPU is created: other options of the CPU can limit
 * what is possible.
 */
void kvm_arm_add_sysreg_properties(ARMCPU *cpu);

#endif
