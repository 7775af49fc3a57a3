/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A guest that may run on several CPU implementations. */

#include "qemu/osdep.h"
#include <linux/kvm.h>

#include "qapi/error.h"
#include "qemu/error-report.h"
#include "system/kvm.h"
#include "target/arm/cpreg/names.h"
#include "guest-view.h"
#include "id-regs.h"
#include "registers.h"
#include "scratch.h"
#include "target-impl-cpus.h"

/* Vendor-specific hypervisor service, 64-bit fast calls 64 and 65 */
#define DISCOVER_IMPL_VER   0xc6000040
#define DISCOVER_IMPL_CPUS  0xc6000041

#define VERSION_1_0         0x10000

/* SMC Calling Convention, DEN0028 */
#define SMCCC_SUCCESS           0
#define SMCCC_NOT_SUPPORTED     ((uint64_t)-1)
#define SMCCC_INVALID_PARAMETER ((uint64_t)-3)

/* KVM's index of a general register */
#define X(n) (KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE | \
              KVM_REG_ARM_CORE_REG(regs.regs[n]))

static bool impl_cpus_enabled;

bool kvm_arm_target_impl_cpus_enabled(void)
{
    return impl_cpus_enabled;
}

void kvm_arm_target_impl_cpus_forget(void)
{
    kvm_arm_scratch_enable(0);
    impl_cpus_enabled = false;
}

bool kvm_arm_target_impl_cpus_check_host(const GArray *impls,
                                         const char *remedy, GString *refused,
                                         Error **errp)
{
    g_autofree char *text = arm_cpu_impls_text(impls);
    ARMCPUImpl host;
    int ret = kvm_arm_id_reset(ARM_CPREG(MIDR_EL1), &host.midr) ?:
              kvm_arm_id_reset(ARM_CPREG(REVIDR_EL1), &host.revidr) ?:
              kvm_arm_id_reset(ARM_CPREG(AIDR_EL1), &host.aidr);

    if (ret) {
        error_setg_errno(errp, -ret, "cannot read from KVM what CPU this host "
                         "has");
        return false;
    }
    if (!arm_cpu_impls_has(impls, &host)) {
        arm_cpreg_clause(refused, "this host's CPU, 0x%" PRIx64 ":0x%" PRIx64
                         ":0x%" PRIx64 " (MIDR_EL1:REVIDR_EL1:AIDR_EL1), is "
                         "not one of the implementations %s%s", host.midr,
                         host.revidr, host.aidr, text, remedy);
    }
    return true;
}

bool kvm_arm_target_impl_cpus_prepare(const GArray *impls, Error **errp)
{
    g_autoptr(GString) refused = g_string_new(NULL);
    struct kvm_smccc_filter filter = {
        .base = DISCOVER_IMPL_VER,
        .nr_functions = 2,
        .action = KVM_SMCCC_FILTER_FWD_TO_USER,
    };
    struct kvm_device_attr attr = {
        .group = KVM_ARM_VM_SMCCC_CTRL,
        .attr = KVM_ARM_VM_SMCCC_FILTER,
        .addr = (uintptr_t)&filter,
    };
    int ret;

    if (!impls || impl_cpus_enabled) {
        return true;
    }
    if (!kvm_check_extension(kvm_state, KVM_CAP_ARM_WRITABLE_IMP_ID_REGS)) {
        error_setg(errp, "a list of CPU implementations needs a kernel that "
                   "can change MIDR_EL1 (KVM_CAP_ARM_WRITABLE_IMP_ID_REGS): "
                   "Linux 6.15 or later");
        return false;
    }
    if (!kvm_arm_target_impl_cpus_check_host(impls, "; add it for every guest "
                                             "and host of the pool", refused,
                                             errp)) {
        return false;
    }
    if (refused->len) {
        error_setg(errp, "%s", refused->str);
        return false;
    }
    ret = kvm_vm_enable_cap(kvm_state, KVM_CAP_ARM_WRITABLE_IMP_ID_REGS, 0);
    if (ret < 0) {
        error_setg_errno(errp, -ret, "cannot enable "
                         "KVM_CAP_ARM_WRITABLE_IMP_ID_REGS");
        return false;
    }
    ret = kvm_vm_ioctl(kvm_state, KVM_SET_DEVICE_ATTR, &attr);
    if (ret < 0) {
        error_setg_errno(errp, -ret, "cannot have the guest's calls for its "
                         "CPU implementations forwarded to QEMU "
                         "(KVM_ARM_VM_SMCCC_FILTER)");
        return false;
    }
    kvm_arm_scratch_enable(KVM_CAP_ARM_WRITABLE_IMP_ID_REGS);
    impl_cpus_enabled = true;
    return true;
}

int kvm_arm_target_impl_cpus_hypercall(ARMCPU *cpu, uint64_t function)
{
    GArray *impls = kvm_arm_guest_view_impls(cpu);
    uint64_t answer[4] = { SMCCC_NOT_SUPPORTED };
    uint64_t index;
    int ret = kvm_get_one_reg(CPU(cpu), X(1), &index);

    if (function == DISCOVER_IMPL_VER && impls) {
        answer[0] = SMCCC_SUCCESS;
        answer[1] = VERSION_1_0;
        answer[2] = impls->len;
    } else if (function == DISCOVER_IMPL_CPUS && impls && !ret &&
               index < impls->len) {
        const ARMCPUImpl *impl = &g_array_index(impls, ARMCPUImpl, index);

        answer[0] = SMCCC_SUCCESS;
        answer[1] = impl->midr;
        answer[2] = impl->revidr;
        answer[3] = impl->aidr;
    } else if (function == DISCOVER_IMPL_CPUS && impls) {
        answer[0] = SMCCC_INVALID_PARAMETER;
    }
    for (int i = 0; !ret && i < ARRAY_SIZE(answer); i++) {
        ret = kvm_set_one_reg(CPU(cpu), X(i), &answer[i]);
    }
    if (ret) {
        error_report("cpu %d: cannot answer the guest's hypercall 0x%" PRIx64
                     ": %s", CPU(cpu)->cpu_index, function, strerror(-ret));
    }
    return ret;
}
