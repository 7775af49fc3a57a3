/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a user chooses, as kvm-identity-properties.c and kvm-baseline.c leave
 * it, and QEMU's own view, to which it goes as well.
 */

#ifndef TESTS_UNIT_SCRIPTED_IDENTITY_H
#define TESTS_UNIT_SCRIPTED_IDENTITY_H

#include "scripted-kvm.h"
#include "target/arm/kvm-identity.h"

/* Nothing is chosen. */
KVMIdentity *scripted_identity_new(void);
void scripted_identity_free(KVMIdentity *identity);

/* A baseline of one register more than what it has so far; it has a label. */
void scripted_baseline_add(ARMCPU *cpu, uint64_t regidx, uint64_t value);

/* The baseline of a guest that would run on @kvm: its fixed registers. */
void scripted_baseline_of(ARMCPU *cpu, ScriptedKVM *kvm);

/* x-target-impl-cpus=@text */
void scripted_impl_cpus(ARMCPU *cpu, const char *text);

/* The vCPU's options are those of the recorded list. */
void scripted_options(ARMCPU *cpu);

/* What arm_cpreg_set_isar() was given since a test has emptied it. */
extern GArray *scripted_isar;   /* of KVMWanted */

#endif
