/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The register list of a stream into a vCPU of TCG. */

#include "qemu/osdep.h"
#include "target/arm/cpreg/explain.h"
#include "target/arm/cpreg/wide.h"
#include "cpreg-tcg.h"
#include "lists.h"
#include "trace.h"

void arm_cpreg_trace_report(ARMCPU *cpu, const ARMCPRegReport *report,
                            const ARMCPRegList *source)
{
    int index = CPU(cpu)->cpu_index;

    if (!trace_event_get_state_backends(TRACE_ARM_CPREG_MISSING) &&
        !trace_event_get_state_backends(TRACE_ARM_CPREG_TOLERATED) &&
        !trace_event_get_state_backends(TRACE_ARM_CPREG_REFUSED)) {
        return;
    }
    for (size_t i = 0; i < report->len; i++) {
        const ARMCPRegVerdict *verdict = &report->verdicts[i];
        const ARMCPRegMissing *row = verdict->missing;
        g_autofree char *name = arm_cpreg_name(verdict->regidx);
        uint64_t value = verdict->s >= 0 ? source->values[verdict->s] :
                         row && row->set ? row->value :
                         cpu->cpreg_values[verdict->d];

        if (verdict->outcome == ARM_CPREG_MISSING) {
            trace_arm_cpreg_missing(index, name, value,
                                    row ? row->why : "no rule is about it");
        } else if (verdict->outcome == ARM_CPREG_TOLERATED) {
            trace_arm_cpreg_tolerated(index, name, value, verdict->rule->why,
                                      verdict->rule->kernel ?: "any");
        } else if (verdict->outcome == ARM_CPREG_REFUSED) {
            trace_arm_cpreg_refused(index, name, value);
        }
    }
}

/* The values of the list into QEMU's own state; told where it does not fit. */
static void tcg_write_cpustate(ARMCPU *cpu, GString *refused)
{
    g_autofree uint64_t *wanted = NULL;

    if (write_list_to_cpustate(cpu)) {
        return;
    }
    /* Which registers hold another value than the one that was written? */
    wanted = g_memdup2(cpu->cpreg_values,
                       cpu->cpreg_array_len * sizeof(uint64_t));
    write_cpustate_to_list(cpu, false);
    for (int i = 0; i < cpu->cpreg_array_len; i++) {
        if (wanted[i] != cpu->cpreg_values[i]) {
            arm_cpreg_append_refused(refused, cpu->cpreg_indexes[i], wanted[i],
                                     cpu->cpreg_values[i],
                                     "this CPU cannot hold the value");
        }
    }
    if (!refused->len) {
        g_string_assign(refused, "this CPU does not have all of the list");
    }
}

void arm_cpreg_load_tcg(ARMCPU *cpu, const ARMCPRegList *source,
                        GString *refused)
{
    ARMCPRegList own = arm_cpreg_list_of(cpu);
    ARMCPRegRules rules = arm_cpreg_rules;
    g_auto(ARMCPRegReport) report = { NULL };
    g_autofree char *text = NULL;

    rules.missing = NULL;       /* they are about kernels */
    /* Before its first save, TCG's list holds nothing. */
    write_cpustate_to_list(cpu, false);
    arm_cpreg_reconcile(&rules, source, &own, &report);
    arm_cpreg_trace_report(cpu, &report, source);
    for (size_t i = 0; i < report.len; i++) {
        const ARMCPRegVerdict *verdict = &report.verdicts[i];

        if (verdict->outcome == ARM_CPREG_BOTH) {
            cpu->cpreg_values[verdict->d] = source->values[verdict->s];
        }
    }
    text = arm_cpreg_report_text(&report, source, NULL);
    g_string_assign(refused, text ?: "");
    arm_cpreg_wide_unknown(cpu->cpreg_vmstate_wide, NULL, refused);
    tcg_write_cpustate(cpu, refused);
}
