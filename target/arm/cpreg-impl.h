/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CPU implementations that a guest may run on.
 *
 * A guest chooses workarounds for errata by what MIDR_EL1 and its relatives
 * say.  One that is to move between CPUs of different models is told of all
 * of them: Linux Documentation/virt/kvm/arm/hypercalls.rst (6.15),
 * DISCOVER_IMPL_VER and DISCOVER_IMPL_CPUS.
 */

#ifndef TARGET_ARM_CPREG_IMPL_H
#define TARGET_ARM_CPREG_IMPL_H

typedef struct ARMCPRegImpl {
    uint64_t midr;
    uint64_t revidr;
    uint64_t aidr;
} ARMCPRegImpl;

/* More are not taken: there are no pools of so many models. */
#define ARM_CPREG_IMPL_MAX 64

/* An empty list, a GArray of ARMCPRegImpl. */
GArray *arm_cpreg_impls_new(void);

/**
 * arm_cpreg_impls_add: one more implementation
 *
 * Returns what is wrong, as a new string: it is there already, the list is
 * full, or MIDR_EL1 has more than 32 bits.  NULL if it was added.
 */
char *arm_cpreg_impls_add(GArray *impls, const ARMCPRegImpl *impl);

/**
 * arm_cpreg_impls_parse: a list as a user writes it
 * @text: MIDR:REVIDR:AIDR-MIDR:REVIDR:AIDR, hexadecimal; what is left out at
 *        the end of a triple is 0
 * @fault: set to a new string, what is wrong with it, on failure
 *
 * Returns the list, with one entry at least, or NULL.
 */
GArray *arm_cpreg_impls_parse(const char *text, char **fault);

/* The list as arm_cpreg_impls_parse() reads it; "" for NULL. */
char *arm_cpreg_impls_text(const GArray *impls);

/* Is there one with all three values? */
bool arm_cpreg_impls_has(const GArray *impls, const ARMCPRegImpl *impl);

/* The same ones in the same order?  NULL is the empty list. */
bool arm_cpreg_impls_equal(const GArray *a, const GArray *b);

#endif
