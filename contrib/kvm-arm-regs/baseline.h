/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The baseline of a pool of hosts: what each of them can show a guest.
 *
 * A guest that is started with it can go on at every host.  The baseline has
 * the layout of a dump, of the registers that a guest cannot change: the value
 * is the safe common one, the mask has the bits that can be chosen on every
 * host, the kernel is the oldest one.  So it is a host like the others, and can
 * be one of a pool.  The order of the hosts makes no difference, nor how they
 * are grouped.
 *
 * Its members are not for people alone: the newest "Linux" in their titles is
 * the pool's newest kernel, which counts where a kernel takes something from a
 * guest that runs.  7.3 does so with ID_AA64MMFR3_EL1.S1PIE.
 */

#ifndef CONTRIB_KVM_ARM_REGS_BASELINE_H
#define CONTRIB_KVM_ARM_REGS_BASELINE_H

#include "host-dump.h"

/* The capability KVM_CAP_ARM_WRITABLE_IMP_ID_REGS, and who has it. */
#define BASELINE_IMP_ID_REGS "arm-writable-imp-id-regs"
#define BASELINE_IMP_ID_REGS_SINCE "6.15"

/* KVM_ARM_VCPU_PMU_V3 */
#define BASELINE_PMU_V3 3

/* VENDOR_HYP_BMAP_2: the hypercalls that tell a guest of the list of CPUs. */
#define BASELINE_LIST_CALLS ARM_CPREG_FW_BMAP(3)

/* What cannot be brought together. */
typedef struct BaselineConflict {
    uint64_t regidx;        /* 0: it is about the vCPU or its host */
    char *name;             /* "ID_AA64DFR0_EL1.DebugVer", "features" */
    char *text;             /* begins with the name */
} BaselineConflict;

typedef struct Baseline {
    GPtrArray *kinds;       /* of HostKind; the dumps are the caller's */
    HostDump *pool;         /* no more than its head if vCPUs are different */
    GArray *conflicts;      /* of BaselineConflict; none: @pool can be used */
} Baseline;

/**
 * baseline_of: of hosts, and of baselines
 * @dumps: of HostDump, one at least, each without baseline_fault()
 * @impls: let the hosts have different CPUs, and tell the guest of all; also
 *         if one of the @dumps is a baseline of such hosts
 */
Baseline *baseline_of(GPtrArray *dumps, bool impls);

void baseline_free(Baseline *baseline);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Baseline, baseline_free)

/* Why a dump cannot be a host of a pool, as a new string with its file. */
char *baseline_fault(const HostDump *dump);

/* The same of the kernel alone, which a guest's manifest has too. */
char *baseline_kernel_fault(const HostDump *dump);

/* The hosts of a kind, of HostDump; and one of them. */
GPtrArray *baseline_hosts(const Baseline *baseline, guint i);
const HostDump *baseline_example(const Baseline *baseline, guint i);

/* baseline-join.c: the registers of @pool, of hosts with equal vCPUs. */
void baseline_join(Baseline *baseline, bool with_list);

/* What the CPU is, in the words of its registers. */
bool baseline_impl(const HostDump *dump, ARMCPRegImpl *impl);

/* CLIDR_EL1 and CCSIDR */
bool baseline_is_cache(uint64_t regidx);

/* SMCCC_ARCH_WORKAROUND_n: a lower level is taken, and the host's is told. */
bool baseline_is_workaround(uint64_t regidx);

/**
 * baseline_absent: what a register is where KVM does not list it
 *
 * By the rules about registers that stay behind.  False if none says it.
 */
bool baseline_absent(uint64_t regidx, uint64_t *value);

/* A CCSIDR of a cache that the CLIDR_EL1 in this list does not have. */
bool baseline_no_cache(const ARMCPRegList *pool, uint64_t regidx);

/**
 * baseline_is_possible: can a new vCPU of a host be given a value?
 * @host: the host
 * @pool: the baseline; with its list of CPUs MIDR_EL1 can be chosen
 * @wanted: a register of the baseline, which the host may not list
 * @mask: the bits that are given
 */
bool baseline_is_possible(const HostDump *host, const HostDump *pool,
                          const HostReg *wanted, uint64_t mask);

/* Can the host's KVM change nothing of these bits of a register? */
bool baseline_is_fixed(const HostDump *host, uint64_t regidx, uint64_t mask);

/* KVM may let it be changed, and the file, of a guest, does not tell. */
bool baseline_lacks_mask(const HostDump *host, const HostReg *reg);

/*
 * The vCPU of a guest that is started with a baseline on a host, with no more
 * of the kernel's release than counts.
 */
HostDump *baseline_started(const HostDump *host, const HostDump *pool);

/* Which Linux lets bits of a register be chosen, "6.7"; NULL if unknown */
const char *baseline_since(uint64_t regidx, uint64_t bits);

/* Does each host take the baseline, and guests from all others? */
void baseline_check(Baseline *baseline);

/* baseline-conflict.c: one more each; @text is taken over. */
void baseline_add_conflict(Baseline *baseline, uint64_t regidx,
                           const char *name, char *text);

/* @reg of the pool, or some of its fields, is not possible on all hosts. */
void baseline_add_value_conflict(Baseline *baseline, const HostReg *reg);

/* baseline-vcpu.c: what KVM_ARM_VCPU_INIT was given cannot be the same. */
void baseline_add_vcpu_conflicts(Baseline *baseline);

/* A host that tells guests without a PMU of one: only with it is it alike. */
bool baseline_needs_pmu(const Baseline *baseline);

/**
 * baseline_feature_text: a feature of vCPUs that are not the same
 * @bit: KVM_ARM_VCPU_*
 * @pauth: the two of pointer authentication are told as one
 *
 * Returns a new string, "pmu-v3"; NULL for what is told with another one, or
 * is not compared.
 */
char *baseline_feature_text(unsigned bit, bool pauth);

/* Can they be told as one, as far as this vCPU goes? */
bool baseline_is_pauth(const ARMCPRegVCPUInit *init);

/* "@how, kvm-arm-regs dump --cpu-feature pmu=off", as a new string */
char *baseline_feature_remedy(unsigned bit, const char *how, bool on);

/* A value in words: "1.3" of PSCI_VERSION, else "0x2000021". */
char *baseline_value_text(uint64_t regidx, uint64_t value);

/* baseline-explain.c: for people, and as JSON. */
void baseline_explain(const Baseline *baseline);
char *baseline_to_json(const Baseline *baseline);

/* baseline-qemu.c: the options for @file, and a libvirt fragment. */
void baseline_print_qemu(const char *file);

#endif
