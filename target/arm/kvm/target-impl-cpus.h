/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A guest that may run on several CPU implementations.
 *
 * With KVM_CAP_ARM_WRITABLE_IMP_ID_REGS (Linux 6.15) QEMU can set MIDR_EL1,
 * REVIDR_EL1 and AIDR_EL1, and the guest can ask by hypercalls which
 * implementations it may meet: Documentation/virt/kvm/arm/hypercalls.rst.
 * VENDOR_HYP_BMAP_2 offers the calls to the guest.  The VM's SMCCC filter
 * (Linux 6.4, devices/vm.rst) forwards them to QEMU, which answers.
 */

#ifndef TARGET_ARM_KVM_TARGET_IMPL_CPUS_H
#define TARGET_ARM_KVM_TARGET_IMPL_CPUS_H

#include "target/arm/cpreg/target-impl-cpus.h"
#include "cpu.h"

/**
 * kvm_arm_target_impl_cpus_prepare: set up the VM, before its first vCPU
 * @impls: the list, which must have this host's own CPU; NULL does nothing
 */
bool kvm_arm_target_impl_cpus_prepare(const GArray *impls, Error **errp);

/* Is it set up, so that MIDR_EL1, REVIDR_EL1 and AIDR_EL1 can be written? */
bool kvm_arm_target_impl_cpus_enabled(void);

/**
 * kvm_arm_target_impl_cpus_check_host: is this host's CPU in a list?
 * @remedy: the end of the clause that is appended to @refused if it is not
 *
 * Returns false, with an error, if the host's registers cannot be read.
 */
bool kvm_arm_target_impl_cpus_check_host(const GArray *impls,
                                         const char *remedy, GString *refused,
                                         Error **errp);

/* For tests: forget the VM that was set up. */
void kvm_arm_target_impl_cpus_forget(void);

/* KVM_EXIT_HYPERCALL: answer in the vCPU's registers; 0 or -errno. */
int kvm_arm_target_impl_cpus_hypercall(ARMCPU *cpu, uint64_t function);

#endif
