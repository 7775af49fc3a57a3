/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The virtual counter of a guest that stops, and goes on (kvm-no-adjvtime). */

#include "qemu/osdep.h"
#include "qemu/error-report.h"
#include "system/kvm.h"
#include "kvm-cpregs.h"

void kvm_arm_vtime_get(ARMCPU *cpu)
{
    int ret;

    if (cpu->kvm_vtime_dirty) {
        return;
    }
    ret = kvm_arm_cpreg_read(cpu, ARM_CPREG(TIMER_CNT), &cpu->kvm_vtime);
    if (ret) {
        warn_report("cpu %d: the virtual counter, TIMER_CNT, cannot be read: "
                    "%s (the guest will see the time for which it is stopped, "
                    "as with kvm-no-adjvtime=on)", CPU(cpu)->cpu_index,
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
    ret = kvm_arm_cpreg_write(cpu, ARM_CPREG(TIMER_CNT), cpu->kvm_vtime);
    if (ret) {
        warn_report("cpu %d: KVM does not take the virtual counter, TIMER_CNT "
                    "= 0x%" PRIx64 ": %s (the guest sees the time for which it "
                    "was stopped, as with kvm-no-adjvtime=on)",
                    CPU(cpu)->cpu_index, cpu->kvm_vtime, strerror(-ret));
    }
    cpu->kvm_vtime_dirty = false;
}
