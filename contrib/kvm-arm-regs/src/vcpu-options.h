/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options of a vCPU, by the names of QEMU's -cpu host. */

#ifndef CONTRIB_KVM_ARM_REGS_SRC_VCPU_OPTIONS_H
#define CONTRIB_KVM_ARM_REGS_SRC_VCPU_OPTIONS_H

typedef enum VCPUChoice {
    VCPU_CHOICE_DEFAULT,    /* as -cpu host: on where KVM offers it */
    VCPU_CHOICE_OFF,
    VCPU_CHOICE_ON,
} VCPUChoice;

typedef struct VCPUOptions {
    VCPUChoice pmu;
    VCPUChoice sve;
    VCPUChoice pauth;
    /* Bit n: the vector length of (n + 1) * 128 bits was named. */
    uint64_t lengths_on;
    uint64_t lengths_off;
    uint64_t psci;          /* as in PSCI_VERSION; 0: KVM's default */
} VCPUOptions;

/**
 * vcpu_options_add: add an option, or several between commas
 * @text: "pmu=off", "sve=on,sve512=off", "kvm-psci-version=1.1"
 *
 * Returns false, with an error that lists the options, for an unknown one.
 */
bool vcpu_options_add(VCPUOptions *options, const char *text, GError **err);

/* False, and an error, if they contradict each other. */
bool vcpu_options_check(const VCPUOptions *options, GError **err);

/**
 * vcpu_options_lengths: the vector lengths of the vCPU
 * @supported: those that KVM has
 *
 * As in QEMU: KVM accepts no gaps, so a length that is off switches off the
 * longer ones too.  0, with an error, if no length is left or KVM does not
 * have one that is on.
 */
uint64_t vcpu_options_lengths(const VCPUOptions *options, uint64_t supported,
                              GError **err);

#endif
