/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guest view of a vCPU, in place of what guest-view-properties.c and
 * baseline.c set, and QEMU's own copy of the ID registers.
 */

#ifndef STANDALONE_KVM_SCRIPTED_GUEST_VIEW_H
#define STANDALONE_KVM_SCRIPTED_GUEST_VIEW_H

#include "scripted-kvm.h"
#include "target/arm/kvm/guest-view.h"

/* No guest view is set. */
KVMGuestView *scripted_guest_view_new(void);
void scripted_guest_view_free(KVMGuestView *view);

/* Add a register to the baseline, which is made by the first call. */
void scripted_baseline_add(ARMCPU *cpu, uint64_t regidx, uint64_t value);

/* Add the fixed registers of @kvm to the baseline. */
void scripted_baseline_of(ARMCPU *cpu, ScriptedKVM *kvm);

/* x-target-impl-cpus=@text */
void scripted_impl_cpus(ARMCPU *cpu, const char *text);

/* Set the vCPU's options by the features of the recorded list. */
void scripted_options(ARMCPU *cpu);

/* The arguments of arm_cpreg_set_isar(), until a test clears it. */
extern GArray *scripted_isar;   /* of KVMGuestViewValue */

#endif
