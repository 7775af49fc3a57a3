/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Try a register list on a scratch vCPU, before the guest's VM is touched.
 *
 * The scratch vCPU gets the registers that a guest cannot change, and runs
 * once.  KVM accepts each ID register by itself, and looks at all of them
 * together only when a VM first runs.  It then changes what does not fit: Linux
 * 7.3 clears ID_AA64MMFR3_EL1.S1PIE if ID_AA64ISAR2_EL1.ATS1A is 0.
 */

#ifndef TARGET_ARM_KVM_TRIAL_H
#define TARGET_ARM_KVM_TRIAL_H

#include "target/arm/cpreg/load.h"
#include "cpu.h"

/**
 * kvm_arm_try_list: load the known values of a list into a scratch vCPU
 * @cpu: has the target, features and vector lengths of the scratch vCPU
 * @source, @known: as for arm_cpreg_load()
 * @load: a new one; gets the outcome of each register
 *
 * Returns false, with an error, if KVM could not be asked.
 */
bool kvm_arm_try_list(ARMCPU *cpu, const ARMCPRegList *source,
                      const ARMCPRegList *known, ARMCPRegLoad *load,
                      Error **errp);

/**
 * kvm_arm_try_load: try the list of a stream
 * @cpu: the vCPU that is to be loaded
 * @source: the checked list, with values
 *
 * Does not try again what KVM has accepted for another vCPU, or for a manifest
 * with the same registers and values.
 *
 * Returns NULL if KVM accepts the list, else the outcome of each register.
 * Returns NULL with an error if KVM could not be asked.
 */
ARMCPRegLoad *kvm_arm_try_load(ARMCPU *cpu, const ARMCPRegList *source,
                               Error **errp);

/* For tests: forget what KVM has accepted. */
void kvm_arm_trial_forget(void);

#endif
