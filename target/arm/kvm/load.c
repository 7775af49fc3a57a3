/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Load the register list of a stream into a KVM vCPU. */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "hw/core/cpu.h"
#include "target/arm/migration/lists.h"
#include "registers.h"
#include "load.h"
#include "wide-regs.h"

/* What KVM lists and holds after a load is the vCPU's list now. */
static void load_take_over(ARMCPU *cpu, ARMCPRegLoad *load)
{
    size_t size = load->len * sizeof(uint64_t);

    g_free(cpu->cpreg_indexes);
    g_free(cpu->cpreg_values);
    g_free(cpu->kvm_cpregs->held);
    cpu->cpreg_array_len = load->len;
    cpu->cpreg_indexes = g_memdup2(load->indexes, size);
    cpu->cpreg_values = g_memdup2(load->values, size);
    cpu->kvm_cpregs->held = g_memdup2(load->values, size);
    g_clear_pointer(&cpu->kvm_cpregs->wide, g_ptr_array_unref);
    cpu->kvm_cpregs->wide = kvm_arm_wide_regs_new(load->all);
}

bool kvm_arm_cpregs_load_list(ARMCPU *cpu, const ARMCPRegList *source,
                              GPtrArray *wide, ARMCPRegLoad *load,
                              Error **errp)
{
    KVMCPRegsTarget vcpu = kvm_arm_cpregs_target(cpu);
    ARMCPRegList own = arm_cpreg_list_of(cpu);
    g_autofree char *fault = NULL;
    bool done = arm_cpreg_load(&vcpu.target, &arm_cpreg_rules, source, NULL,
                               &own, load, &fault);

    load_take_over(cpu, load);
    if (!done) {
        error_setg(errp, "cpu %d: %s", CPU(cpu)->cpu_index, fault);
        return false;
    }
    kvm_arm_wide_regs_put(cpu, cpu->kvm_cpregs->wide, wide, load->refused);
    return true;
}

bool kvm_arm_cpregs_load(ARMCPU *cpu, const ARMCPRegList *source,
                         ARMCPRegLoad *load, Error **errp)
{
    uint64_t *counter;

    if (!kvm_arm_cpregs_load_list(cpu, source, cpu->cpreg_vmstate_wide, load,
                                  errp)) {
        return false;
    }
    if (load->refused->len) {
        return true;
    }
    cpu->kvm_cpregs->load_failed = false;
    /* KVM is authoritative: QEMU need not know every register of the list. */
    write_list_to_cpustate(cpu);

    counter = kvm_arm_cpreg_virtual_counter(cpu);
    if (cpu->kvm_adjvtime && counter) {
        cpu->kvm_vtime = *counter;
        cpu->kvm_vtime_dirty = true;
    }
    return true;
}
