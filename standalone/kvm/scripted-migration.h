/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One vCPU's registers from a scripted kernel to another, through a stream. */

#ifndef STANDALONE_KVM_SCRIPTED_MIGRATION_H
#define STANDALONE_KVM_SCRIPTED_MIGRATION_H

#include "migration/qemu-file-types.h"
#include "qapi/error.h"
#include "scripted-kvm.h"

/* Create a vCPU as QEMU does; NULL and an error if that fails. */
ARMCPU *scripted_start(ScriptedKVM *kvm, Error **errp);

/* Run a vCPU as QEMU does; from then on the guest has run. */
bool scripted_run(ARMCPU *cpu, Error **errp);

/* Write the vCPU's part of a stream at its end; load one. */
bool scripted_save(ARMCPU *cpu, QEMUFile *f, Error **errp);
bool scripted_load(ARMCPU *cpu, QEMUFile *f, Error **errp);

/* What kvm_arch_put_registers() does with core registers; NULL: nothing. */
extern int (*scripted_core_put)(CPUState *cs, int level, Error **errp);

/* A whole migration of a guest that has run to a new vCPU. */
bool scripted_migrate(ScriptedKVM *from, ScriptedKVM *to, Error **errp);

#endif
