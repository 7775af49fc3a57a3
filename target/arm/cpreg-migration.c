/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The cpreg list in the migration stream of a vCPU. */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/error-report.h"
#include "migration/qemu-file-types.h"
#include "migration/refusal.h"
#include "system/kvm.h"
#include "cpreg-cpu.h"
#include "cpreg-explain.h"
#include "cpreg-migration.h"
#include "cpreg-reconcile.h"
#include "cpreg-wide.h"
#include "kvm-cpregs.h"
#include "kvm-trial.h"
#include "trace.h"

int arm_cpreg_stream_corrupt(ARMCPU *cpu, const char *what)
{
    Error *err = NULL;

    error_setg(&err, "cpu %d: the migration stream is corrupt: %s",
               CPU(cpu)->cpu_index, what);
    migration_refusal_reason(err);
    error_report_err(err);
    return -EINVAL;
}

static int get_cpreg_len(QEMUFile *f, void *pv, size_t size,
                         const VMStateField *field)
{
    ARMCPU *cpu = container_of(pv, ARMCPU, cpreg_vmstate_array_len);
    g_autofree char *fault = NULL;
    int32_t len;
    int ret;

    qemu_get_sbe32s(f, &len);
    ret = qemu_file_get_error(f);
    if (ret < 0) {
        return ret;
    }
    fault = arm_cpreg_list_len_fault(len, cpu->cpreg_array_len);
    if (fault) {
        return arm_cpreg_stream_corrupt(cpu, fault);
    }
    arm_cpreg_vmstate_resize(cpu, len);
    return 0;
}

static int put_cpreg_len(QEMUFile *f, void *pv, size_t size,
                         const VMStateField *field, JSONWriter *vmdesc)
{
    qemu_put_sbe32s(f, pv);
    return 0;
}

const VMStateInfo vmstate_info_cpreg_len = {
    .name = "int32 le",
    .get = get_cpreg_len,
    .put = put_cpreg_len,
};

bool arm_cpreg_pre_save(ARMCPU *cpu, Error **errp)
{
    size_t bytes;

    if (kvm_enabled()) {
        if (!kvm_arm_cpregs_pre_save(cpu, errp)) {
            return false;
        }
    } else if (!write_cpustate_to_list(cpu, false)) {
        error_setg(errp, "cpu %d: the register list has a register that the "
                   "CPU does not", CPU(cpu)->cpu_index);
        return false;
    }

    /* What has become hidden has left the list. */
    bytes = cpu->cpreg_array_len * sizeof(uint64_t);
    arm_cpreg_vmstate_resize(cpu, cpu->cpreg_array_len);
    if (bytes) {
        memcpy(cpu->cpreg_vmstate_indexes, cpu->cpreg_indexes, bytes);
        memcpy(cpu->cpreg_vmstate_values, cpu->cpreg_values, bytes);
    }
    return true;
}

void arm_cpreg_pre_load(ARMCPU *cpu)
{
    arm_cpreg_forget_wide(cpu);
    if (kvm_enabled()) {
        kvm_arm_cpregs_begin_load(cpu);
    }
}

static void trace_report(ARMCPU *cpu, const ARMCPRegReport *report,
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
                                      verdict->rule->kernel);
        } else if (verdict->outcome == ARM_CPREG_REFUSED) {
            trace_arm_cpreg_refused(index, name, value);
        }
    }
}

/* Values that KVM takes and alters by a row, and what the guest can see. */
static void tell_altered(ARMCPU *cpu, const ARMCPRegLoad *load,
                         const ARMCPRegList *source)
{
    for (guint i = 0; i < load->writes->len; i++) {
        const ARMCPRegWrite *write = &g_array_index(load->writes,
                                                    ARMCPRegWrite, i);

        if (write->fate == ARM_CPREG_ALTERED) {
            g_autofree char *name = arm_cpreg_name(write->regidx);

            trace_kvm_arm_cpreg_altered(CPU(cpu)->cpu_index, name,
                                        write->value, write->here, write->why);
        }
    }
    for (size_t i = 0; i < load->report.len; i++) {
        const ARMCPRegVerdict *verdict = &load->report.verdicts[i];

        /* Of one vCPU: the others have the same registers. */
        if (verdict->rule && verdict->rule->seen &&
            verdict->outcome == ARM_CPREG_TOLERATED &&
            CPU(cpu)->cpu_index == 0) {
            g_autofree char *name = arm_cpreg_name(verdict->regidx);

            warn_report("%s = 0x%" PRIx64 " is lost on this host: %s", name,
                        source->values[verdict->s], verdict->rule->why);
        }
    }
}

/*
 * One vCPU of KVM's.  Nothing stops at the first refusal: one error tells them
 * all.  The VM is touched only if a scratch vCPU takes what the guest cannot
 * change.
 */
static bool load_kvm(ARMCPU *cpu, const ARMCPRegList *source, GString *refused,
                     const char **remedy, Error **errp)
{
    ERRP_GUARD();
    g_autoptr(ARMCPRegLoad) tried = kvm_arm_try_load(cpu, source, errp);
    g_autoptr(ARMCPRegLoad) load = arm_cpreg_load_new();

    if (*errp) {
        error_prepend(errp, "cpu %d: ", CPU(cpu)->cpu_index);
        return false;
    }
    *remedy = ARM_CPREG_REMEDY;
    if (tried) {
        trace_report(cpu, &tried->report, source);
        g_string_assign(refused, tried->refused->str);
        arm_cpreg_wide_unknown(cpu->cpreg_vmstate_wide, cpu->kvm_cpregs->wide,
                               refused);
        return true;
    }
    if (!kvm_arm_cpregs_load(cpu, source, load, errp)) {
        return false;
    }
    trace_report(cpu, &load->report, source);
    g_string_assign(refused, load->refused->str);
    if (load->busy) {
        *remedy = "";       /* it is there, in what is refused */
    }
    if (!refused->len) {
        tell_altered(cpu, load, source);
    }
    return true;
}

/* The values of the list into QEMU's own state; told where it does not fit. */
static void write_cpustate(ARMCPU *cpu, GString *refused)
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

/* What the stream does not have keeps its value. */
static void load_tcg(ARMCPU *cpu, const ARMCPRegList *source, GString *refused)
{
    ARMCPRegList own = arm_cpreg_list_of(cpu);
    ARMCPRegRules rules = arm_cpreg_rules;
    g_auto(ARMCPRegReport) report = { NULL };
    g_autofree char *text = NULL;

    rules.missing_len = 0;      /* they are about kernels */
    /* Before its first save, TCG's list holds nothing. */
    write_cpustate_to_list(cpu, false);
    arm_cpreg_reconcile(&rules, source, &own, &report);
    trace_report(cpu, &report, source);
    for (size_t i = 0; i < report.len; i++) {
        const ARMCPRegVerdict *verdict = &report.verdicts[i];

        if (verdict->outcome == ARM_CPREG_BOTH) {
            cpu->cpreg_values[verdict->d] = source->values[verdict->s];
        }
    }
    text = arm_cpreg_report_text(&report, source, NULL);
    g_string_assign(refused, text ?: "");
    arm_cpreg_wide_unknown(cpu->cpreg_vmstate_wide, NULL, refused);
    write_cpustate(cpu, refused);
}

static bool load(ARMCPU *cpu, Error **errp)
{
    ARMCPRegList source = {
        .indexes = cpu->cpreg_vmstate_indexes,
        .values = cpu->cpreg_vmstate_values,
        .len = cpu->cpreg_vmstate_array_len,
    };
    g_autoptr(GString) refused = g_string_new(NULL);
    const char *remedy = "";
    g_autofree char *fault = arm_cpreg_list_fault(&source);
    bool done = true;

    if (fault) {
        error_setg(errp, "cpu %d: the migration stream is corrupt: %s",
                   CPU(cpu)->cpu_index, fault);
        return false;
    }
    if (kvm_enabled()) {
        done = load_kvm(cpu, &source, refused, &remedy, errp);
    } else {
        load_tcg(cpu, &source, refused);
    }
    arm_cpreg_forget_wide(cpu);
    if (!done) {
        return false;
    }
    if (refused->len) {
        error_setg(errp, "cpu %d: registers of the source cannot be restored "
                   "on this host: %s%s", CPU(cpu)->cpu_index, refused->str,
                   remedy);
        return false;
    }
    return !kvm_enabled() || kvm_arm_core_load(cpu, errp);
}

bool arm_cpreg_post_load(ARMCPU *cpu, Error **errp)
{
    ERRP_GUARD();

    if (!load(cpu, errp)) {
        migration_refusal_reason(*errp);
        return false;
    }
    return true;
}
