/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How KVM treats a register, by the kernel's release: the model of
 * contrib/kvm-arm-regs, and the state of a guest.
 *
 * Derived from pmu-emul.c and arch_timer.c of Linux, arch/arm64/kvm, and from
 * observed behaviour of real kernels, not from the code under test.
 */

#ifndef STANDALONE_KVM_SCRIPTED_KVM_MODEL_H
#define STANDALONE_KVM_SCRIPTED_KVM_MODEL_H

#include "scripted-kvm.h"

/* Do the ID registers hide it, so that it is not listed nor accessible? */
bool scripted_model_hides(ScriptedKVM *kvm, const ScriptedReg *reg);

/* The value that a read gives. */
uint64_t scripted_model_get(ScriptedKVM *kvm, const ScriptedReg *reg);

/*
 * The first KVM_RUN of a VM with these registers: KVM changes feature ID
 * registers that do not fit together, and PMCR_EL0.
 */
void scripted_model_first_run(unsigned kernel, const uint64_t *indexes,
                              uint64_t *values, size_t len);

/* A write by user space: 0 or a negative errno. */
int scripted_model_set(ScriptedKVM *kvm, ScriptedReg *reg, uint64_t value);

#endif
