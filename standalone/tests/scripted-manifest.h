/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks of manifests on scripted kernels, and the loads after them. */

#ifndef STANDALONE_TESTS_SCRIPTED_MANIFEST_H
#define STANDALONE_TESTS_SCRIPTED_MANIFEST_H

#include "scripted-test.h"
#include "target/arm/kvm/manifest.h"

/* The manifest of a vCPU as the other side has it, encoded and decoded. */
ARMCPRegManifest *manifest_of(ARMCPU *source);

/* Check a new guest of @from.  Only the calls of this check are kept. */
KVMManifestCheck *manifest_check_of(ScriptedKVM *from, ARMCPU *destination,
                                    Error **errp);

/* The @n-th value that was refused, or changed; NULL if there are fewer. */
const ARMCPRegWrite *refused_value(const KVMManifestCheck *check, guint n);

/* How often was a scratch vCPU asked? */
guint scratch_calls(const ScriptedKVM *kvm);

/*
 * Migrate a working guest: the check and the load refuse, drop and keep the
 * same registers.  The check does not touch the vCPU, and the load does not
 * ask KVM again what the check has asked.
 *
 * Returns true if the guest was loaded.
 */
bool check_as_load(ScriptedKVM *from, ScriptedKVM *to);

#endif
