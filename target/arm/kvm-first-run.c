/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a first KVM_RUN makes of a VM's ID registers. */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "cpreg-names.h"
#include "kvm-first-run.h"

/* The last question, and which bits change: under the BQL. */
static GBytes *asked;
static GBytes *answer;

void kvm_arm_first_run_forget(void)
{
    g_clear_pointer(&asked, g_bytes_unref);
    g_clear_pointer(&answer, g_bytes_unref);
}

ARMCPRegList kvm_arm_first_run_ids(const ARMCPRegList *list)
{
    ARMCPRegList ids = { NULL };
    size_t first = 0;

    while (first < list->len && list->indexes[first] < ARM_CPREG_ID_FIRST) {
        first++;
    }
    ids.indexes = list->indexes + first;
    ids.values = list->values + first;
    while (first + ids.len < list->len &&
           ids.indexes[ids.len] <= ARM_CPREG_ID_LAST) {
        ids.len++;
    }
    return ids;
}

uint64_t kvm_arm_first_run_foreign(uint64_t regidx)
{
    switch (regidx) {
    case ARM_CPREG(ID_AA64PFR0_EL1):
        return 0xfULL << 24;
    case ARM_CPREG(ID_PFR1_EL1):
        return 0xfULL << 28;
    default:
        return 0;
    }
}

bool kvm_arm_first_run_read(KVMScratch *scratch, uint64_t regidx,
                          uint64_t *value, Error **errp)
{
    int ret = kvm_arm_scratch_get(scratch, regidx, value);
    g_autofree char *name = NULL;

    if (ret) {
        name = arm_cpreg_name(regidx);
        error_setg_errno(errp, -ret, "cannot ask KVM by a scratch vCPU: it "
                         "does not give %s", name);
    }
    return ret == 0;
}

static GBytes *question(const ARMCPRegList *ids)
{
    GByteArray *bytes = g_byte_array_new();

    for (size_t i = 0; i < ids->len; i++) {
        uint64_t regidx = ids->indexes[i];
        uint64_t value = ids->values[i] & ~kvm_arm_first_run_foreign(regidx);

        g_byte_array_append(bytes, (const guint8 *)&regidx, sizeof(regidx));
        g_byte_array_append(bytes, (const guint8 *)&value, sizeof(value));
    }
    return g_byte_array_free_to_bytes(bytes);
}

bool kvm_arm_first_run_of(KVMScratch *scratch, const ARMCPRegList *ids,
                          uint64_t *after, Error **errp)
{
    g_autofree uint64_t *changed = g_new0(uint64_t, ids->len);

    if (!kvm_arm_scratch_run(scratch, errp)) {
        return false;
    }
    for (size_t i = 0; i < ids->len; i++) {
        uint64_t now;

        if (!kvm_arm_first_run_read(scratch, ids->indexes[i], &now, errp)) {
            return false;
        }
        changed[i] = (ids->values[i] ^ now) &
                     ~kvm_arm_first_run_foreign(ids->indexes[i]);
        after[i] = ids->values[i] ^ changed[i];
    }
    kvm_arm_first_run_forget();
    asked = question(ids);
    answer = g_bytes_new(changed, ids->len * sizeof(uint64_t));
    return true;
}

/* The scratch vCPU gets the vCPU's ID registers. */
static bool copy(KVMScratch *scratch, const ARMCPRegList *ids, Error **errp)
{
    for (size_t i = 0; i < ids->len; i++) {
        uint64_t foreign = kvm_arm_first_run_foreign(ids->indexes[i]);
        uint64_t value = ids->values[i], held;
        g_autofree char *name = NULL;
        int ret;

        if (!kvm_arm_first_run_read(scratch, ids->indexes[i], &held, errp)) {
            return false;
        }
        value = (value & ~foreign) | (held & foreign);
        if (value == held) {
            continue;
        }
        ret = kvm_arm_scratch_set(scratch, ids->indexes[i], value);
        if (ret) {
            name = arm_cpreg_name(ids->indexes[i]);
            error_setg_errno(errp, -ret, "cannot ask KVM by a scratch vCPU: "
                             "it does not take %s = 0x%" PRIx64 ", which the "
                             "vCPU took", name, value);
            return false;
        }
    }
    return true;
}

static bool ask(ARMCPU *cpu, const ARMCPRegList *ids, Error **errp)
{
    g_autoptr(KVMScratch) scratch = kvm_arm_scratch_new(cpu, errp);
    g_autofree uint64_t *held = g_new0(uint64_t, ids->len);
    g_autofree uint64_t *after = g_new0(uint64_t, ids->len);
    ARMCPRegList now = { ids->indexes, held, ids->len };

    if (!scratch || !copy(scratch, ids, errp)) {
        return false;
    }
    for (size_t i = 0; i < ids->len; i++) {
        if (!kvm_arm_first_run_read(scratch, ids->indexes[i], &held[i], errp)) {
            return false;
        }
    }
    return kvm_arm_first_run_of(scratch, &now, after, errp);
}

bool kvm_arm_first_run(ARMCPU *cpu, const ARMCPRegList *ids, uint64_t *after,
                       Error **errp)
{
    g_autoptr(GBytes) now = question(ids);
    const uint64_t *changed;

    if (!asked || !g_bytes_equal(asked, now)) {
        if (!ask(cpu, ids, errp)) {
            return false;
        }
        /* What the copy holds may differ from what it was given. */
        g_bytes_unref(asked);
        asked = g_steal_pointer(&now);
    }
    changed = g_bytes_get_data(answer, NULL);
    for (size_t i = 0; i < ids->len; i++) {
        after[i] = ids->values[i] ^ changed[i];
    }
    return true;
}
