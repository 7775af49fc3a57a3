/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Wide registers in the migration stream: a count, then each one's index and
 * bytes.
 */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/error-report.h"
#include "migration/qemu-file-types.h"
#include "migration/refusal.h"
#include "cpreg-migration.h"
#include "cpreg-wide.h"
#include "kvm-cpregs.h"

static bool wide_needed(void *opaque)
{
    ARMCPU *cpu = opaque;

    return cpu->kvm_cpregs && cpu->kvm_cpregs->wide->len > 0;
}

/* A VMStateInfo has no Error: report here, and have the source told. */
static int wide_corrupt(ARMCPU *cpu, const char *what)
{
    Error *err = NULL;

    error_setg(&err, "cpu %d: the migration stream is corrupt: %s",
               CPU(cpu)->cpu_index, what);
    migration_refusal_reason(err);
    error_report_err(err);
    return -EINVAL;
}

static int get_wide(QEMUFile *f, void *pv, size_t size,
                    const VMStateField *field)
{
    ARMCPU *cpu = container_of(pv, ARMCPU, cpreg_vmstate_wide);
    g_autoptr(GArray) list = arm_cpreg_wide_new();
    g_autofree char *text = NULL;
    uint32_t count = qemu_get_be32(f);

    if (count > ARM_CPREG_WIDE_MAX) {
        text = g_strdup_printf("%" PRIu32 " wide registers, at most %d are "
                               "possible", count, ARM_CPREG_WIDE_MAX);
        return wide_corrupt(cpu, text);
    }
    while (list->len < count) {
        uint64_t regidx = qemu_get_be64(f);
        ARMCPRegWide *reg = arm_cpreg_wide_add(list, regidx);
        size_t bytes = arm_cpreg_size(regidx);
        int ret;

        if (qemu_get_buffer(f, reg->value, bytes) != bytes) {
            ret = qemu_file_get_error(f);
            return ret < 0 ? ret : -EIO;
        }
    }
    text = arm_cpreg_wide_fault(list);
    if (text) {
        return wide_corrupt(cpu, text);
    }
    arm_cpreg_forget_wide(cpu);
    cpu->cpreg_vmstate_wide = g_steal_pointer(&list);
    return 0;
}

static int put_wide(QEMUFile *f, void *pv, size_t size,
                    const VMStateField *field, JSONWriter *vmdesc)
{
    ARMCPU *cpu = container_of(pv, ARMCPU, cpreg_vmstate_wide);
    GArray *list = cpu->kvm_cpregs->wide;

    qemu_put_be32(f, list->len);
    for (guint i = 0; i < list->len; i++) {
        ARMCPRegWide *reg = &g_array_index(list, ARMCPRegWide, i);

        qemu_put_be64(f, reg->regidx);
        qemu_put_buffer(f, reg->value, arm_cpreg_size(reg->regidx));
    }
    return 0;
}

void arm_cpreg_forget_wide(ARMCPU *cpu)
{
    g_clear_pointer(&cpu->cpreg_vmstate_wide, g_array_unref);
}

static const VMStateInfo vmstate_info_wide = {
    .name = "wide registers",
    .get = get_wide,
    .put = put_wide,
};

const VMStateDescription vmstate_kvm_wide_regs = {
    .name = "cpu/kvm-wide-regs",
    .version_id = 1,
    .minimum_version_id = 1,
    .needed = wide_needed,
    .fields = (const VMStateField[]) {
        VMSTATE_SINGLE(cpreg_vmstate_wide, ARMCPU, 1, vmstate_info_wide,
                       GArray *),
        VMSTATE_END_OF_LIST()
    }
};
