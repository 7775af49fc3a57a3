/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Manifests in QAPI types, qapi/arm-migration-manifest.json.
 *
 * A manifest from outside is not trusted: each member is checked, and an error
 * names the member that is wrong, "manifest.registers[5].index".
 */

#ifndef TARGET_ARM_KVM_QAPI_MANIFEST_H
#define TARGET_ARM_KVM_QAPI_MANIFEST_H

#include "qapi/qapi-types-arm-migration-manifest.h"
#include "target/arm/cpreg/manifest.h"

/* The version of the layout; no other is read. */
#define ARM_CPREG_QAPI_FORMAT 1

/* A number as manifests have it, as a new string: "0x3" */
char *arm_cpreg_hex(uint64_t value);

ArmMigrationManifest *
arm_cpreg_manifest_to_qapi(const ARMCPRegManifest *manifest);

/**
 * arm_cpreg_manifest_from_qapi: check a manifest and convert it
 *
 * Members that only dumps of hosts have (masks, capabilities, values that a
 * guest can change) are checked for their form and dropped.
 *
 * Returns a manifest without a fault, see arm_cpreg_manifest_fault(), in which
 * each register that a guest cannot change has a value; NULL, with an error,
 * if @qapi is malformed.
 */
ARMCPRegManifest *arm_cpreg_manifest_from_qapi(const ArmMigrationManifest *qapi,
                                               Error **errp);

/* For people: what the vCPU is, and a line for each register. */
GString *arm_cpreg_manifest_table(const ArmMigrationManifest *qapi);

#endif
