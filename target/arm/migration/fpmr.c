/* SPDX-License-Identifier: GPL-2.0-or-later */
/* FPMR as QEMU 11.1 and later send it, beside the register list. */

#include "qemu/osdep.h"
#include "qemu/error-report.h"
#include "migration/qemu-file-types.h"
#include "target/arm/cpreg/list.h"
#include "target/arm/cpreg/names.h"
#include "fpmr.h"

/* Not sent: 10.2 could not load it, and the register list has the value. */
static bool fpmr_needed(void *opaque)
{
    return false;
}

static int fpmr_get(QEMUFile *f, void *opaque, size_t size,
                    const VMStateField *field)
{
    ARMCPU *cpu = opaque;
    ARMCPRegList source = {
        .indexes = cpu->cpreg_vmstate_indexes,
        .values = cpu->cpreg_vmstate_values,
        .len = cpu->cpreg_vmstate_array_len,
    };
    uint64_t value = qemu_get_be64(f);

    /* In a list out of order it may not be found: that is refused as well. */
    if (value && arm_cpreg_list_find(&source, ARM_CPREG(FPMR)) < 0) {
        /* A VMStateInfo has no Error: what it can do is to report. */
        error_report("cpu %d: the source sends FPMR = 0x%" PRIx64 " beside "
                     "a register list without FPMR", CPU(cpu)->cpu_index,
                     value);
        return -EINVAL;
    }
    return 0;
}

static const VMStateInfo vmstate_info_fpmr = {
    .name = "uint64",
    .get = fpmr_get,
};

const VMStateDescription vmstate_fpmr = {
    .name = "cpu/fpmr",
    .version_id = 1,
    .minimum_version_id = 1,
    .needed = fpmr_needed,
    .fields = (const VMStateField[]) {
        {
            .name = "fpmr",
            .size = sizeof(uint64_t),
            .info = &vmstate_info_fpmr,
            .flags = VMS_SINGLE,
        },
        VMSTATE_END_OF_LIST()
    }
};
