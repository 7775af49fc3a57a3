/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Give a KVM vCPU back what it was before a load that failed. */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/error-report.h"
#include "hw/core/cpu.h"
#include "migration/misc.h"
#include "registers.h"
#include "load.h"
#include "undo.h"

void kvm_arm_cpregs_undo_load(ARMCPU *cpu)
{
    KVMCPRegsBefore *before = cpu->kvm_cpregs->before;
    g_autoptr(ARMCPRegLoad) load = arm_cpreg_load_new();
    ARMCPRegList list;
    Error *err = NULL;

    if (!before) {
        return;
    }
    list = (ARMCPRegList) { before->indexes, before->values, before->len };
    if (kvm_arm_cpregs_load_list(cpu, &list, before->wide, load, &err) &&
        load->refused->len) {
        error_setg(&err, "cpu %d: %s", CPU(cpu)->cpu_index,
                   load->refused->str);
    }
    if (err) {
        error_prepend(&err, "a load failed, and KVM refuses the values that "
                      "the vCPU had before it; start a new QEMU: ");
        error_report_err(err);
    }
    cpu->kvm_vtime = before->vtime;
    cpu->kvm_vtime_dirty = before->vtime_dirty;
    cpu->kvm_cpregs->load_failed = true;
    kvm_arm_cpregs_keep_load(cpu);
}

static void undo_loads(Notifier *notifier, void *data)
{
    CPUState *cs;

    CPU_FOREACH(cs) {
        kvm_arm_cpregs_undo_load(ARM_CPU(cs));
    }
}

static void undo_watch_loads(void)
{
    static Notifier notifier;

    if (!notifier.notify) {
        notifier.notify = undo_loads;
        migration_load_failed_add_notifier(&notifier);
    }
}

void kvm_arm_cpregs_begin_load(ARMCPU *cpu)
{
    KVMCPRegs *own = cpu->kvm_cpregs;
    size_t size = cpu->cpreg_array_len * sizeof(uint64_t);

    undo_watch_loads();
    kvm_arm_cpregs_keep_load(cpu);
    own->before = g_new(KVMCPRegsBefore, 1);
    *own->before = (KVMCPRegsBefore) {
        .len = cpu->cpreg_array_len,
        .indexes = g_memdup2(cpu->cpreg_indexes, size),
        .values = g_memdup2(cpu->cpreg_values, size),
        .wide = g_ptr_array_ref(own->wide),
        .vtime = cpu->kvm_vtime,
        .vtime_dirty = cpu->kvm_vtime_dirty,
    };
}
