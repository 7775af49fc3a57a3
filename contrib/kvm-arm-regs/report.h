/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A decision in words, and as JSON. */

#ifndef CONTRIB_KVM_ARM_REGS_REPORT_H
#define CONTRIB_KVM_ARM_REGS_REPORT_H

#include "decide.h"
#include "json-out.h"
#include "terminal.h"

Colour verdict_colour(Verdict verdict);

/* The direction, the verdict, and a line for each register that matters. */
void report_print(const HostDump *source, const HostDump *destination,
                  const Decision *decision);

/* An object: from, to, verdict, and the findings from this outcome on. */
void report_json(JsonBuilder *json, const HostDump *source,
                 const HostDump *destination, const Decision *decision,
                 Outcome least);

/*
 * The registers of this outcome, "PSCI_VERSION, TCR2_EL1", as a new string;
 * "vCPU features" for the vCPU as a whole.
 */
char *report_names(const Decision *decision, Outcome outcome);

#endif
