/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A comparison in words, and as JSON. */

#ifndef CONTRIB_KVM_ARM_REGS_SRC_COMPARE_REPORT_H
#define CONTRIB_KVM_ARM_REGS_SRC_COMPARE_REPORT_H

#include <json-glib/json-glib.h>

#include "compare.h"
#include "terminal-text.h"

Colour verdict_colour(Verdict verdict);

/* Print the direction, the verdict, and a line for each refused register. */
void compare_report_print(const HostDump *source, const HostDump *destination,
                          const Comparison *comparison);

/* Write an object: from, to, verdict, and findings of at least @least. */
void compare_report_json(JsonBuilder *json, const HostDump *source,
                         const HostDump *destination,
                         const Comparison *comparison, Outcome least);

/*
 * The registers with this outcome, "PSCI_VERSION, TCR2_EL1", as a new string;
 * "vCPU features" stands for the vCPU as a whole.
 */
char *compare_report_names(const Comparison *comparison, Outcome outcome);

#endif
