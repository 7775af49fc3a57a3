/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * -object arm-kvm-baseline: what a guest shall see of its CPU.
 *
 * The content is a manifest, qapi/arm-cpregs.json: of a pool of hosts, made by
 * kvm-arm-regs baseline, or of one running guest.  The file is read once, when
 * the object is made, with qemu_open(), so that /dev/fdset works.
 */

#ifndef TARGET_ARM_KVM_BASELINE_H
#define TARGET_ARM_KVM_BASELINE_H

#include "qom/object.h"
#include "cpreg-manifest.h"

#define TYPE_ARM_KVM_BASELINE "arm-kvm-baseline"
OBJECT_DECLARE_SIMPLE_TYPE(ARMKVMBaseline, ARM_KVM_BASELINE)

struct ARMKVMBaseline {
    Object parent_obj;

    char *file;
    char *data;
    /* "baseline pool (pool.json)", for messages */
    char *label;
    /*
     * A checked manifest of registers that a guest cannot change, all with
     * values; NULL until the object is complete.
     */
    ARMCPRegManifest *manifest;
};

/* A file of more bytes is none; a host's dump of 16384 registers has 2.5 MiB */
#define ARM_KVM_BASELINE_MAX (4 * 1024 * 1024)

#endif
