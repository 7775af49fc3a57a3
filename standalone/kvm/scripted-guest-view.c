/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guest view of a vCPU, and QEMU's own copy of the ID registers. */

#include "qemu/osdep.h"
#include <linux/kvm.h>

#include "cpu-features.h"
#include "kvm_arm.h"
#include "scripted-guest-view.h"
#include "system/kvm.h"
#include "target/arm/kvm/vcpu-init.h"
#include "target/arm/migration/lists.h"
#include "target/arm/kvm/isar.h"
#include "target/arm/kvm/manifest-guest-view.h"

GArray *scripted_isar;

KVMGuestView *scripted_guest_view_new(void)
{
    KVMGuestView *view = g_new0(KVMGuestView, 1);

    kvm_arm_manifest_register_view();
    view->wanted = g_array_new(false, false, sizeof(KVMGuestViewValue));
    return view;
}

void scripted_guest_view_free(KVMGuestView *view)
{
    if (view->baseline) {
        arm_cpreg_manifest_free(view->baseline->manifest);
        g_free(view->baseline->label);
        g_free(view->baseline);
    }
    g_array_unref(view->wanted);
    g_clear_pointer(&view->impls, g_array_unref);
    g_free(view);
}

static ARMCPRegManifest *baseline_of(ARMCPU *cpu)
{
    ARMKVMBaseline *baseline = cpu->kvm_guest_view->baseline;

    if (!baseline) {
        baseline = g_new0(ARMKVMBaseline, 1);
        baseline->label = g_strdup("baseline pool (pool.json)");
        baseline->manifest = arm_cpreg_manifest_new();
        baseline->manifest->init = arm_cpreg_vcpu_init_of(cpu);
        cpu->kvm_guest_view->baseline = baseline;
    }
    return baseline->manifest;
}

void scripted_baseline_add(ARMCPU *cpu, uint64_t regidx, uint64_t value)
{
    ARMCPRegManifest *manifest = baseline_of(cpu);
    size_t len = manifest->len, at = len;

    manifest->indexes = g_renew(uint64_t, manifest->indexes, len + 1);
    manifest->fixed_indexes = g_renew(uint64_t, manifest->fixed_indexes,
                                      len + 1);
    manifest->fixed_values = g_renew(uint64_t, manifest->fixed_values,
                                     len + 1);
    while (at > 0 && manifest->indexes[at - 1] > regidx) {
        at--;
    }
    memmove(manifest->indexes + at + 1, manifest->indexes + at,
            (len - at) * sizeof(uint64_t));
    memmove(manifest->fixed_values + at + 1, manifest->fixed_values + at,
            (len - at) * sizeof(uint64_t));
    manifest->indexes[at] = regidx;
    manifest->fixed_values[at] = value;
    manifest->len = ++manifest->fixed_len;
    memcpy(manifest->fixed_indexes, manifest->indexes,
           manifest->len * sizeof(uint64_t));
}

void scripted_baseline_of(ARMCPU *cpu, ScriptedKVM *kvm)
{
    for (guint i = 0; i < kvm->regs->len; i++) {
        const ScriptedReg *reg = &g_array_index(kvm->regs, ScriptedReg, i);

        if (arm_cpreg_is_fixed(reg->regidx)) {
            scripted_baseline_add(cpu, reg->regidx, reg->reset);
        }
    }
}

void scripted_impl_cpus(ARMCPU *cpu, const char *text)
{
    g_autofree char *fault = NULL;

    g_clear_pointer(&cpu->kvm_guest_view->impls, g_array_unref);
    cpu->kvm_guest_view->impls = arm_cpu_impls_parse(text, &fault);
    g_assert_null(fault);
}

void scripted_options(ARMCPU *cpu)
{
    ARMCPRegVCPUInit init = arm_cpreg_vcpu_init_of(cpu);

    cpu->env.features = 1 << ARM_FEATURE_AARCH64;
    cpu->has_pmu = init.features[0] >> 3 & 1;
    cpu->isar.aa64_sve = init.features[0] >> 4 & 1;
    cpu->isar.aa64_pauth = init.features[0] >> 5 & 1;
}

void kvm_arm_set_init_features(ARMCPU *cpu)
{
    const struct {
        bool on;
        uint32_t bits;
    } features[] = {
        { !arm_feature(&cpu->env, ARM_FEATURE_AARCH64), 1 << 1 },
        { kvm_check_extension(kvm_state, KVM_CAP_ARM_PSCI_0_2), 1 << 2 },
        { cpu->has_pmu, 1 << 3 },
        { cpu_isar_feature(aa64_sve, cpu), 1 << 4 },
        { cpu_isar_feature(aa64_pauth, cpu), 1 << 5 | 1 << 6 },
        { cpu->has_el2 && kvm_arm_el2_supported(), 1 << 7 },
    };

    memset(cpu->kvm_init_features, 0, sizeof(cpu->kvm_init_features));
    for (size_t i = 0; i < ARRAY_SIZE(features); i++) {
        cpu->kvm_init_features[0] |= features[i].on ? features[i].bits : 0;
    }
}

bool arm_cpreg_set_isar(ARMCPU *cpu, uint64_t regidx, uint64_t mask,
                        uint64_t value)
{
    KVMGuestViewValue given = { regidx, mask, value };

    if (scripted_isar) {
        g_array_append_val(scripted_isar, given);
    }
    return true;
}
