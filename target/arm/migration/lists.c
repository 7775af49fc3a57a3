/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The cpreg lists that an ARMCPU owns, and the length that comes in. */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "migration/misc.h"
#include "migration/qemu-file-types.h"
#include "lists.h"

ARMCPRegList arm_cpreg_list_of(ARMCPU *cpu)
{
    return (ARMCPRegList) {
        .indexes = cpu->cpreg_indexes,
        .values = cpu->cpreg_values,
        .len = cpu->cpreg_array_len,
    };
}

void arm_cpreg_vmstate_resize(ARMCPU *cpu, int32_t len)
{
    cpu->cpreg_vmstate_indexes =
        g_renew(uint64_t, cpu->cpreg_vmstate_indexes, len);
    cpu->cpreg_vmstate_values =
        g_renew(uint64_t, cpu->cpreg_vmstate_values, len);
    cpu->cpreg_vmstate_array_len = len;
}

int arm_cpreg_stream_corrupt(ARMCPU *cpu, const char *what)
{
    Error *err = NULL;

    error_setg(&err, "cpu %d: the migration stream is corrupt: %s",
               CPU(cpu)->cpu_index, what);
    migration_load_set_cause(err);
    error_free(err);
    return -EINVAL;
}

int arm_cpreg_len_get(QEMUFile *f, void *pv, size_t size,
                      const VMStateField *field)
{
    ARMCPU *cpu = container_of(pv, ARMCPU, cpreg_vmstate_array_len);
    g_autofree char *fault = NULL;
    int32_t len;
    int ret;

    qemu_get_sbe32s(f, &len);
    ret = qemu_file_get_error(f);
    if (ret < 0) {
        return ret;
    }
    fault = arm_cpreg_list_len_fault(len, cpu->cpreg_array_len);
    if (fault) {
        return arm_cpreg_stream_corrupt(cpu, fault);
    }
    arm_cpreg_vmstate_resize(cpu, len);
    return 0;
}

int arm_cpreg_len_put(QEMUFile *f, void *pv, size_t size,
                      const VMStateField *field, JSONWriter *vmdesc)
{
    qemu_put_sbe32s(f, pv);
    return 0;
}
