/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One vCPU's registers from a scripted kernel to another, through a stream. */

#ifndef TESTS_UNIT_SCRIPTED_MIGRATION_H
#define TESTS_UNIT_SCRIPTED_MIGRATION_H

#include "migration/qemu-file-types.h"
#include "qapi/error.h"
#include "scripted-kvm.h"

/* What QEMU does with a vCPU before it runs; the new vCPU, or an error. */
ARMCPU *scripted_start(ScriptedKVM *kvm, Error **errp);

/* What QEMU does before KVM_RUN; from then on the guest has run. */
bool scripted_run(ARMCPU *cpu, Error **errp);

/* The vCPU's part of the stream, from its beginning or to its end. */
bool scripted_save(ARMCPU *cpu, QEMUFile *f, Error **errp);
bool scripted_load(ARMCPU *cpu, QEMUFile *f, Error **errp);

/* What kvm_arch_put_registers() does with core registers; NULL: nothing. */
extern int (*scripted_core_put)(CPUState *cs, int level, Error **errp);

/* All of it: a guest that has run moves to a new vCPU. */
bool scripted_migrate(ScriptedKVM *from, ScriptedKVM *to, Error **errp);

#endif
