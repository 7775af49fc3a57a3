/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A manifest, decoded from any bytes, and checked by a destination.
 *
 * The first byte chooses the destination; the next two say how many of the
 * bytes, from the end, are the part about what was chosen.
 */

#include "qemu/osdep.h"
#include "fuzz.h"
#include "hw/core/cpu.h"
#include "qapi/error.h"
#include "scripted-test.h"
#include "scripted-vm.h"
#include "target/arm/cpreg-manifest.h"
#include "target/arm/kvm-id-masks.h"
#include "target/arm/kvm-preflight.h"

static ScriptedKVM *kernels[3];

static void init(void)
{
    kernels[0] = fuzz_small_kernel("6.18" ON_N1_PMU);
    kernels[1] = fuzz_small_kernel("6.12" ON_N1_PMU);
    kernels[2] = fuzz_small_kernel("7.3" ON_MAX);
}

/* What was decoded, once more through the bytes, is the same. */
static void check_round(const ARMCPRegManifest *manifest)
{
    g_autoptr(GByteArray) bytes = arm_cpreg_manifest_encode(manifest);
    g_autoptr(GByteArray) chosen = NULL;
    g_autofree char *fault = NULL;
    g_autoptr(ARMCPRegManifest) again = arm_cpreg_manifest_decode(
        bytes->data, bytes->len, &fault);
    g_autoptr(GByteArray) bytes2 = NULL;

    g_assert_cmpstr(fault, ==, NULL);
    bytes2 = arm_cpreg_manifest_encode(again);
    g_assert_cmpmem(bytes->data, bytes->len, bytes2->data, bytes2->len);
    if (manifest->baseline) {
        g_autoptr(GByteArray) chosen2 = NULL;

        chosen = arm_cpreg_manifest_encode_chosen(manifest);
        fault = arm_cpreg_manifest_decode_chosen(again, chosen->data,
                                                 chosen->len);
        g_assert_cmpstr(fault, ==, NULL);
        chosen2 = arm_cpreg_manifest_encode_chosen(again);
        g_assert_cmpmem(chosen->data, chosen->len, chosen2->data,
                        chosen2->len);
    }
}

/* Each register is taken, stays behind by rule, or is named. */
static void check_preflight(ARMCPU *cpu, const ARMCPRegManifest *manifest)
{
    g_autoptr(Error) err = NULL;
    g_autoptr(KVMPreflight) preflight = NULL;
    g_autofree char *text = NULL;

    first_cpu = CPU(cpu);
    preflight = kvm_arm_preflight(cpu, manifest, &err);
    fuzz_check_failed(preflight != NULL, err);
    if (!preflight) {
        return;
    }
    text = kvm_arm_preflight_text(preflight, manifest);
    if (text) {
        fuzz_check_text(text, SIZE_MAX);
        return;
    }
    g_assert_cmpuint(preflight->refused->len, ==, 0);
    for (guint i = 0; i < preflight->load->writes->len; i++) {
        g_assert_cmpint(g_array_index(preflight->load->writes, ARMCPRegWrite,
                                      i).fate, <, ARM_CPREG_VALUE_REFUSED);
    }
    for (size_t i = 0; i < manifest->len; i++) {
        uint64_t index = manifest->indexes[i];
        ScriptedReg *reg = scripted_kvm_find(CPU(cpu)->kvm, index);

        /* An ID register that nobody has reads as zero. */
        g_assert_true(reg || fuzz_is_recorded(index) ||
                      (index >= ARM_CPREG_ID_FIRST &&
                       index <= ARM_CPREG_ID_LAST));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FuzzInput in = { data, size };
    ScriptedKVM *kvm;
    g_autoptr(ARMCPRegManifest) manifest = NULL;
    g_autofree char *fault = NULL;
    g_autoptr(ARMCPU) cpu = NULL;
    size_t chosen;

    if (!kernels[0]) {
        init();
    }
    kvm = kernels[fuzz_u8(&in) % ARRAY_SIZE(kernels)];
    chosen = fuzz_u16(&in);
    chosen = MIN(chosen, in.size);
    manifest = arm_cpreg_manifest_decode(in.data, in.size - chosen, &fault);
    g_assert_true((manifest == NULL) == (fault != NULL));
    if (fault) {
        fuzz_check_text(fault, 1024);
        return 0;
    }
    if (chosen) {
        fault = arm_cpreg_manifest_decode_chosen(
            manifest, in.data + in.size - chosen, chosen);
        if (fault) {
            fuzz_check_text(fault, 1024);
            return 0;
        }
    }
    check_round(manifest);
    scripted_kvm_reset(kvm);
    if (kvm != kvm_state) {
        scripted_vm_new(kvm);
        kvm_arm_id_forget();
    }
    cpu = scripted_start(kvm, NULL);
    check_preflight(cpu, manifest);
    return 0;
}
