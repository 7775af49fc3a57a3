/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CPU implementations that a guest may run on.
 *
 * A guest selects workarounds for errata by MIDR_EL1, REVIDR_EL1 and AIDR_EL1.
 * If it is to move between CPUs of different models, it has to know all of
 * them: Linux Documentation/virt/kvm/arm/hypercalls.rst (6.15),
 * DISCOVER_IMPL_VER and DISCOVER_IMPL_CPUS.
 */

#ifndef TARGET_ARM_CPREG_TARGET_IMPL_CPUS_H
#define TARGET_ARM_CPREG_TARGET_IMPL_CPUS_H

typedef struct ARMCPUImpl {
    uint64_t midr;
    uint64_t revidr;
    uint64_t aidr;
} ARMCPUImpl;

/* The most implementations in a list.  No pool has as many models. */
#define ARM_CPU_IMPLS_MAX 64

/* An empty list, a GArray of ARMCPUImpl. */
GArray *arm_cpu_impls_new(void);

/**
 * arm_cpu_impls_add: append an implementation
 *
 * Returns NULL, or a new string that says what is wrong: it is in the list
 * already, the list is full, or MIDR_EL1 has more than 32 bits.
 */
char *arm_cpu_impls_add(GArray *impls, const ARMCPUImpl *impl);

/**
 * arm_cpu_impls_parse: a list as a user writes it
 * @text: MIDR:REVIDR:AIDR-MIDR:REVIDR:AIDR, hexadecimal.  Numbers left out at
 *        the end of a triple are 0.
 * @fault: on failure set to a new string that says what is wrong
 *
 * Returns the list, with at least one entry, or NULL.
 */
GArray *arm_cpu_impls_parse(const char *text, char **fault);

/* The list as arm_cpu_impls_parse() reads it; "" for NULL. */
char *arm_cpu_impls_text(const GArray *impls);

/* Does the list have @impl, with all three values? */
bool arm_cpu_impls_has(const GArray *impls, const ARMCPUImpl *impl);

/* Do both lists have the same entries in the same order?  NULL is empty. */
bool arm_cpu_impls_equal(const GArray *a, const GArray *b);

#endif
