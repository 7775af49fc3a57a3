/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A manifest, decoded from any bytes, and checked by a destination.
 *
 * The first byte chooses the destination; the next two say how many of the
 * bytes, from the end, are the configured part.
 */

#include "qemu/osdep.h"
#include "fuzz.h"
#include "hw/core/cpu.h"
#include "qapi/error.h"
#include "scripted-test.h"
#include "scripted-vm.h"
#include "target/arm/cpreg/manifest-stream.h"
#include "target/arm/kvm/id-regs.h"
#include "target/arm/kvm/manifest.h"

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
    g_autoptr(GByteArray) configured = NULL;
    g_autofree char *fault = NULL;
    g_autoptr(ARMCPRegManifest) again = arm_cpreg_manifest_decode(
        bytes->data, bytes->len, &fault);
    g_autoptr(GByteArray) bytes2 = NULL;

    g_assert_cmpstr(fault, ==, NULL);
    bytes2 = arm_cpreg_manifest_encode(again);
    g_assert_cmpmem(bytes->data, bytes->len, bytes2->data, bytes2->len);
    if (manifest->baseline) {
        g_autoptr(GByteArray) configured2 = NULL;

        configured = arm_cpreg_manifest_encode_configured(manifest);
        fault = arm_cpreg_manifest_decode_configured(again, configured->data,
                                                     configured->len);
        g_assert_cmpstr(fault, ==, NULL);
        configured2 = arm_cpreg_manifest_encode_configured(again);
        g_assert_cmpmem(configured->data, configured->len, configured2->data,
                        configured2->len);
    }
}

/* Each register is loaded, dropped by a rule, or named. */
static void check_manifest(ARMCPU *cpu, const ARMCPRegManifest *manifest)
{
    g_autoptr(Error) err = NULL;
    g_autoptr(KVMManifestCheck) check = NULL;
    g_autofree char *text = NULL;

    first_cpu = CPU(cpu);
    check = kvm_arm_manifest_check(cpu, manifest, &err);
    fuzz_check_failed(check != NULL, err);
    if (!check) {
        return;
    }
    text = kvm_arm_manifest_check_text(check, manifest);
    if (text) {
        fuzz_check_text(text, SIZE_MAX);
        return;
    }
    g_assert_cmpuint(check->refused->len, ==, 0);
    for (guint i = 0; i < check->load->writes->len; i++) {
        g_assert_cmpint(g_array_index(check->load->writes, ARMCPRegWrite,
                                      i).fate, <, ARM_CPREG_VALUE_REFUSED);
    }
    for (size_t i = 0; i < manifest->len; i++) {
        uint64_t index = manifest->indexes[i];
        ScriptedReg *reg = scripted_kvm_find(CPU(cpu)->kvm, index);

        /* A register that no kernel lists: an ID register. */
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
    size_t configured;

    if (!kernels[0]) {
        init();
    }
    kvm = kernels[fuzz_u8(&in) % ARRAY_SIZE(kernels)];
    configured = fuzz_u16(&in);
    configured = MIN(configured, in.size);
    manifest = arm_cpreg_manifest_decode(in.data, in.size - configured, &fault);
    g_assert_true((manifest == NULL) == (fault != NULL));
    if (fault) {
        fuzz_check_text(fault, 1024);
        return 0;
    }
    if (configured) {
        fault = arm_cpreg_manifest_decode_configured(
            manifest, in.data + in.size - configured, configured);
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
    check_manifest(cpu, manifest);
    return 0;
}
