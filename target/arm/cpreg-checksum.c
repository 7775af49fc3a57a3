/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A checksum of the cpreg list, in the migration stream of a vCPU. */

#include "qemu/osdep.h"
#include <zlib.h>

#include "qapi/error.h"
#include "migration/preflight.h"
#include "migration/qemu-file-types.h"
#include "migration/refusal.h"
#include "system/kvm.h"
#include "cpreg-checksum.h"
#include "kvm-cpregs.h"

static uint32_t add64(uint32_t sum, const uint64_t *words, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        uint64_t word = GUINT64_TO_BE(words[i]);

        sum = crc32(sum, (const Bytef *)&word, sizeof(word));
    }
    return sum;
}

uint32_t arm_cpreg_checksum(const ARMCPRegList *list)
{
    uint32_t len = GUINT32_TO_BE((uint32_t)list->len);
    uint32_t sum = crc32(0, (const Bytef *)&len, sizeof(len));

    sum = add64(sum, list->indexes, list->len);
    return add64(sum, list->values, list->len);
}

static uint32_t checksum_of(ARMCPU *cpu)
{
    const ARMCPRegList list = {
        .indexes = cpu->cpreg_vmstate_indexes,
        .values = cpu->cpreg_vmstate_values,
        .len = cpu->cpreg_vmstate_array_len,
    };

    return arm_cpreg_checksum(&list);
}

static bool checksum_needed(void *opaque)
{
    return kvm_enabled() && migration_preflight();
}

static int get_checksum(QEMUFile *f, void *pv, size_t size,
                        const VMStateField *field)
{
    ARMCPU *cpu = container_of(pv, ARMCPU, cpreg_vmstate_array_len);
    uint32_t sum = qemu_get_be32(f);

    if (cpu->kvm_cpregs) {
        cpu->kvm_cpregs->stream_checksum = sum;
    }
    return 0;
}

static int put_checksum(QEMUFile *f, void *pv, size_t size,
                        const VMStateField *field, JSONWriter *vmdesc)
{
    qemu_put_be32(f, checksum_of(container_of(pv, ARMCPU,
                                              cpreg_vmstate_array_len)));
    return 0;
}

/* The list itself is in front of its subsections, and is not yet taken. */
static bool checksum_post_load(void *opaque, int version_id, Error **errp)
{
    ERRP_GUARD();
    ARMCPU *cpu = opaque;
    uint32_t sent, came;

    if (!cpu->kvm_cpregs) {
        return true;        /* TCG takes a stream of KVM as it comes */
    }
    sent = cpu->kvm_cpregs->stream_checksum;
    came = checksum_of(cpu);
    if (sent == came) {
        return true;
    }
    error_setg(errp, "cpu %d: the migration stream is corrupt: the register "
               "list was sent with the checksum 0x%08" PRIx32 " and has 0x%08"
               PRIx32 " here: migrate the guest again, or load another copy "
               "of the file that it was saved to", CPU(cpu)->cpu_index, sent,
               came);
    migration_refusal_reason(*errp);
    return false;
}

static const VMStateInfo vmstate_info_checksum = {
    .name = "cpreg checksum",
    .get = get_checksum,
    .put = put_checksum,
};

const VMStateDescription vmstate_cpreg_checksum = {
    .name = "cpu/cpreg-checksum",
    .version_id = 1,
    .minimum_version_id = 1,
    .needed = checksum_needed,
    .post_load_errp = checksum_post_load,
    .fields = (const VMStateField[]) {
        /* There is no member for it: the list's length tells the vCPU. */
        VMSTATE_SINGLE(cpreg_vmstate_array_len, ARMCPU, 1,
                       vmstate_info_checksum, int32_t),
        VMSTATE_END_OF_LIST()
    }
};
