/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The cpreg list in the migration stream of a vCPU.
 *
 * The stream's part is as it always was: a length, the indexes, the values.
 * What is new is how it is taken: the arrays have the length that comes in,
 * the list is checked, and it is reconciled with the one here by rules.
 */

#ifndef TARGET_ARM_CPREG_MIGRATION_H
#define TARGET_ARM_CPREG_MIGRATION_H

#include "migration/vmstate.h"
#include "cpu.h"

/*
 * For the field cpreg_vmstate_array_len.  A length that comes in is checked,
 * and the arrays behind it get that length.  The name is the one of the
 * VMStateInfo that it stands for, so that the description of the stream
 * (vmdesc) stays the same.
 */
extern const VMStateInfo vmstate_info_cpreg_len;

/*
 * A subsection of cpu: registers of other sizes than 32 and 64 bits, sent
 * while KVM lists any.
 */
extern const VMStateDescription vmstate_kvm_wide_regs;

/* For a VMStateInfo, which has no errp: report it, and let the source know. */
int arm_cpreg_stream_corrupt(ARMCPU *cpu, const char *what);

/* Forget the wide registers of a stream. */
void arm_cpreg_forget_wide(ARMCPU *cpu);

/*
 * Before a load: what the stream does not bring is not there, and what a KVM
 * vCPU is now can be put back.
 */
void arm_cpreg_pre_load(ARMCPU *cpu);

/**
 * arm_cpreg_pre_save: fill the arrays of the stream
 *
 * Reads the registers (from KVM, or from QEMU's own state) first.
 * On failure nothing must be sent; the error names the registers.
 */
bool arm_cpreg_pre_save(ARMCPU *cpu, Error **errp);

/**
 * arm_cpreg_post_load: take the arrays of the stream
 *
 * Checks the list, writes the identity (KVM), reconciles the list with the one
 * here, and writes the rest, to KVM or to QEMU's own state.  On failure the
 * vCPU must not run; the error names every register that is the cause.
 */
bool arm_cpreg_post_load(ARMCPU *cpu, Error **errp);

#endif
