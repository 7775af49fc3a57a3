/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Preflight on scripted kernels, and the load that it speaks of. */

#ifndef TESTS_UNIT_SCRIPTED_PREFLIGHT_H
#define TESTS_UNIT_SCRIPTED_PREFLIGHT_H

#include "scripted-test.h"
#include "target/arm/kvm-preflight.h"

/* The manifest of a vCPU as the other side has it, encoded and decoded. */
ARMCPRegManifest *manifest_of(ARMCPU *source);

/* Could a new guest of @from be loaded here?  Only these calls are kept. */
KVMPreflight *preflight_of(ScriptedKVM *from, ARMCPU *destination,
                           Error **errp);

/* The @n-th value that was refused, or changed; NULL if there are fewer. */
const ARMCPRegWrite *refused_value(const KVMPreflight *preflight, guint n);

/* How often was a scratch vCPU asked? */
guint scratch_calls(const ScriptedKVM *kvm);

/*
 * A guest that works moves: preflight gives the verdict that the load then
 * gives, with the same registers refused, left behind and kept; it does not
 * touch the vCPU; and what it has asked, the load does not ask again.
 *
 * Returns true if the guest was loaded.
 */
bool check_as_load(ScriptedKVM *from, ScriptedKVM *to);

#endif
