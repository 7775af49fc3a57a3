/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * -object arm-kvm-baseline: what a guest sees of its CPU.
 *
 * The content is an ArmMigrationManifest (qapi/arm-migration-manifest.json):
 * of a pool of hosts, from kvm-arm-regs baseline, or of one guest.  A file is
 * read once, when the object is created, with qemu_open(), so that /dev/fdset
 * works.
 */

#ifndef TARGET_ARM_KVM_BASELINE_H
#define TARGET_ARM_KVM_BASELINE_H

#include "qom/object.h"
#include "target/arm/cpreg/manifest.h"

#define TYPE_ARM_KVM_BASELINE "arm-kvm-baseline"
OBJECT_DECLARE_SIMPLE_TYPE(ARMKVMBaseline, ARM_KVM_BASELINE)

struct ARMKVMBaseline {
    Object parent_obj;

    char *file;
    char *data;
    char *label;        /* "baseline pool (pool.json)", for messages */
    /*
     * Checked; only registers that a guest cannot change, all with values.
     * NULL until the object is complete.
     */
    ARMCPRegManifest *manifest;
};

/* A longer file is refused.  A dump of 16384 registers has 2.5 MiB. */
#define ARM_KVM_BASELINE_MAX (4 * 1024 * 1024)

#endif
