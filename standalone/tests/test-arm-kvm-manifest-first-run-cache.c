/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Manifests on scripted kernels: how often a check asks KVM, and calls that
 * fail.
 */

#include "qemu/osdep.h"
#include "scripted-manifest.h"
#include "target/arm/cpreg/names.h"
#include "target/arm/kvm/trial.h"

/* An error at any register that KVM lists is reported. */
static void test_manifest_unread(void)
{
    static const int errors[] = { ENOENT, EINVAL, EIO };
    g_autoptr(ScriptedKVM) kvm = recorded_kernel("6.18" ON_N1);
    g_autoptr(ARMCPU) cpu = scripted_start(kvm, NULL);
    g_autoptr(ARMCPRegManifest) all = kvm_arm_manifest_read(cpu, NULL);

    for (size_t i = 0; i < all->fixed_len; i++) {
        for (size_t e = 0; e < ARRAY_SIZE(errors); e++) {
            g_autoptr(ARMCPRegManifest) manifest = NULL;
            g_autoptr(Error) err = NULL;

            g_array_set_size(kvm->calls, 0);
            kvm->fault = (ScriptedFault) {
                .at = 1, .op = SCRIPTED_GET, .error = errors[e],
                .regidx = all->fixed_indexes[i],
            };
            manifest = kvm_arm_manifest_read(cpu, &err);
            g_assert_null(manifest);
            assert_failed_call_named(kvm, err);
        }
    }
}

/* A register that KVM no longer lists is left out. */
static void test_manifest_hidden(void)
{
    g_autoptr(ScriptedKVM) kvm = recorded_kernel("6.18" ON_N1);
    g_autoptr(ARMCPU) cpu = scripted_start(kvm, NULL);
    g_autoptr(ARMCPRegManifest) all = kvm_arm_manifest_read(cpu, NULL);

    for (size_t i = 0; i < all->fixed_len; i++) {
        ScriptedReg *reg = scripted_kvm_find(kvm, all->fixed_indexes[i]);
        g_autoptr(ARMCPRegManifest) manifest = NULL;
        g_autoptr(ARMCPRegManifest) unsure = NULL;
        g_autoptr(Error) err = NULL;
        g_autofree char *name = arm_cpreg_name(reg->regidx);

        reg->unlisted = true;
        manifest = kvm_arm_manifest_read(cpu, &err);
        g_assert_null(err);
        g_assert_cmpuint(manifest->len, ==, all->len - 1);
        g_assert_cmpuint(manifest->fixed_len, ==, all->fixed_len - 1);
        g_assert_null(arm_cpreg_manifest_fault(manifest));

        /* Without a list it is not known that the register is hidden. */
        kvm->fault = (ScriptedFault) {
            .at = 1, .onwards = true, .op = SCRIPTED_LIST, .error = ENOMEM,
        };
        unsure = kvm_arm_manifest_read(cpu, &err);
        g_assert_null(unsure);
        assert_says(err, name);
        kvm->fault = (ScriptedFault) { 0 };
        reg->unlisted = false;
    }
}

static bool altered(const KVMManifestCheck *check, uint64_t regidx)
{
    for (guint i = 0; i < check->load->writes->len; i++) {
        const ARMCPRegWrite *write = &g_array_index(check->load->writes,
                                                    ARMCPRegWrite, i);

        if (write->regidx == regidx) {
            return write->fate == ARM_CPREG_ALTERED;
        }
    }
    return false;
}

/* An errno at each call to a scratch vCPU: named, and never a success. */
static void test_faults(void)
{
    static const int errors[] = { EINVAL, ENOENT, EBUSY, ENOMEM, EIO };
    g_autoptr(ScriptedKVM) from = recorded_kernel("6.1" ON_MAX);
    g_autoptr(ScriptedKVM) to = recorded_kernel("6.18" ON_MAX);
    g_autoptr(ARMCPU) cpu = scripted_start(to, NULL);
    guint calls, values = 0;

    kvm_arm_manifest_check_free(manifest_check_of(from, cpu, NULL));
    calls = to->calls->len;
    g_assert_cmpuint(calls, >, 100);
    for (size_t e = 0; e < ARRAY_SIZE(errors); e++) {
        for (guint n = 1; n <= calls; n++) {
            g_autoptr(KVMManifestCheck) check = NULL;
            g_autoptr(Error) err = NULL;

            to->fault = (ScriptedFault) { .at = n, .error = errors[e] };
            check = manifest_check_of(from, cpu, &err);
            to->fault = (ScriptedFault) { 0 };
            g_assert_true(!check == !!err);
            if (check && !refused_value(check, 0)) {
                /* NV: KVM already holds what it turns the value into. */
                g_assert_cmpint(errors[e], ==, EBUSY);
                g_assert_true(altered(check, ARM_CPREG(ID_AA64MMFR2_EL1)));
                continue;
            }
            if (check) {
                error_setg(&err, "%s", check->refused->str);
                values++;
            }
            assert_failed_call_named(to, err);
        }
    }
    g_assert_cmpuint(values, >, 0);
}

static guint runs(const ScriptedKVM *kvm)
{
    guint n = 0;

    for (guint i = 0; i < kvm->calls->len; i++) {
        n += g_array_index(kvm->calls, ScriptedCall, i).op ==
             SCRIPTED_SCRATCH_RUN;
    }
    return n;
}

/* For equal values a scratch vCPU runs once. */
static void test_asked_once(void)
{
    g_autoptr(ScriptedKVM) from = recorded_kernel("6.1" ON_MAX);
    g_autoptr(ScriptedKVM) to = recorded_kernel("6.18" ON_MAX);
    g_autoptr(QEMUFile) f = stream_from(from);
    g_autoptr(ARMCPU) first = scripted_start(to, NULL);
    g_autoptr(ARMCPU) second = scripted_start(to, NULL);
    g_autoptr(KVMManifestCheck) check = manifest_check_of(from, first, NULL);

    g_assert_cmpuint(runs(to), ==, 1);
    for (int forgotten = 0; forgotten < 2; forgotten++) {
        g_assert_true(load_stream(first, f, NULL));
        g_assert_cmpuint(scratch_calls(to) > 0, ==, forgotten);
        g_assert_cmpuint(runs(to), ==, forgotten);
        g_assert_true(load_stream(second, f, NULL));
        g_assert_cmpuint(scratch_calls(to), ==, 0);
        kvm_arm_trial_forget();
    }
}

/* It runs again for other values, and after an error. */
static void test_asked_again(void)
{
    g_autoptr(ScriptedKVM) from = recorded_kernel("6.18" ON_MAX);
    g_autoptr(ScriptedKVM) to = recorded_kernel("6.18" ON_MAX);
    g_autoptr(ARMCPU) cpu = scripted_start(to, NULL);
    g_autoptr(QEMUFile) same = stream_from(from);
    g_autoptr(QEMUFile) other = NULL;
    g_autoptr(Error) err = NULL;

    scripted_kvm_reset(from);
    scripted_kvm_find(from, ARM_CPREG(ID_AA64ISAR0_EL1))->value = 0;
    other = stream_from(from);
    kvm_arm_trial_forget();

    g_assert_true(load_stream(cpu, same, NULL));
    g_assert_cmpuint(runs(to), ==, 1);
    to->fault = (ScriptedFault) {
        .at = 1, .op = SCRIPTED_SCRATCH_RUN, .error = EIO,
    };
    g_assert_false(load_stream(cpu, other, &err));
    assert_says(err, "KVM_RUN");
    to->fault = (ScriptedFault) { 0 };
    for (int i = 0; i < 2; i++) {
        g_assert_true(load_stream(cpu, other, NULL));
        g_assert_cmpuint(runs(to), ==, i == 0);
    }
    g_assert_true(load_stream(cpu, same, NULL));
    g_assert_cmpuint(runs(to), ==, 1);
}

int main(int argc, char **argv)
{
    static const ScriptedCase cases[] = {
        { "manifest-unread", test_manifest_unread },
        { "manifest-hidden", test_manifest_hidden },
        { "faults", test_faults },
        { "asked-once", test_asked_once },
        { "asked-again", test_asked_again },
    };

    return scripted_test_main(argc, argv, "kvm-manifest-first-run-cache", cases,
                              ARRAY_SIZE(cases));
}
