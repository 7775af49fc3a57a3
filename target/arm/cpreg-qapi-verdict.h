/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Verdicts on manifests as QAPI has them, qapi/arm-cpregs.json. */

#ifndef TARGET_ARM_CPREG_QAPI_VERDICT_H
#define TARGET_ARM_CPREG_QAPI_VERDICT_H

#include "qapi/qapi-types-arm-cpregs.h"
#include "cpreg-load.h"
#include "cpreg-manifest.h"

/**
 * arm_cpreg_verdict: the verdict on a manifest
 * @manifest: a checked one
 * @load: what arm_cpreg_load() filled in; may be a new one
 * @error: the refusal in words; NULL if nothing is refused
 */
ArmCPRegVerdict *arm_cpreg_verdict(const ARMCPRegManifest *manifest,
                                   const ARMCPRegLoad *load,
                                   const char *error);

#endif
