/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The cpreg list of a KVM vCPU: put. */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "system/kvm.h"
#include "target/arm/cpreg/explain.h"
#include "registers.h"

/* Write the value of one entry of the list; a clause if KVM refuses it. */
static void registers_put_one(ARMCPU *cpu, int i, GString *refused)
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

        arm_cpreg_clause(refused, "%s = 0x%" PRIx64 ": %s", name, value,
                         arm_cpreg_why(ret));
        return;
    }
    /* Not always the old value: of a SET register half may be done. */
    cpu->kvm_cpregs->held[i] = here;
    arm_cpreg_append_refused(refused, regidx, value, here, arm_cpreg_why(ret));
}

bool kvm_arm_cpregs_put(ARMCPU *cpu, int level, Error **errp)
{
    g_autoptr(GString) refused = g_string_new(NULL);

    if (cpu->kvm_cpregs->reset_failed) {
        error_setg(errp, "cpu %d: its reset failed", CPU(cpu)->cpu_index);
        return false;
    }
    if (cpu->kvm_cpregs->load_failed) {
        error_setg(errp, "cpu %d: its load failed; reset the guest, or load "
                   "a snapshot that this host can take", CPU(cpu)->cpu_index);
        return false;
    }
    for (int i = 0; i < cpu->cpreg_array_len; i++) {
        uint64_t regidx = cpu->cpreg_indexes[i];

        if (cpu->cpreg_values[i] == cpu->kvm_cpregs->held[i] ||
            arm_cpreg_is_clear(regidx) ||
            (arm_cpreg_is_counter(regidx) && level < KVM_PUT_FULL_STATE)) {
            continue;
        }
        registers_put_one(cpu, i, refused);
    }
    if (refused->len) {
        error_setg(errp, "cpu %d: KVM refuses registers: %s",
                   CPU(cpu)->cpu_index, refused->str);
        return false;
    }
    if (level >= KVM_PUT_FULL_STATE) {
        kvm_arm_cpregs_keep_load(cpu);
    }
    return true;
}
