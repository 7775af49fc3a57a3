/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The virtual counter of a guest that stops, and goes on (kvm-no-adjvtime). */

#include "qemu/osdep.h"
#include <linux/kvm.h>

#include "qemu/error-report.h"
#include "system/kvm.h"
#include "vtime.h"

void kvm_arm_vtime_get(ARMCPU *cpu)
{
    int ret;

    if (cpu->kvm_vtime_dirty) {
        return;
    }
    ret = kvm_get_one_reg(CPU(cpu), KVM_REG_ARM_TIMER_CNT, &cpu->kvm_vtime);
    if (ret) {
        warn_report("cpu %d: cannot read the virtual counter, TIMER_CNT: %s "
                    "(the guest will see the time for which it is stopped, as "
                    "with kvm-no-adjvtime=on)", CPU(cpu)->cpu_index,
                    strerror(-ret));
    }
    cpu->kvm_vtime_dirty = !ret;
}

void kvm_arm_vtime_put(ARMCPU *cpu)
{
    int ret;

    if (!cpu->kvm_vtime_dirty) {
        return;
    }
    ret = kvm_set_one_reg(CPU(cpu), KVM_REG_ARM_TIMER_CNT, &cpu->kvm_vtime);
    if (ret) {
        warn_report("cpu %d: KVM refuses the virtual counter, TIMER_CNT "
                    "= 0x%" PRIx64 ": %s (the guest sees the time for which it "
                    "was stopped, as with kvm-no-adjvtime=on)",
                    CPU(cpu)->cpu_index, cpu->kvm_vtime, strerror(-ret));
    }
    cpu->kvm_vtime_dirty = false;
}
