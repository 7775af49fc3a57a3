/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The cpreg list in the migration stream of a vCPU. */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/error-report.h"
#include "migration/misc.h"
#include "system/kvm.h"
#include "target/arm/cpreg/explain.h"
#include "cpreg.h"
#include "cpreg-tcg.h"
#include "lists.h"
#include "wide-regs.h"
#include "target/arm/cpreg/reconcile.h"
#include "target/arm/cpreg/wide.h"
#include "target/arm/kvm/core-load.h"
#include "target/arm/kvm/load.h"
#include "target/arm/kvm/registers.h"
#include "target/arm/kvm/trial.h"
#include "target/arm/kvm/undo.h"
#include "trace.h"

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

/* Values that KVM takes and alters by a row, and what the guest can see. */
static void cpreg_report_altered(ARMCPU *cpu, const ARMCPRegLoad *load,
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
static bool cpreg_load_kvm(ARMCPU *cpu, const ARMCPRegList *source,
                           GString *refused, const char **remedy, Error **errp)
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
        arm_cpreg_trace_report(cpu, &tried->report, source);
        g_string_assign(refused, tried->refused->str);
        arm_cpreg_wide_unknown(cpu->cpreg_vmstate_wide, cpu->kvm_cpregs->wide,
                               refused);
        return true;
    }
    if (!kvm_arm_cpregs_load(cpu, source, load, errp)) {
        return false;
    }
    arm_cpreg_trace_report(cpu, &load->report, source);
    g_string_assign(refused, load->refused->str);
    if (load->busy) {
        *remedy = "";       /* it is there, in what is refused */
    }
    if (!refused->len) {
        cpreg_report_altered(cpu, load, source);
    }
    return true;
}

static bool cpreg_load(ARMCPU *cpu, Error **errp)
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
        done = cpreg_load_kvm(cpu, &source, refused, &remedy, errp);
    } else {
        arm_cpreg_load_tcg(cpu, &source, refused);
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

    if (!cpreg_load(cpu, errp)) {
        migration_load_set_cause(*errp);
        return false;
    }
    return true;
}
