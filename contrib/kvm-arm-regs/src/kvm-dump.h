/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The dump of this host; kvm-dump-stub.c where it is not an Arm host. */

#ifndef CONTRIB_KVM_ARM_REGS_SRC_KVM_DUMP_H
#define CONTRIB_KVM_ARM_REGS_SRC_KVM_DUMP_H

#include "host-dump.h"
#include "vcpu-options.h"

/**
 * kvm_dump: what KVM gives a new vCPU
 * @options: of the vCPU
 * @all: list core and SVE registers too
 *
 * Returns a dump without a path and a host's name; NULL, with an error and its
 * remedy, if this host has no KVM or KVM does not offer one of the options.
 */
HostDump *kvm_dump(const VCPUOptions *options, bool all, GError **err);

#endif
