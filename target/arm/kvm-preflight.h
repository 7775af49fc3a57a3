/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Preflight: can this host take a guest, by its manifest?
 *
 * Asked of KVM on a scratch vCPU, so that the guest that is here, if there is
 * one, is not touched, and nothing is guessed.
 */

#ifndef TARGET_ARM_KVM_PREFLIGHT_H
#define TARGET_ARM_KVM_PREFLIGHT_H

#include "cpreg-load.h"
#include "cpreg-manifest.h"
#include "cpu.h"

typedef struct KVMPreflight {
    bool compared;          /* false if the vCPU features differ... */
    ARMCPRegLoad *load;     /* ...and then this is empty */
    GString *refused;       /* all of it in words; empty if nothing is */
    /* A vCPU here starts with other values than were chosen, in words. */
    GString *started;
} KVMPreflight;

void kvm_arm_preflight_free(KVMPreflight *preflight);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KVMPreflight, kvm_arm_preflight_free)

/**
 * kvm_arm_manifest_read: the manifest of a vCPU
 *
 * Call in the vCPU's thread, or before it has one: registers are read.
 *
 * Returns NULL, with an error, if KVM does not let one be read.
 */
ARMCPRegManifest *kvm_arm_manifest_read(ARMCPU *cpu, Error **errp);

/*
 * The manifest of the machine's first vCPU, which may run; NULL and an error
 * if it fails.
 */
ARMCPRegManifest *kvm_arm_manifest_of_machine(Error **errp);

/**
 * kvm_arm_preflight: could the guest of a manifest be loaded here?
 * @cpu: a vCPU of this QEMU; its target, features and vector lengths count
 * @manifest: a checked one
 *
 * Where features or vector lengths differ, registers are not compared: which
 * there are follows from these.
 *
 * Returns the outcome for each register; NULL, with an error, if KVM could
 * not be asked.
 */
KVMPreflight *kvm_arm_preflight(ARMCPU *cpu, const ARMCPRegManifest *manifest,
                                Error **errp);

/* What stands in the way, as a new string; NULL if nothing does. */
char *kvm_arm_preflight_text(const KVMPreflight *preflight,
                             const ARMCPRegManifest *manifest);

#endif
