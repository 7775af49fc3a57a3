/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Verdicts on manifests in QAPI types, qapi/arm-migration.json. */

#ifndef TARGET_ARM_KVM_QAPI_VERDICT_H
#define TARGET_ARM_KVM_QAPI_VERDICT_H

#include "qapi/qapi-types-arm-migration.h"
#include "target/arm/cpreg/load.h"
#include "target/arm/cpreg/manifest.h"

/**
 * arm_cpreg_verdict: the verdict on a manifest
 * @manifest: a checked one
 * @load: filled in by arm_cpreg_load(); or new, if that was not called
 * @error: the error message; NULL if nothing is refused
 */
ArmMigrationVerdict *arm_cpreg_verdict(const ARMCPRegManifest *manifest,
                                       const ARMCPRegLoad *load,
                                       const char *error);

#endif
