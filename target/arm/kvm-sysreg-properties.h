/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Properties SYSREG_<register>_<field>: a field of an ID register that shall
 * have another value than the host's.
 */

#ifndef TARGET_ARM_KVM_SYSREG_PROPERTIES_H
#define TARGET_ARM_KVM_SYSREG_PROPERTIES_H

#include "cpu.h"

/**
 * kvm_arm_add_sysreg_properties: give a CPU its properties
 * @cpu: one that is being made; its class gets them, with the first CPU
 *
 * There is one for each field in cpreg-fields.h.inc that KVM lets a user
 * choose, with the names there: SYSREG_ID_AA64DFR0_EL1_DebugVer.  So a property
 * that there is can be set.  Not for MIDR_EL1 and CLIDR_EL1, which say nothing
 * by their fields, and not for what KVM fills in by the interrupt controller.
 *
 * A value is checked as it is set, by the rules of cpreg-safe.h, and wanted
 * with kvm_arm_identity_want().  KVM may still refuse it when the vCPU is
 * made: what is possible can be less on a CPU with other options.
 */
void kvm_arm_add_sysreg_properties(ARMCPU *cpu);

#endif
