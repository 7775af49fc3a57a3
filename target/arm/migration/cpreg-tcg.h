/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The register list of a stream into a vCPU of TCG. */

#ifndef TARGET_ARM_MIGRATION_CPREG_TCG_H
#define TARGET_ARM_MIGRATION_CPREG_TCG_H

#include "target/arm/cpreg/reconcile.h"
#include "cpu.h"

/**
 * arm_cpreg_load_tcg: reconcile the list of a stream with the vCPU's
 * @source: the checked list, with values
 * @refused: a clause is appended for each register that is refused
 *
 * A register that the stream does not have keeps its value.
 */
void arm_cpreg_load_tcg(ARMCPU *cpu, const ARMCPRegList *source,
                        GString *refused);

/* One trace event for each register that only one side has. */
void arm_cpreg_trace_report(ARMCPU *cpu, const ARMCPRegReport *report,
                            const ARMCPRegList *source);

#endif
