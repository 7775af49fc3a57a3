/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Preflight of a guest whose user has chosen what it sees.
 *
 * KVM takes the values of the guest's registers from the stream, whatever a
 * vCPU here has started with.  But a reset of the guest goes back to what QEMU
 * was started with, and so would a guest that can be moved around the pool
 * become one that cannot, unnoticed.  So both sides must have been started
 * with the same values.
 */

#ifndef TARGET_ARM_KVM_PREFLIGHT_CHOSEN_H
#define TARGET_ARM_KVM_PREFLIGHT_CHOSEN_H

#include "cpreg-manifest.h"
#include "cpu.h"

/* Put what the user has chosen for this vCPU into its manifest. */
void kvm_arm_add_chosen(ARMCPU *cpu, ARMCPRegManifest *manifest);

/**
 * kvm_arm_compare_chosen: has this QEMU been started for that guest?
 * @cpu: a vCPU of this QEMU; a guest may run on it
 * @manifest: a checked one, of the source
 * @refused: what is in the way is appended, with what to do
 *
 * What either side has chosen must be equal, the list of implementations too,
 * and this host's CPU must be in it.  Where nobody has chosen anything,
 * nothing is in the way.
 *
 * Returns false, with an error, if KVM could not be asked.
 */
bool kvm_arm_compare_chosen(ARMCPU *cpu, const ARMCPRegManifest *manifest,
                            GString *refused, Error **errp);

#endif
