/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Manifests as QAPI has them, qapi/arm-cpregs-manifest.json.
 *
 * A manifest comes from anybody: each member is checked, and an error names
 * the one that is wrong, "manifest.registers[5].index".
 */

#ifndef TARGET_ARM_CPREG_QAPI_H
#define TARGET_ARM_CPREG_QAPI_H

#include "qapi/qapi-types-arm-cpregs-manifest.h"
#include "cpreg-manifest.h"

/* The version of the layout; another one is not read. */
#define ARM_CPREG_QAPI_FORMAT 1

/* A number as it stands in a manifest: a new string, "0x3". */
char *arm_cpreg_hex(uint64_t value);

ArmCPRegManifest *arm_cpreg_manifest_to_qapi(const ARMCPRegManifest *manifest);

/**
 * arm_cpreg_manifest_from_qapi: read what a manifest says
 *
 * What only a dump of a host has (masks, capabilities, values that a guest can
 * change) is checked for its form, and left.
 *
 * Returns a checked manifest (see arm_cpreg_manifest_fault()) in which each
 * register that a guest cannot change has a value; NULL, with an error, if it
 * is broken.
 */
ARMCPRegManifest *arm_cpreg_manifest_from_qapi(const ArmCPRegManifest *qapi,
                                               Error **errp);

/* As a person reads it: what the vCPU is, and a line for each register. */
GString *arm_cpreg_manifest_table(const ArmCPRegManifest *qapi);

#endif
