/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The baseline of a pool of hosts: what every host can show a guest.
 *
 * A guest that starts with it can run on every host.  The baseline has the
 * layout of a dump, reduced to the registers that a guest cannot change: the
 * value is the safe common one, the mask has the bits that every host can
 * change, the kernel is the oldest one.  So a baseline can be a host of
 * another pool.  Neither the order nor the grouping of the hosts matters.
 *
 * Its members are data too: the newest "Linux" in their titles is the pool's
 * newest kernel.  It matters where a kernel changes a register of a running
 * guest, as 7.3 does with ID_AA64MMFR3_EL1.S1PIE.
 *
 * Here is what all files of the baseline share; baseline-make.h makes one.
 */

#ifndef CONTRIB_KVM_ARM_REGS_SRC_BASELINE_H
#define CONTRIB_KVM_ARM_REGS_SRC_BASELINE_H

#include "host-dump.h"
#include "host-kinds.h"

/* The capability KVM_CAP_ARM_WRITABLE_IMP_ID_REGS, and who has it. */
#define BASELINE_IMP_ID_REGS "arm-writable-imp-id-regs"
#define BASELINE_IMP_ID_REGS_SINCE "6.15"

/* KVM_ARM_VCPU_PMU_V3 */
#define BASELINE_PMU_V3 3

/* VENDOR_HYP_BMAP_2: the hypercalls that give a guest the list of CPUs. */
#define BASELINE_LIST_CALLS ARM_CPREG_FW_BMAP(3)

/* Why hosts have no baseline. */
typedef struct BaselineConflict {
    uint64_t regidx;        /* 0: the vCPU or its host */
    char *name;             /* "ID_AA64DFR0_EL1.DebugVer", "features" */
    char *text;             /* begins with the name */
} BaselineConflict;

typedef struct Baseline {
    GPtrArray *kinds;       /* of HostKind; the dumps are the caller's */
    HostDump *pool;         /* without registers if the vCPUs differ */
    GArray *conflicts;      /* of BaselineConflict; none: @pool can be used */
} Baseline;

/* A baseline without a pool yet; takes over @kinds. */
Baseline *baseline_new(GPtrArray *kinds);

void baseline_free(Baseline *baseline);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Baseline, baseline_free)

/* Add a conflict, the first one of a name only; takes over @text. */
void baseline_add_conflict(Baseline *baseline, uint64_t regidx,
                           const char *name, char *text);

/* Why a dump cannot be a host of a pool, as a new string with its file. */
char *baseline_fault(const HostDump *dump);

/* The same for the kernel alone, which a guest's manifest has too. */
char *baseline_kernel_fault(const HostDump *dump);

/* The hosts of kind @i, an array of HostDump. */
GPtrArray *baseline_hosts(const Baseline *baseline, guint i);

/* The first host of kind @i. */
const HostDump *baseline_example(const Baseline *baseline, guint i);

/* Set @impl to the host's CPU; false if the dump does not have its values. */
bool baseline_impl(const HostDump *dump, ARMCPUImpl *impl);

/*
 * A cache that is taken or refused as a whole: CLIDR_EL1 or CCSIDR.  CTR_EL0
 * is a cache too, but its fields have safe values.
 */
bool baseline_is_cache(uint64_t regidx);

/**
 * baseline_absent: what a register reads as where KVM does not list it
 *
 * By the rules about dropped registers.  False if no rule says it.
 */
bool baseline_absent(uint64_t regidx, uint64_t *value);

/* Is it the CCSIDR of a cache that the CLIDR_EL1 in @pool does not have? */
bool baseline_no_cache(const ARMCPRegList *pool, uint64_t regidx);

/* Does a host show a PMU to guests without one?  Then all need one. */
bool baseline_needs_pmu(const Baseline *baseline);

/* A value for people: "1.3" of PSCI_VERSION, else "0x2000021". */
char *baseline_value_text(uint64_t regidx, uint64_t value);

#endif
