/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A host on which guests are started with a guest view. */

#include "qemu/osdep.h"
#include "hw/core/cpu.h"
#include "qemu/error-report.h"
#include "scripted-host.h"
#include "target/arm/cpreg/manifest.h"
#include "target/arm/cpreg/names.h"
#include "target/arm/kvm/registers.h"
#include "target/arm/kvm/id-regs.h"
#include "target/arm/kvm/target-impl-cpus.h"
#include "target/arm/kvm/trial.h"

void scripted_host_is(ScriptedKVM *kvm)
{
    kvm_arm_target_impl_cpus_forget();
    scripted_vm_new(kvm);
    kvm_arm_id_forget();
    kvm_arm_trial_forget();
    scripted_kvm_reset(kvm);
    g_string_truncate(standalone_reports(), 0);
}

ScriptedKVM *scripted_host(const char *name)
{
    ScriptedKVM *kvm = recorded_kernel(name);

    scripted_host_is(kvm);
    return kvm;
}

ARMCPU *scripted_first_cpu(ScriptedKVM *kvm)
{
    ARMCPU *cpu = scripted_vcpu_new(kvm);

    scripted_options(cpu);
    first_cpu = CPU(cpu);
    return cpu;
}

bool scripted_realize(ARMCPU *cpu, Error **errp)
{
    return kvm_arm_guest_view_finalize(cpu, errp) &&
           kvm_arm_guest_view_init(cpu, errp) &&
           kvm_arm_cpregs_init(cpu, errp);
}

guint scripted_calls(const ScriptedKVM *kvm, ScriptedOp op)
{
    guint n = 0;

    for (guint i = 0; i < kvm->calls->len; i++) {
        n += g_array_index(kvm->calls, ScriptedCall, i).op == op;
    }
    return n;
}

bool scripted_untouched(ScriptedKVM *kvm)
{
    for (guint i = 0; i < kvm->regs->len; i++) {
        const ScriptedReg *reg = &g_array_index(kvm->regs, ScriptedReg, i);

        if (reg->value != reg->reset) {
            return false;
        }
    }
    return scripted_calls(kvm, SCRIPTED_SET) == 0;
}

void check_holds_baseline(ARMCPU *cpu)
{
    ScriptedKVM *kvm = CPU(cpu)->kvm;
    ARMCPRegList list = arm_cpreg_manifest_fixed(
        cpu->kvm_guest_view->baseline->manifest);

    for (size_t i = 0; i < list.len; i++) {
        uint64_t regidx = list.indexes[i];
        const ScriptedReg *reg = scripted_kvm_find(kvm, regidx);
        uint64_t value;

        if (!reg || !scripted_kvm_lists(kvm, reg)) {
            continue;
        }
        value = scripted_kvm_value(kvm, regidx);
        if ((value ^ list.values[i]) & ~arm_cpreg_irqchip_bits(regidx)) {
            g_autofree char *name = arm_cpreg_short_name(regidx);

            wrong("%s: %s is 0x%" PRIx64 ", wanted 0x%" PRIx64, kvm->name,
                  name, value, list.values[i]);
        }
    }
}
