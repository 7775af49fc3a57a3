/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A baseline for people, and as JSON: what it costs, and its conflicts. */

#ifndef CONTRIB_KVM_ARM_REGS_SRC_BASELINE_EXPLAIN_H
#define CONTRIB_KVM_ARM_REGS_SRC_BASELINE_EXPLAIN_H

#include "baseline.h"

void baseline_explain(const Baseline *baseline);

/* Returns a new string with a newline behind it. */
char *baseline_to_json(const Baseline *baseline);

#endif
