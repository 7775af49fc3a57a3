/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Would KVM take a register list?
 *
 * Asked of a scratch vCPU, which gets what a guest cannot change and runs once:
 * KVM takes each ID register by itself, and looks at all of them together when
 * a VM first runs.  What does not fit then, it changes: Linux 7.3 takes
 * ID_AA64MMFR3_EL1.S1PIE from a guest whose ID_AA64ISAR2_EL1 does not have
 * ATS1A.  The VM of the guest is not touched by a list that cannot be loaded.
 */

#ifndef TARGET_ARM_KVM_TRIAL_H
#define TARGET_ARM_KVM_TRIAL_H

#include "cpreg-load.h"
#include "cpu.h"

/**
 * kvm_arm_try_list: load what is known of a list into a scratch vCPU
 * @cpu: the vCPU whose target, features and vector lengths it gets
 * @source, @known: as for arm_cpreg_load()
 * @load: a new one; what became of each register
 *
 * Returns false, with an error, if KVM could not be asked.
 */
bool kvm_arm_try_list(ARMCPU *cpu, const ARMCPRegList *source,
                      const ARMCPRegList *known, ARMCPRegLoad *load,
                      Error **errp);

/**
 * kvm_arm_try_load: the same of a list that has arrived
 * @cpu: the vCPU that is to be loaded
 * @source: the checked list, with values
 *
 * KVM is not asked again what it has answered for a manifest with the same
 * registers and values, or for another vCPU.
 *
 * Returns what became of each register, NULL if KVM takes them; NULL too, with
 * an error, if it could not be asked.
 */
ARMCPRegLoad *kvm_arm_try_load(ARMCPU *cpu, const ARMCPRegList *source,
                               Error **errp);

/* Forget what KVM has answered: another one is behind its ioctls now. */
void kvm_arm_trial_forget(void);

#endif
