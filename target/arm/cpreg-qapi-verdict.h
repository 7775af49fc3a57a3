/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Verdicts on manifests as QAPI has them, qapi/arm-cpregs.json. */

#ifndef TARGET_ARM_CPREG_QAPI_VERDICT_H
#define TARGET_ARM_CPREG_QAPI_VERDICT_H

#include "qapi/qapi-types-arm-cpregs.h"
#include "cpreg-manifest.h"

/**
 * arm_cpreg_verdict_new: the verdict on a manifest
 * @manifest: a checked one
 * @report: what arm_cpreg_load() filled in; may be empty
 * @error: the refusal in words; NULL if nothing is refused
 */
ArmCPRegVerdict *arm_cpreg_verdict_new(const ARMCPRegManifest *manifest,
                                       const ARMCPRegReport *report,
                                       const char *error);

/**
 * arm_cpreg_verdict_value: KVM does not leave a value as it is
 * @verdict: the verdict
 * @outcome: it refuses the value, changes it, or holds another one by a rule
 * @regidx: the register
 * @source, @here: as for arm_cpreg_explain(), which is part of the reason
 * @why: the other part
 */
void arm_cpreg_verdict_value(ArmCPRegVerdict *verdict, ArmCPRegOutcome outcome,
                             uint64_t regidx, uint64_t source, uint64_t here,
                             const char *why);

#endif
