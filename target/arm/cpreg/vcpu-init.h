/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The arguments of KVM_ARM_VCPU_INIT, and the SVE vector lengths. */

#ifndef TARGET_ARM_CPREG_VCPU_INIT_H
#define TARGET_ARM_CPREG_VCPU_INIT_H

#define ARM_CPREG_FEATURE_WORDS 7

typedef struct ARMCPRegVCPUInit {
    uint32_t target;
    uint32_t features[ARM_CPREG_FEATURE_WORDS];
    /* Bit n: vectors of (n + 1) * 128 bits; 0 without SVE. */
    uint64_t sve_vls;
} ARMCPRegVCPUInit;

/* KVM_ARM_VCPU_POWER_OFF: the state of a vCPU at its start, not a feature. */
#define ARM_CPREG_FEATURE_POWER_OFF 0
/* KVM_ARM_VCPU_SVE */
#define ARM_CPREG_FEATURE_SVE 4

/**
 * arm_cpreg_feature_name: the name of a vCPU feature
 *
 * Returns a new string, "sve"; "bit-12" for a feature without a name.
 */
char *arm_cpreg_feature_name(unsigned bit);

/* The bit of the feature of this name, -1 if there is none. */
int arm_cpreg_feature_bit(const char *name);

/* Vector lengths in bits, a new string: "128, 256"; "" for none */
char *arm_cpreg_lengths(uint64_t vls);

/* Is feature @bit in @init? */
bool arm_cpreg_has_feature(const ARMCPRegVCPUInit *init, unsigned bit);

/* Whose vCPU the other side has to match. */
typedef enum ARMCPRegInitOf {
    ARM_CPREG_INIT_SOURCE,
    ARM_CPREG_INIT_BASELINE,
} ARMCPRegInitOf;

/**
 * arm_cpreg_vcpu_init_compare: does this QEMU's vCPU match?
 * @of: whose vCPU it has to match
 * @there: the arguments of that vCPU
 * @here: the arguments that this QEMU passes to KVM
 * @refused: a clause is appended for each difference, with a remedy
 */
void arm_cpreg_vcpu_init_compare(ARMCPRegInitOf of,
                                 const ARMCPRegVCPUInit *there,
                                 const ARMCPRegVCPUInit *here,
                                 GString *refused);

#endif
