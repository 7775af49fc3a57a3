/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guest view as a part of manifests.
 *
 * A load sets the guest's registers to the values of the stream, whatever the
 * destination's vCPUs started with.  But a reset of the guest goes back to the
 * values that QEMU was started with.  They could keep a guest from moving
 * around its pool, unnoticed.  So both sides must be started with the same
 * guest view.
 */

#ifndef TARGET_ARM_KVM_MANIFEST_GUEST_VIEW_H
#define TARGET_ARM_KVM_MANIFEST_GUEST_VIEW_H

#include "target/arm/cpreg/manifest.h"
#include "cpu.h"

/* Add the guest view to manifests from now on; see KVMManifestPart. */
void kvm_arm_manifest_register_view(void);

/**
 * kvm_arm_manifest_compare_view: compare a source's guest view with this QEMU's
 * @cpu: a vCPU of this QEMU; a guest may run on it
 * @manifest: the source's, checked
 * @refused: the differences and the remedy are appended
 *
 * The register values and the lists of implementations must be equal, and the
 * list must have this host's CPU.  Nothing is refused where neither side has a
 * guest view.
 *
 * Returns false, with an error, if KVM could not be asked.
 */
bool kvm_arm_manifest_compare_view(ARMCPU *cpu,
                                   const ARMCPRegManifest *manifest,
                                   GString *refused, Error **errp);

#endif
