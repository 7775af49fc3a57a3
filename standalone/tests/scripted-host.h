/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A host on which guests are started with a guest view. */

#ifndef STANDALONE_TESTS_SCRIPTED_HOST_H
#define STANDALONE_TESTS_SCRIPTED_HOST_H

#include "scripted-guest-view.h"
#include "scripted-test.h"
#include "scripted-vm.h"

/* A host with the kernel of a recorded list, with no cached answers. */
ScriptedKVM *scripted_host(const char *name);

/* From now on QEMU runs on this host, in a new VM. */
void scripted_host_is(ScriptedKVM *kvm);

/* The machine's first CPU, before it is realized; nothing is chosen. */
ARMCPU *scripted_first_cpu(ScriptedKVM *kvm);

/*
 * What QEMU does with a CPU until it has a vCPU with a register list: finalize,
 * KVM_ARM_VCPU_INIT, init.
 */
bool scripted_realize(ARMCPU *cpu, Error **errp);

/* How often was it called? */
guint scripted_calls(const ScriptedKVM *kvm, ScriptedOp op);

/* Is the vCPU as a new one, and was nothing written to it? */
bool scripted_untouched(ScriptedKVM *kvm);

/* What is wrong with @cpu is told: it does not hold its baseline's values. */
void check_holds_baseline(ARMCPU *cpu);

#endif
