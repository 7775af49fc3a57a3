/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What KVM gives a vCPU: registers, values, masks, capabilities. */

#include "qemu/osdep.h"
#include <sys/ioctl.h>

#include "kvm-registers.h"
#include "target/arm/cpreg/wide.h"

/* What older headers of Linux lack. */
#define CAP_COUNTER_OFFSET          227         /* Linux 6.4 */
#define CAP_REG_MASK_RANGES         230         /* Linux 6.7 */
#define CAP_WRITABLE_IMP_ID_REGS    239         /* Linux 6.15 */
#define CAP_EL2                     240         /* Linux 6.16 */
#define CAP_EL2_E2H0                241         /* Linux 6.16 */

struct mask_range {                             /* Linux 6.7 */
    uint64_t addr;
    uint32_t range;
    uint32_t reserved[13];
};
#define GET_REG_WRITABLE_MASKS _IOR(KVMIO, 0xb6, struct mask_range)

/* Its range 0: op0 3, op1 0, 1 and 3, CRn 0, CRm 0 to 7, op2 0 to 7. */
#define ID_RANGE_SIZE               (3 * 8 * 8)

/* The register's place in the range of masks, or -1. */
static int mask_place(uint64_t regidx)
{
    unsigned op1 = regidx >> 11 & 7, crm = regidx >> 3 & 15, op2 = regidx & 7;

    if ((regidx & ARM_CPREG_KIND_MASK) != ARM_CPREG_KIND_SYSREG ||
        (regidx >> 14 & 3) != 3 || (regidx >> 7 & 15) != 0 || crm > 7 ||
        (op1 != 0 && op1 != 1 && op1 != 3)) {
        return -1;
    }
    return (op1 == 3 ? 2 : op1) << 6 | crm << 3 | op2;
}

static void add_register(HostDump *dump, const KVMVCPU *vcpu, uint64_t regidx,
                         const uint64_t *masks)
{
    HostReg found = { .regidx = regidx };
    int place = mask_place(regidx);
    struct kvm_one_reg reg = {
        .id = regidx, .addr = (uintptr_t)&found.value,
    };

    /*
     * A dump is of use without a value that cannot be read.  A counter has
     * another value at each read, so it has none here.
     */
    found.has_value = arm_cpreg_is_of_list(regidx) &&
                      !arm_cpreg_is_counter(regidx) &&
                      ioctl(vcpu->fd, KVM_GET_ONE_REG, &reg) == 0;
    found.has_mask = masks && place >= 0;
    found.writable = found.has_mask ? masks[place] : 0;
    host_dump_add(dump, &found);
}

static int compare_indexes(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

    return (left > right) - (left < right);
}

bool kvm_registers_add(HostDump *dump, const KVMVCPU *vcpu, bool all,
                       GError **err)
{
    uint64_t masks[ID_RANGE_SIZE] = { 0 };
    struct mask_range range = { .addr = (uintptr_t)masks };
    struct kvm_reg_list none = { .n = 0 };
    g_autofree struct kvm_reg_list *list = NULL;
    bool has_masks = kvm_vcpu_has(vcpu, CAP_REG_MASK_RANGES) &&
                     ioctl(vcpu->vm, GET_REG_WRITABLE_MASKS, &range) == 0;

    /* It fails, and returns the length. */
    if (ioctl(vcpu->fd, KVM_GET_REG_LIST, &none) == 0 || errno != E2BIG) {
        return kvm_vcpu_fail(err, "KVM lists no registers (KVM_GET_REG_LIST)");
    }
    list = g_malloc0(sizeof(*list) + none.n * sizeof(list->reg[0]));
    list->n = none.n;
    if (ioctl(vcpu->fd, KVM_GET_REG_LIST, list) < 0) {
        return kvm_vcpu_fail(err, "cannot list the registers "
                             "(KVM_GET_REG_LIST)");
    }
    qsort(list->reg, list->n, sizeof(list->reg[0]), compare_indexes);
    for (uint64_t i = 0; i < list->n; i++) {
        if (all || !arm_cpreg_is_core(list->reg[i])) {
            add_register(dump, vcpu, list->reg[i], has_masks ? masks : NULL);
        }
    }
    return true;
}

void kvm_registers_set_capabilities(HostDump *dump, const KVMVCPU *vcpu)
{
    /* They decide which registers there are, or who can change them. */
    static const struct {
        const char *name;
        int number;
    } known[] = {
        { "arm-el1-32bit", KVM_CAP_ARM_EL1_32BIT },
        { "arm-mte", KVM_CAP_ARM_MTE },
        { "counter-offset", CAP_COUNTER_OFFSET },
        { "arm-supported-reg-mask-ranges", CAP_REG_MASK_RANGES },
        { "arm-writable-imp-id-regs", CAP_WRITABLE_IMP_ID_REGS },
        { "arm-el2", CAP_EL2 },
        { "arm-el2-e2h0", CAP_EL2_E2H0 },
    };
    GPtrArray *names = g_ptr_array_new();

    for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
        if (kvm_vcpu_has(vcpu, known[i].number)) {
            g_ptr_array_add(names, g_strdup(known[i].name));
        }
    }
    g_ptr_array_add(names, NULL);
    g_strfreev(dump->capabilities);
    dump->capabilities = (char **)g_ptr_array_free(names, false);
}
