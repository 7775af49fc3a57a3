/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Manifests of vCPUs: read one from KVM, and check one with KVM.
 *
 * A check asks KVM on a scratch vCPU.  So it does not touch a guest that this
 * QEMU has, and guesses nothing.
 */

#ifndef TARGET_ARM_KVM_MANIFEST_H
#define TARGET_ARM_KVM_MANIFEST_H

#include "target/arm/cpreg/load.h"
#include "target/arm/cpreg/manifest.h"
#include "cpu.h"

/**
 * KVMManifestPart: what another module adds to manifests and compares
 *
 * For properties that a load does not need, but that both sides must share.
 */
typedef struct KVMManifestPart {
    /* Must a destination check the manifest of this guest? */
    bool (*is_required)(ARMCPU *cpu);
    /* Add to a manifest, which has its registers and their values. */
    void (*add)(ARMCPU *cpu, ARMCPRegManifest *manifest);
    /*
     * Compare the source's manifest with this QEMU, and append differences
     * and their remedy to @refused.  Returns false, with an error, if KVM
     * could not be asked.
     */
    bool (*compare)(ARMCPU *cpu, const ARMCPRegManifest *manifest,
                    GString *refused, Error **errp);
} KVMManifestPart;

/* Use @part, which stays valid, from now on.  Twice is as good as once. */
void kvm_arm_manifest_add_part(const KVMManifestPart *part);

/* Does a part say that a destination must check this guest's manifest? */
bool kvm_arm_manifest_is_required(ARMCPU *cpu);

/* What a check has found. */
typedef struct KVMManifestCheck {
    bool compared;          /* false if target or features differ... */
    ARMCPRegLoad *load;     /* ...and this is empty then */
    GString *refused;       /* everything refused, as text */
    GString *parts;         /* the same, found by KVMManifestPart.compare */
} KVMManifestCheck;

void kvm_arm_manifest_check_free(KVMManifestCheck *check);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KVMManifestCheck, kvm_arm_manifest_check_free)

/**
 * kvm_arm_manifest_read: read the manifest of a vCPU
 *
 * Reads registers: call it in the vCPU's thread, or before there is one.
 *
 * Returns NULL, with an error, if a register cannot be read.
 */
ARMCPRegManifest *kvm_arm_manifest_read(ARMCPU *cpu, Error **errp);

/* The same for the machine's first vCPU, from any thread; it may be running. */
ARMCPRegManifest *kvm_arm_manifest_of_machine(Error **errp);

/**
 * kvm_arm_manifest_check: can this host load the guest of a manifest?
 * @cpu: a vCPU of this QEMU: its target, features and vector lengths are used
 * @manifest: without a fault, see arm_cpreg_manifest_fault()
 *
 * Where these differ from the manifest's, registers are not compared: which
 * registers there are follows from them.
 *
 * Returns what was found; NULL, with an error, if KVM could not be asked.
 */
KVMManifestCheck *kvm_arm_manifest_check(ARMCPU *cpu,
                                         const ARMCPRegManifest *manifest,
                                         Error **errp);

/* The refusal as a new string; NULL if nothing is refused. */
char *kvm_arm_manifest_check_text(const KVMManifestCheck *check,
                                  const ARMCPRegManifest *manifest);

#endif
