/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Trace events, kept in standalone_trace: tests read what a load did with each
 * register.  Not kept while it is NULL.
 */

#ifndef STANDALONE_INCLUDE_TRACE_H
#define STANDALONE_INCLUDE_TRACE_H

#include "qemu/osdep.h"

typedef enum TraceEvent {
    TRACE_ARM_CPREG_MISSING,
    TRACE_ARM_CPREG_TOLERATED,
    TRACE_ARM_CPREG_REFUSED,
    TRACE_KVM_ARM_CPREG_ALTERED,
    TRACE_ARM_CPREG_MANIFEST,
    TRACE_ARM_CPREG_MANIFEST_SKIPPED,
} TraceEvent;

typedef struct TraceLine {
    TraceEvent event;
    char *name;             /* "TCR2_EL1 (0x603000000013c103)", or a kernel */
} TraceLine;

/* Of TraceLine, made by trace_lines_new(), which frees the names too. */
extern GArray *standalone_trace;

GArray *trace_lines_new(void);
void trace_line(TraceEvent event, const char *name);

#define trace_event_get_state_backends(event) (standalone_trace != NULL)

static inline void trace_arm_cpreg_missing(int cpu, const char *name,
                                           uint64_t value, const char *why)
{
    trace_line(TRACE_ARM_CPREG_MISSING, name);
}

static inline void trace_arm_cpreg_tolerated(int cpu, const char *name,
                                             uint64_t value, const char *why,
                                             const char *kernel)
{
    trace_line(TRACE_ARM_CPREG_TOLERATED, name);
}

static inline void trace_arm_cpreg_refused(int cpu, const char *name,
                                           uint64_t value)
{
    trace_line(TRACE_ARM_CPREG_REFUSED, name);
}

static inline void trace_kvm_arm_cpreg_altered(int cpu, const char *name,
                                               uint64_t written, uint64_t held,
                                               const char *why)
{
    trace_line(TRACE_KVM_ARM_CPREG_ALTERED, name);
}

static inline void trace_arm_cpreg_manifest(const char *kernel,
                                             size_t registers,
                                             const char *refused)
{
    trace_line(TRACE_ARM_CPREG_MANIFEST, kernel);
}

static inline void trace_arm_cpreg_manifest_skipped(uint32_t format,
                                                     uint32_t known)
{
    trace_line(TRACE_ARM_CPREG_MANIFEST_SKIPPED, "");
}

#endif
