/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Wide registers in the migration stream: a count, then each one's index and
 * bytes.
 */

#include "qemu/osdep.h"
#include "migration/qemu-file-types.h"
#include "target/arm/cpreg/wide.h"
#include "target/arm/kvm/registers.h"
#include "lists.h"
#include "wide-regs.h"

static bool wide_needed(void *opaque)
{
    ARMCPU *cpu = opaque;

    return cpu->kvm_cpregs && cpu->kvm_cpregs->wide->len > 0;
}

static int wide_get(QEMUFile *f, void *pv, size_t size,
                    const VMStateField *field)
{
    ARMCPU *cpu = container_of(pv, ARMCPU, cpreg_vmstate_wide);
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *fault = NULL;
    uint32_t count = qemu_get_be32(f);
    uint64_t before = 0;

    if (count > ARM_CPREG_WIDE_MAX) {
        fault = g_strdup_printf("%" PRIu32 " wide registers, at most %d are "
                                "possible", count, ARM_CPREG_WIDE_MAX);
    }
    while (list->len < count && !fault) {
        uint64_t regidx = qemu_get_be64(f);
        size_t bytes = arm_cpreg_size(regidx);
        ARMCPRegWide *reg = arm_cpreg_wide_add(list, regidx);

        if (qemu_get_buffer(f, reg->value, bytes) != bytes) {
            return qemu_file_get_error(f) ?: -EIO;
        }
        fault = arm_cpreg_entry_fault(list->len - 1, regidx, before, true);
        before = regidx;
    }
    if (fault) {
        return arm_cpreg_stream_corrupt(cpu, fault);
    }
    arm_cpreg_forget_wide(cpu);
    cpu->cpreg_vmstate_wide = g_steal_pointer(&list);
    return 0;
}

static int wide_put(QEMUFile *f, void *pv, size_t size,
                    const VMStateField *field, JSONWriter *vmdesc)
{
    ARMCPU *cpu = container_of(pv, ARMCPU, cpreg_vmstate_wide);
    GPtrArray *list = cpu->kvm_cpregs->wide;

    qemu_put_be32(f, list->len);
    for (guint i = 0; i < list->len; i++) {
        const ARMCPRegWide *reg = list->pdata[i];

        qemu_put_be64(f, reg->regidx);
        qemu_put_buffer(f, reg->value, arm_cpreg_size(reg->regidx));
    }
    return 0;
}

void arm_cpreg_forget_wide(ARMCPU *cpu)
{
    g_clear_pointer(&cpu->cpreg_vmstate_wide, g_ptr_array_unref);
}

static const VMStateInfo vmstate_info_wide = {
    .name = "wide registers",
    .get = wide_get,
    .put = wide_put,
};

const VMStateDescription vmstate_kvm_wide_regs = {
    .name = "cpu/kvm-wide-regs",
    .version_id = 1,
    .minimum_version_id = 1,
    .needed = wide_needed,
    .fields = (const VMStateField[]) {
        VMSTATE_SINGLE(cpreg_vmstate_wide, ARMCPU, 1, vmstate_info_wide,
                       GPtrArray *),
        VMSTATE_END_OF_LIST()
    }
};
