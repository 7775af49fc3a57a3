/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A machine of one vCPU, which this thread runs. */

#ifndef STANDALONE_INCLUDE_HW_CORE_CPU_H
#define STANDALONE_INCLUDE_HW_CORE_CPU_H

#include "hw/core/qdev-properties.h"
#include "standalone/include/cpu.h"     /* this one is cpu.h, too */

#define UNASSIGNED_CPU_INDEX (-1)

/* Tests set it. */
extern CPUState *first_cpu;

#define CPU_FOREACH(cpu) for ((cpu) = first_cpu; (cpu); (cpu) = NULL)

typedef struct run_on_cpu_data {
    void *host_ptr;
} run_on_cpu_data;

#define RUN_ON_CPU_HOST_PTR(pointer) ((run_on_cpu_data) { (pointer) })

static inline void run_on_cpu(CPUState *cpu,
                              void (*func)(CPUState *cpu,
                                           run_on_cpu_data data),
                              run_on_cpu_data data)
{
    func(cpu, data);
}

#endif
