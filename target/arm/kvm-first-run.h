/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a first KVM_RUN makes of a VM's ID registers.
 *
 * KVM takes each ID register by itself, and looks at all of them together when
 * a VM first runs.  What does not fit then, it changes: Linux 7.3 takes
 * ID_AA64MMFR3_EL1.S1PIE from a guest whose ID_AA64ISAR2_EL1 does not have
 * ATS1A.  A scratch vCPU shows it before a guest is lost by it.
 */

#ifndef TARGET_ARM_KVM_FIRST_RUN_H
#define TARGET_ARM_KVM_FIRST_RUN_H

#include "kvm-scratch.h"

/* For arm_cpreg_append_refused() */
#define KVM_ARM_FIRST_RUN_CHANGES "KVM changes it when the guest runs"

/*
 * The bits of a register that KVM fills in by the VM's interrupt controller: a
 * scratch vCPU, which has none, cannot be asked about them.
 */
uint64_t kvm_arm_first_run_foreign(uint64_t regidx);

/* Read a register of a scratch vCPU without which nothing can be said. */
bool kvm_arm_first_run_read(KVMScratch *scratch, uint64_t regidx,
                          uint64_t *value, Error **errp);

/* The part of a checked list that is feature ID registers. */
ARMCPRegList kvm_arm_first_run_ids(const ARMCPRegList *list);

/**
 * kvm_arm_first_run: ask for a vCPU
 * @cpu: the vCPU
 * @ids: its feature ID registers, with the values that it holds
 * @after: as many values; filled with what it would hold once it has run
 *
 * The answer to the last question is kept: to make and to end a VM takes its
 * time, the vCPUs of a machine ask for the same values one after another, and
 * a manifest has asked for them before the guest stood still.
 *
 * Returns false, with an error, if KVM could not be asked.
 */
bool kvm_arm_first_run(ARMCPU *cpu, const ARMCPRegList *ids, uint64_t *after,
                       Error **errp);

/**
 * kvm_arm_first_run_of: run a scratch vCPU
 * @scratch: one that has not run
 * @ids: its feature ID registers, with the values that it holds
 * @after: as many values; filled with what it holds then
 */
bool kvm_arm_first_run_of(KVMScratch *scratch, const ARMCPRegList *ids,
                          uint64_t *after, Error **errp);

/* Forget the answer: another kernel is behind KVM's ioctls now. */
void kvm_arm_first_run_forget(void);

#endif
