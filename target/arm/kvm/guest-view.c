/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guest view of a CPU: which values it has for which registers. */

#include "qemu/osdep.h"
#include "target/arm/cpreg/index.h"
#include "guest-view.h"

/* VENDOR_HYP_BMAP_2: both calls of target-impl-cpus.h */
#define IMPL_CPUS_SERVICES 3

KVMGuestViewValue *kvm_arm_guest_view_find(GArray *list, uint64_t regidx)
{
    for (guint i = 0; i < list->len; i++) {
        KVMGuestViewValue *entry = &g_array_index(list, KVMGuestViewValue, i);

        if (entry->regidx == regidx) {
            return entry;
        }
    }
    return NULL;
}

void kvm_arm_guest_view_want(GArray *list, uint64_t regidx, uint64_t mask,
                             uint64_t value)
{
    KVMGuestViewValue *entry = kvm_arm_guest_view_find(list, regidx);

    if (entry) {
        entry->mask |= mask;
        entry->value = (entry->value & ~mask) | (value & mask);
    } else {
        KVMGuestViewValue added = { regidx, mask, value & mask };

        g_array_append_val(list, added);
    }
}

GArray *kvm_arm_guest_view_impls(ARMCPU *cpu)
{
    const KVMGuestView *view = cpu->kvm_guest_view;

    return view->impls ?:
           view->baseline ? view->baseline->manifest->impls : NULL;
}

char *kvm_arm_guest_view_label(ARMCPU *cpu)
{
    const KVMGuestView *view = cpu->kvm_guest_view;

    if (view->baseline) {
        return g_strdup(view->baseline->label);
    }
    return view->wanted->len ? g_strdup("the SYSREG_ properties") :
           view->impls ? g_strdup("x-target-impl-cpus") : NULL;
}

/* Which registers KVM lists follows from the identity: write it first. */
static int guest_view_compare(gconstpointer a, gconstpointer b)
{
    const KVMGuestViewValue *va = a, *vb = b;
    bool ia = arm_cpreg_is_identity(va->regidx);
    bool ib = arm_cpreg_is_identity(vb->regidx);

    return ia != ib ? (ia ? -1 : 1) :
           va->regidx < vb->regidx ? -1 : va->regidx > vb->regidx;
}

GArray *kvm_arm_guest_view_values(ARMCPU *cpu)
{
    const KVMGuestView *view = cpu->kvm_guest_view;
    GArray *values = g_array_new(false, false, sizeof(KVMGuestViewValue));

    if (view->baseline) {
        ARMCPRegList list = arm_cpreg_manifest_fixed(view->baseline->manifest);

        for (size_t i = 0; i < list.len; i++) {
            uint64_t mask = arm_cpreg_fixed_bits(list.indexes[i]) &
                            ~arm_cpreg_irqchip_bits(list.indexes[i]);

            kvm_arm_guest_view_want(values, list.indexes[i], mask,
                                    list.values[i]);
        }
    }
    for (guint i = 0; i < view->wanted->len; i++) {
        const KVMGuestViewValue *field =
            &g_array_index(view->wanted, KVMGuestViewValue, i);

        kvm_arm_guest_view_want(values, field->regidx, field->mask,
                                field->value);
    }
    if (kvm_arm_guest_view_impls(cpu)) {
        kvm_arm_guest_view_want(values, ARM_CPREG_FW_BMAP(3), ~0ull,
                                IMPL_CPUS_SERVICES);
    }
    g_array_sort(values, guest_view_compare);
    return values;
}
