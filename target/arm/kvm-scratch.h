/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A scratch vCPU: one of a VM of its own, made to ask KVM. */

#ifndef TARGET_ARM_KVM_SCRATCH_H
#define TARGET_ARM_KVM_SCRATCH_H

#include "cpreg-list.h"
#include "cpu.h"

/**
 * kvm_arm_scratch_first_run: what a first KVM_RUN makes of ID registers
 * @cpu: the vCPU whose target, features and vector lengths the scratch vCPU
 *       gets
 * @ids: feature ID registers, with the values that @cpu holds
 * @after: as many values; filled with what @cpu would hold once it has run
 *
 * KVM takes each ID register by itself, and looks at all of them together when
 * a VM first runs.  What does not fit then, it changes: Linux 7.3 takes
 * ID_AA64MMFR3_EL1.S1PIE from a guest whose ID_AA64ISAR2_EL1 does not have
 * ATS1A.  The scratch vCPU runs no instruction.  The answer to the last
 * question is kept.
 *
 * Returns false, with an error, if KVM could not be asked.
 */
bool kvm_arm_scratch_first_run(ARMCPU *cpu, const ARMCPRegList *ids,
                               uint64_t *after, Error **errp);

#endif
