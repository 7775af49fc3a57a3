/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of arm64's asm/kvm.h that other build machines lack. */

#ifndef STANDALONE_INCLUDE_ARM64_UAPI_H
#define STANDALONE_INCLUDE_ARM64_UAPI_H

#include <linux/kvm.h>

#ifndef KVM_ARM_TARGET_GENERIC_V8
struct kvm_vcpu_init {
    __u32 target;
    __u32 features[7];
};

enum {
    KVM_ARM_VCPU_EL1_32BIT = 1,
    KVM_ARM_VCPU_PSCI_0_2 = 2,
    KVM_ARM_VCPU_PMU_V3 = 3,
    KVM_ARM_VCPU_SVE = 4,
    KVM_ARM_VCPU_PTRAUTH_ADDRESS = 5,
    KVM_ARM_VCPU_PTRAUTH_GENERIC = 6,
};

/* struct kvm_regs begins with the general registers. */
struct kvm_regs_arm64 {
    struct {
        __u64 regs[31];
    } regs;
};

#define KVM_REG_ARM_COPROC_SHIFT 16
#define KVM_REG_ARM_CORE (0x0010 << KVM_REG_ARM_COPROC_SHIFT)
#define KVM_REG_ARM_CORE_REG(name) \
    (offsetof(struct kvm_regs_arm64, name) / sizeof(__u32))
#define KVM_REG_ARM_FW (0x0014 << KVM_REG_ARM_COPROC_SHIFT)
#define KVM_REG_ARM_PSCI_VERSION \
    (KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_FW | 0)
#define KVM_REG_ARM_TIMER_CNT \
    (KVM_REG_ARM64 | KVM_REG_SIZE_U64 | 0x13df1aULL)  /* op0 3, 3, 14, 3, 2 */
#endif

#ifndef KVM_ARM_VCPU_HAS_EL2
#define KVM_ARM_VCPU_HAS_EL2 7
#endif

/* Linux 6.4 */
#ifndef KVM_ARM_VM_SMCCC_CTRL
#define KVM_ARM_VM_SMCCC_CTRL   0
#define KVM_ARM_VM_SMCCC_FILTER 0

enum kvm_smccc_filter_action {
    KVM_SMCCC_FILTER_HANDLE = 0,
    KVM_SMCCC_FILTER_DENY,
    KVM_SMCCC_FILTER_FWD_TO_USER,
};

struct kvm_smccc_filter {
    __u32 base;
    __u32 nr_functions;
    __u8 action;
    __u8 pad[15];
};
#endif

/* Linux 6.7 */
#ifndef KVM_CAP_ARM_SUPPORTED_REG_MASK_RANGES
#define KVM_CAP_ARM_SUPPORTED_REG_MASK_RANGES 230
#endif
#ifndef KVM_ARM_FEATURE_ID_RANGE_SIZE
struct reg_mask_range {
    __u64 addr;
    __u32 range;
    __u32 reserved[13];
};

#define KVM_ARM_FEATURE_ID_RANGE        0
#define KVM_ARM_FEATURE_ID_RANGE_SIZE   (3 * 8 * 8)
/* op1 is 0, 1 or 3 */
#define KVM_ARM_FEATURE_ID_RANGE_IDX(op0, op1, crn, crm, op2) \
    ((((op1) & 3) - (((op1) & 3) == 3)) * 64 + ((crm) & 7) * 8 + (op2))
#endif
#ifndef KVM_ARM_GET_REG_WRITABLE_MASKS
#define KVM_ARM_GET_REG_WRITABLE_MASKS _IOR(KVMIO, 0xb6, struct reg_mask_range)
#endif

/* Linux 6.15 */
#ifndef KVM_CAP_ARM_WRITABLE_IMP_ID_REGS
#define KVM_CAP_ARM_WRITABLE_IMP_ID_REGS 239
#endif

#endif
