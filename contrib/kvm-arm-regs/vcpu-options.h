/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a vCPU is asked for, in the names of QEMU's -cpu host. */

#ifndef CONTRIB_KVM_ARM_REGS_VCPU_OPTIONS_H
#define CONTRIB_KVM_ARM_REGS_VCPU_OPTIONS_H

typedef enum Choice {
    AS_KVM_HAS_IT,          /* as -cpu host: on where KVM offers it */
    OFF,
    ON,
} Choice;

typedef struct VCPUOptions {
    Choice pmu;
    Choice sve;
    Choice pauth;
    /* Bit n: the vector length of (n + 1) * 128 bits was named. */
    uint64_t lengths_on;
    uint64_t lengths_off;
    uint64_t psci;          /* as in PSCI_VERSION; 0: KVM's choice */
} VCPUOptions;

/**
 * vcpu_options_add: one more of them, or several between commas
 * @text: "pmu=off", "sve=on,sve512=off", "kvm-psci-version=1.1"
 *
 * Returns false, with an error that says what there is, for another one.
 */
bool vcpu_options_add(VCPUOptions *options, const char *text, GError **err);

/* False, and an error, if they contradict each other. */
bool vcpu_options_check(const VCPUOptions *options, GError **err);

/**
 * vcpu_options_lengths: the vector lengths that the vCPU is to have
 * @supported: those that KVM has
 *
 * As in QEMU: KVM takes no gaps, so that to switch a length off takes the
 * longer ones away too.  0, and an error, if none is left or KVM does not have
 * one that was asked for.
 */
uint64_t vcpu_options_lengths(const VCPUOptions *options, uint64_t supported,
                              GError **err);

#endif
