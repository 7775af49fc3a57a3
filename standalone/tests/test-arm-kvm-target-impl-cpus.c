/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The list of CPU implementations on scripted kernels: how the VM is set up,
 * and the answers to a guest's hypercalls.
 *
 * The hypercalls' numbers and answers are those of Linux 6.15,
 * Documentation/virt/kvm/arm/hypercalls.rst and include/linux/arm-smccc.h.
 */

#include "qemu/osdep.h"
#include "qemu/error-report.h"
#include "scripted-guest-view.h"
#include "scripted-test.h"
#include "scripted-vm.h"
#include "target/arm/kvm/id-regs.h"
#include "target/arm/kvm/target-impl-cpus.h"

/* Fast calls, 64 bits, owner 6: functions 64 and 65 */
#define VER     0xc6000040
#define CPUS    0xc6000041

/* X0 of a vCPU: KVM_REG_ARM_CORE, by words of struct kvm_regs */
#define X(n) (0x6030000000100000 + 2 * (n))

/* The recorded CPU, and that of another host. */
#define N1      "414fd0c1"
#define A76     "414fd0b1"

static const int errors[] = { EINVAL, ENOENT, EBUSY, ENOMEM, EIO };

/* A host with this kernel, with no cached answers. */
static ScriptedKVM *host(const char *name)
{
    ScriptedKVM *kvm = recorded_kernel(name);

    scripted_vm_new(kvm);
    kvm_arm_id_forget();
    kvm_arm_target_impl_cpus_forget();
    g_string_truncate(standalone_reports(), 0);
    return kvm;
}

static bool prepare(const char *list, Error **errp)
{
    g_autofree char *fault = NULL;
    g_autoptr(GArray) impls = list ? arm_cpu_impls_parse(list, &fault)
                                   : NULL;

    g_assert_null(fault);
    return kvm_arm_target_impl_cpus_prepare(impls, errp);
}

static guint calls(const ScriptedKVM *kvm, ScriptedOp op)
{
    guint n = 0;

    for (guint i = 0; i < kvm->calls->len; i++) {
        n += g_array_index(kvm->calls, ScriptedCall, i).op == op;
    }
    return n;
}

/* Before the VM's first vCPU */

static void test_prepare(void)
{
    g_autoptr(ScriptedKVM) kvm = host("6.18" ON_N1);

    g_assert_false(kvm_arm_target_impl_cpus_enabled());
    g_assert_true(prepare(NULL, NULL));
    g_assert_cmpuint(kvm->calls->len, ==, 0);
    g_assert_false(kvm_arm_target_impl_cpus_enabled());

    g_assert_true(prepare(A76 "-" N1, NULL));
    g_assert_true(kvm_arm_target_impl_cpus_enabled());
    g_assert_true(kvm->imp_ids);
    /* the filter forwards these two calls to QEMU and no other */
    g_assert_cmphex(scripted_vm.filter.base, ==, VER);
    g_assert_cmpuint(scripted_vm.filter.nr_functions, ==, 2);
    g_assert_cmpuint(scripted_vm.filter.action, ==,
                     KVM_SMCCC_FILTER_FWD_TO_USER);
    /* a scratch vCPU can be asked about the values */
    g_assert_cmpuint(scripted_vm.scratch_cap, ==,
                     KVM_CAP_ARM_WRITABLE_IMP_ID_REGS);

    /* for the second vCPU there is nothing left to do */
    g_assert_true(prepare(A76 "-" N1, NULL));
    g_assert_cmpuint(calls(kvm, SCRIPTED_ENABLE), ==, 1);
    g_assert_cmpuint(calls(kvm, SCRIPTED_FILTER), ==, 1);
}

static void test_refused(void)
{
    static const struct {
        const char *kernel;
        const char *list;
        const char *words[4];
    } rows[] = {
        { "6.12" ON_N1, N1, { "a list", "MIDR_EL1",
          "KVM_CAP_ARM_WRITABLE_IMP_ID_REGS", "Linux 6.15" } },
        { "5.10" ON_N1, N1, { "Linux 6.15" } },
        { "6.18" ON_N1, A76, { "this host's CPU, 0x414fd0c1:0x0:0x0 ",
          " 0x414fd0b1:0x0:0x0;", "add it" } },
        /* another revision of the model is another implementation */
        { "6.18" ON_N1, N1 ":1-" N1 ":0:1", { "0x414fd0c1:0x0:0x0 ",
          " 0x414fd0c1:0x1:0x0-0x414fd0c1:0x0:0x1;" } },
        { "6.18-cortex-a76-vregs.txt", N1, { "0x414fd0b1:0x0:0x0 " } },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        g_autoptr(ScriptedKVM) kvm = host(rows[i].kernel);
        g_autoptr(Error) err = NULL;

        g_assert_false(prepare(rows[i].list, &err));
        for (size_t n = 0; n < 4 && rows[i].words[n]; n++) {
            assert_says(err, rows[i].words[n]);
        }
        g_assert_false(kvm_arm_target_impl_cpus_enabled());
        g_assert_cmpuint(calls(kvm, SCRIPTED_ENABLE), ==, 0);
        g_assert_cmpuint(scripted_vm.scratch_cap, ==, 0);
    }
}

/* A call that fails: an error, and the list is not enabled. */
static void test_prepare_faults(void)
{
    g_autoptr(ScriptedKVM) good = host("6.18" ON_N1);
    guint n_calls;

    g_assert_true(prepare(N1, NULL));
    n_calls = good->calls->len;
    g_assert_cmpuint(n_calls, >, 100);      /* the host's ID registers */
    for (size_t e = 0; e < ARRAY_SIZE(errors); e++) {
        unsigned failed = 0;

        for (guint n = 1; n <= n_calls; n++) {
            g_autoptr(ScriptedKVM) kvm = host("6.18" ON_N1);
            g_autoptr(Error) err = NULL;
            bool ok;

            kvm->fault = (ScriptedFault) { .at = n, .error = errors[e] };
            ok = prepare(N1, &err);
            g_assert_true(ok == !err);
            g_assert_true(ok == kvm_arm_target_impl_cpus_enabled());
            failed += !ok;
            if (!ok) {
                /* without a scratch vCPU nothing can be read */
                assert_says(err, strerror(n > 1 ? errors[e] : EIO));
            }
        }
        /*
         * KVM_CREATE_VM, the register that is asked for first, the capability,
         * the filter.  What was not answered for the two other registers is
         * asked again, unless the answer was that there are none.
         */
        g_assert_cmpuint(failed, ==, errors[e] == ENOENT ? 6 : 4);
    }
}

static void test_host(void)
{
    static const struct {
        const char *kernel;
        uint64_t midr;
    } rows[] = {
        { "5.10" ON_N1, 0x414fd0c1 },
        { "6.18" ON_N1, 0x414fd0c1 },
        { "6.18-cortex-a76-vregs.txt", 0x414fd0b1 },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        g_autoptr(ScriptedKVM) kvm = host(rows[i].kernel);
        const ARMCPUImpl impl = { rows[i].midr, 0, 0 };
        g_autoptr(GArray) impls = arm_cpu_impls_new();
        g_autoptr(GString) refused = g_string_new(NULL);
        g_autofree char *expected = g_strdup_printf(
            "this host's CPU, 0x%" PRIx64 ":0x0:0x0 (MIDR_EL1:REVIDR_EL1:"
            "AIDR_EL1), is not one of the implementations : go", impl.midr);

        g_assert_true(kvm_arm_target_impl_cpus_check_host(impls, ": go",
                                                          refused, NULL));
        g_assert_cmpstr(refused->str, ==, expected);
        g_string_truncate(refused, 0);
        g_assert_null(arm_cpu_impls_add(impls, &impl));
        g_assert_true(kvm_arm_target_impl_cpus_check_host(impls, ": go",
                                                          refused, NULL));
        g_assert_cmpstr(refused->str, ==, "");
    }
}

/* The guest asks */

typedef struct Call {
    uint64_t function;
    uint64_t x1;
    int64_t x0;             /* of the answer */
    uint64_t answer[3];     /* X1 to X3 */
} Call;

#define LIST A76 ":1:2-" N1 "-413fd0c1:ffffffffffffffff:3"

static const Call with_list[] = {
    { VER, 0, 0, { 0x10000, 3, 0 } },
    /* Linux has left X1 to X3 as they were, before 6.16 */
    { VER, 0x5a5a5a5a5a5a5a5a, 0, { 0x10000, 3, 0 } },
    { CPUS, 0, 0, { 0x414fd0b1, 1, 2 } },
    { CPUS, 1, 0, { 0x414fd0c1, 0, 0 } },
    { CPUS, 2, 0, { 0x413fd0c1, UINT64_MAX, 3 } },
    { CPUS, 3, -3 },
    { CPUS, UINT64_MAX, -3 },
    { CPUS, 0x100000000, -3 },
    { VER - 1, 0, -1 },
    { CPUS + 1, 0, -1 },
    { 0x86000040, 0, -1 },          /* of 32 bits: there is none */
    { 0x1c6000040, 0, -1 },
    { 0, 0, -1 },
};

static const Call without_list[] = {
    { VER, 0, -1 },
    { CPUS, 0, -1 },
};

/* Are the four registers set, and none of the others? */
static void check_call(const Call *call, const char *list)
{
    g_autoptr(ScriptedKVM) kvm = host("6.18" ON_N1);
    g_autoptr(ARMCPU) cpu = scripted_vcpu_new(kvm);
    int64_t x0;

    if (list) {
        scripted_impl_cpus(cpu, list);
    }
    for (int i = 0; i < 31; i++) {
        scripted_kvm_set(kvm, X(i), 0x1000 + i);
    }
    scripted_kvm_set(kvm, X(1), call->x1);
    g_assert_cmpint(kvm_arm_target_impl_cpus_hypercall(cpu, call->function),
                    ==, 0);
    x0 = scripted_kvm_value(kvm, X(0));
    if (x0 != call->x0) {
        wrong("0x%" PRIx64 "(0x%" PRIx64 "): %" PRId64, call->function,
              call->x1, x0);
    }
    for (int i = 1; i < 31; i++) {
        uint64_t value = scripted_kvm_value(kvm, X(i));

        if (i > 3 ? value != 0x1000 + i
                  : !call->x0 && value != call->answer[i - 1]) {
            wrong("0x%" PRIx64 "(0x%" PRIx64 "): X%d is 0x%" PRIx64,
                  call->function, call->x1, i, value);
        }
    }
}

static void test_hypercalls(void)
{
    for (size_t i = 0; i < ARRAY_SIZE(with_list); i++) {
        check_call(&with_list[i], LIST);
    }
    for (size_t i = 0; i < ARRAY_SIZE(without_list); i++) {
        check_call(&without_list[i], NULL);
    }
}

/* A baseline's list, which x-target-impl-cpus replaces. */
static void test_hypercall_baseline(void)
{
    for (int both = 0; both < 2; both++) {
        g_autoptr(ScriptedKVM) kvm = host("6.18" ON_N1);
        g_autoptr(ARMCPU) cpu = scripted_vcpu_new(kvm);
        g_autofree char *fault = NULL;

        scripted_baseline_add(cpu, 0x603000000013c000, 0x414fd0b1);
        cpu->kvm_guest_view->baseline->manifest->impls =
            arm_cpu_impls_parse(A76 "-" N1, &fault);
        if (both) {
            scripted_impl_cpus(cpu, "1-2-" A76);
        }
        scripted_kvm_set(kvm, X(1), 0);
        g_assert_cmpint(kvm_arm_target_impl_cpus_hypercall(cpu, VER), ==, 0);
        g_assert_cmpuint(scripted_kvm_value(kvm, X(2)), ==, both ? 3 : 2);
    }
}

/* A register that cannot be read or written is reported. */
static void test_hypercall_faults(void)
{
    for (size_t e = 0; e < ARRAY_SIZE(errors); e++) {
        for (unsigned n = 1; n <= 6; n++) {
            g_autoptr(ScriptedKVM) kvm = host("6.18" ON_N1);
            g_autoptr(ARMCPU) cpu = scripted_vcpu_new(kvm);
            bool fails = n <= 5;    /* X1; X0 to X3 */

            scripted_impl_cpus(cpu, LIST);
            kvm->fault = (ScriptedFault) { .at = n, .error = errors[e] };
            g_assert_cmpint(kvm_arm_target_impl_cpus_hypercall(cpu, CPUS), ==,
                            fails ? -errors[e] : 0);
            g_assert_true(fails == (standalone_reports()->len > 0));
            if (fails) {
                g_assert_nonnull(strstr(standalone_reports()->str,
                                        "cpu 0: cannot answer the guest's "
                                        "hypercall 0xc6000041: "));
                g_assert_nonnull(strstr(standalone_reports()->str,
                                        strerror(errors[e])));
            }
        }
    }
}

int main(int argc, char **argv)
{
    static const ScriptedCase cases[] = {
        { "prepare", test_prepare },
        { "refused", test_refused },
        { "prepare-faults", test_prepare_faults },
        { "host", test_host },
        { "hypercalls", test_hypercalls },
        { "hypercall-baseline", test_hypercall_baseline },
        { "hypercall-faults", test_hypercall_faults },
    };

    return scripted_test_main(argc, argv, "kvm-target-impl-cpus", cases,
                              ARRAY_SIZE(cases));
}
