/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A guest that may run on several CPU implementations.
 *
 * With KVM_CAP_ARM_WRITABLE_IMP_ID_REGS (Linux 6.15) MIDR_EL1, REVIDR_EL1 and
 * AIDR_EL1 can be chosen, and the guest can ask by hypercalls which
 * implementations it may meet: Documentation/virt/kvm/arm/hypercalls.rst.
 * KVM offers the calls by VENDOR_HYP_BMAP_2, and QEMU answers them, to which
 * the VM's SMCCC filter sends them (Linux 6.4, devices/vm.rst).
 */

#ifndef TARGET_ARM_KVM_IMPL_CPUS_H
#define TARGET_ARM_KVM_IMPL_CPUS_H

#include "cpreg-impl.h"
#include "cpu.h"

/* VENDOR_HYP_BMAP_2 with both calls */
#define KVM_ARM_IMPL_CPUS_SERVICES 3

/**
 * kvm_arm_impl_cpus_prepare: before the VM's first vCPU
 * @impls: the list; NULL, and nothing is done
 *
 * The list must have this host's own CPU.
 */
bool kvm_arm_impl_cpus_prepare(const GArray *impls, Error **errp);

/* Was a list given, so that MIDR_EL1 and its relatives can be written? */
bool kvm_arm_impl_cpus_enabled(void);

/**
 * kvm_arm_impl_cpus_check_host: is this host's CPU in a list?
 * @remedy: the end of the clause that is appended to @refused if it is not
 *
 * Returns false, with an error, if KVM does not tell what CPU that is.
 */
bool kvm_arm_impl_cpus_check_host(const GArray *impls, const char *remedy,
                                  GString *refused, Error **errp);

/* Forget that it was enabled: another VM is behind KVM's ioctls now. */
void kvm_arm_impl_cpus_forget(void);

/* KVM_EXIT_HYPERCALL: answer in the vCPU's registers; 0 or -errno. */
int kvm_arm_impl_cpus_hypercall(ARMCPU *cpu, uint64_t function);

#endif
