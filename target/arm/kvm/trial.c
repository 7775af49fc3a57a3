/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Would KVM take a register list? Asked of a scratch vCPU. */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "vcpu-init.h"
#include "scratch.h"
#include "trial.h"

/*
 * The last list that a scratch vCPU took: the vCPUs of a machine have equal
 * ones, and a manifest has asked before the guest stood still.  Under the BQL.
 */
static GBytes *taken;

void kvm_arm_trial_forget(void)
{
    g_clear_pointer(&taken, g_bytes_unref);
}

/* All that decides the answer of a scratch vCPU. */
static GBytes *trial_question(const ARMCPRegVCPUInit *init,
                        const ARMCPRegList *source, const ARMCPRegList *known)
{
    GByteArray *bytes = g_byte_array_new();

    g_byte_array_append(bytes, (const guint8 *)init, sizeof(*init));
    for (size_t i = 0; i < source->len; i++) {
        uint64_t words[] = { source->indexes[i], 0 };

        if (arm_cpreg_list_find(known, words[0]) >= 0) {
            words[1] = source->values[i] & arm_cpreg_fixed_bits(words[0]);
        }
        g_byte_array_append(bytes, (const guint8 *)words, sizeof(words));
    }
    return g_byte_array_free_to_bytes(bytes);
}

bool kvm_arm_try_list(ARMCPU *cpu, const ARMCPRegList *source,
                      const ARMCPRegList *known, ARMCPRegLoad *load,
                      Error **errp)
{
    g_autoptr(KVMScratch) scratch = kvm_arm_scratch_new(cpu, errp);
    ARMCPRegVCPUInit init = arm_cpreg_vcpu_init_of(cpu);
    g_autofree char *fault = NULL;

    if (!scratch) {
        return false;
    }
    if (!arm_cpreg_load(&scratch->target, &arm_cpreg_rules, source, known,
                        NULL, load, &fault)) {
        error_setg(errp, "cannot ask KVM with a scratch vCPU: %s", fault);
        return false;
    }
    if (!load->refused->len) {
        kvm_arm_trial_forget();
        taken = trial_question(&init, source, known);
    }
    return true;
}

ARMCPRegLoad *kvm_arm_try_load(ARMCPU *cpu, const ARMCPRegList *source,
                               Error **errp)
{
    g_autoptr(ARMCPRegLoad) load = arm_cpreg_load_new();
    ARMCPRegVCPUInit init = arm_cpreg_vcpu_init_of(cpu);
    /* All of its values are known. */
    g_autoptr(GBytes) now = trial_question(&init, source, source);

    if ((taken && g_bytes_equal(taken, now)) ||
        !kvm_arm_try_list(cpu, source, source, load, errp) ||
        !load->refused->len) {
        return NULL;
    }
    return g_steal_pointer(&load);
}
