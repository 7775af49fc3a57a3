/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The cpreg list of a KVM vCPU: put, load, and take a load back. */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/error-report.h"
#include "cpreg-cpu.h"
#include "cpreg-explain.h"
#include "cpreg-wide.h"
#include "hw/core/cpu.h"
#include "kvm-cpregs.h"
#include "migration/misc.h"
#include "system/kvm.h"

static const char load_failed[] = "its load failed; reset the guest, or load "
                                  "a snapshot that this host can take";

int kvm_arm_cpreg_write(ARMCPU *cpu, uint64_t regidx, uint64_t value)
{
    uint32_t value32 = value;

    return kvm_set_one_reg(CPU(cpu), regidx,
                           (regidx & ARM_CPREG_SIZE_MASK) == ARM_CPREG_SIZE_U64
                           ? (void *)&value : &value32);
}

/* Write the value of one entry of the list; a clause if KVM refuses it. */
static void put_entry(ARMCPU *cpu, int i, GString *refused)
{
    KVMCPRegsTarget vcpu = kvm_arm_cpregs_target(cpu);
    uint64_t regidx = cpu->cpreg_indexes[i];
    uint64_t value = cpu->cpreg_values[i], here;
    int ret = arm_cpreg_put(&vcpu.target, regidx, value);

    if (!ret) {
        cpu->kvm_cpregs->held[i] = value;
        return;
    }
    if (kvm_arm_cpreg_read(cpu, regidx, &here)) {
        g_autofree char *name = arm_cpreg_name(regidx);

        g_string_append_printf(refused, "%s%s = 0x%" PRIx64 ": %s",
                               refused->len ? "; " : "", name, value,
                               arm_cpreg_why(ret));
        return;
    }
    /* Not always the old value: of a SET register half may be done. */
    cpu->kvm_cpregs->held[i] = here;
    arm_cpreg_append_refused(refused, regidx, value, here, arm_cpreg_why(ret));
}

static void before_free(KVMCPRegsBefore *before)
{
    g_free(before->indexes);
    g_free(before->values);
    g_ptr_array_unref(before->wide);
    g_free(before);
}

void kvm_arm_cpregs_keep_load(ARMCPU *cpu)
{
    g_clear_pointer(&cpu->kvm_cpregs->before, before_free);
}

bool kvm_arm_cpregs_put(ARMCPU *cpu, int level, Error **errp)
{
    g_autoptr(GString) refused = g_string_new(NULL);

    if (cpu->kvm_cpregs->failed) {
        error_setg(errp, "cpu %d: %s", CPU(cpu)->cpu_index,
                   cpu->kvm_cpregs->failed);
        return false;
    }
    for (int i = 0; i < cpu->cpreg_array_len; i++) {
        uint64_t regidx = cpu->cpreg_indexes[i];

        if (cpu->cpreg_values[i] == cpu->kvm_cpregs->held[i] ||
            arm_cpreg_is_clear(regidx) ||
            (arm_cpreg_is_counter(regidx) && level < KVM_PUT_FULL_STATE)) {
            continue;
        }
        put_entry(cpu, i, refused);
    }
    if (refused->len) {
        error_setg(errp, "cpu %d: KVM did not take %s", CPU(cpu)->cpu_index,
                   refused->str);
        return false;
    }
    if (level >= KVM_PUT_FULL_STATE) {
        kvm_arm_cpregs_keep_load(cpu);
    }
    return true;
}

void kvm_arm_cpregs_begin_load(ARMCPU *cpu)
{
    KVMCPRegs *own = cpu->kvm_cpregs;
    size_t size = cpu->cpreg_array_len * sizeof(uint64_t);

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

/* What KVM lists and holds after a load is the vCPU's list now. */
static void take_over(ARMCPU *cpu, ARMCPRegLoad *load)
{
    size_t size = load->len * sizeof(uint64_t);

    g_free(cpu->cpreg_indexes);
    g_free(cpu->cpreg_values);
    g_free(cpu->kvm_cpregs->held);
    cpu->cpreg_array_len = load->len;
    cpu->cpreg_indexes = g_memdup2(load->indexes, size);
    cpu->cpreg_values = g_memdup2(load->values, size);
    cpu->kvm_cpregs->held = g_memdup2(load->values, size);
    kvm_arm_wide_regs_list(cpu, load->all);
}

static bool load_list(ARMCPU *cpu, const ARMCPRegList *source, GPtrArray *wide,
                      ARMCPRegLoad *load, Error **errp)
{
    KVMCPRegsTarget vcpu = kvm_arm_cpregs_target(cpu);
    ARMCPRegList own = arm_cpreg_list_of(cpu);
    g_autofree char *fault = NULL;
    bool done = arm_cpreg_load(&vcpu.target, &arm_cpreg_rules, source, NULL,
                               &own, load, &fault);

    take_over(cpu, load);
    if (!done) {
        error_setg(errp, "cpu %d: %s", CPU(cpu)->cpu_index, fault);
        return false;
    }
    kvm_arm_wide_regs_put(cpu, wide, load->refused);
    return true;
}

bool kvm_arm_cpregs_load(ARMCPU *cpu, const ARMCPRegList *source,
                         ARMCPRegLoad *load, Error **errp)
{
    uint64_t *counter;

    if (!load_list(cpu, source, cpu->cpreg_vmstate_wide, load, errp)) {
        return false;
    }
    if (load->refused->len) {
        return true;
    }
    if (cpu->kvm_cpregs->failed == load_failed) {
        cpu->kvm_cpregs->failed = NULL;
    }
    /* KVM is authoritative: QEMU need not know every register of the list. */
    write_list_to_cpustate(cpu);

    counter = kvm_arm_cpreg_virtual_counter(cpu);
    if (cpu->kvm_adjvtime && counter) {
        cpu->kvm_vtime = *counter;
        cpu->kvm_vtime_dirty = true;
    }
    return true;
}

void kvm_arm_cpregs_undo_load(ARMCPU *cpu)
{
    KVMCPRegsBefore *before = g_steal_pointer(&cpu->kvm_cpregs->before);
    g_autoptr(ARMCPRegLoad) load = arm_cpreg_load_new();
    ARMCPRegList list;
    Error *err = NULL;

    if (!before) {
        return;
    }
    list = (ARMCPRegList) { before->indexes, before->values, before->len };
    if (load_list(cpu, &list, before->wide, load, &err) &&
        load->refused->len) {
        error_setg(&err, "cpu %d: %s", CPU(cpu)->cpu_index,
                   load->refused->str);
    }
    if (err) {
        error_prepend(&err, "after a load that failed, KVM does not take back "
                      "what the vCPU held before; start a new QEMU: ");
        error_report_err(err);
    }
    cpu->kvm_vtime = before->vtime;
    cpu->kvm_vtime_dirty = before->vtime_dirty;
    cpu->kvm_cpregs->failed = load_failed;
    before_free(before);
}

static void undo_loads(Notifier *notifier, void *data)
{
    CPUState *cs;

    CPU_FOREACH(cs) {
        kvm_arm_cpregs_undo_load(ARM_CPU(cs));
    }
}

void kvm_arm_cpregs_watch_loads(void)
{
    static Notifier notifier;

    if (!notifier.notify) {
        notifier.notify = undo_loads;
        migration_load_failed_add_notifier(&notifier);
    }
}
