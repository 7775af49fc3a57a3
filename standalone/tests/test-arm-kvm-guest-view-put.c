/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A guest view is written to a vCPU, and again after a reset; calls that fail.
 */

#include "qemu/osdep.h"
#include "qemu/error-report.h"
#include "scripted-host.h"
#include "target/arm/cpreg/names.h"

/* Written out, from the kernel's uapi headers. */
#define CCSIDR(n)   (0x6020000000110000ULL + (n))
#define MIDR        0x603000000013c000ULL
#define FIRST_ID    0x603000000013c008ULL
#define LAST_ID     0x603000000013c03fULL
#define DFR0        0x603000000013c028ULL   /* ID_AA64DFR0_EL1 */
#define SCTLR       0x603000000013c080ULL
#define CLIDR       0x603000000013c801ULL
#define PSCI        0x6030000000140000ULL
#define VENDOR      0x6030000000160002ULL   /* VENDOR_HYP_BMAP */

static const int errors[] = { EINVAL, ENOENT, EBUSY, ENOMEM, EIO };

/* A guest that was started for a pool with an old kernel in it. */
static ARMCPU *started(ScriptedKVM *kvm)
{
    g_autoptr(ScriptedKVM) old = recorded_kernel("6.1" ON_N1_PMU);
    ARMCPU *cpu = scripted_first_cpu(kvm);
    g_autoptr(Error) err = NULL;

    scripted_baseline_of(cpu, old);
    g_assert_true(scripted_realize(cpu, &err));
    g_assert_null(err);
    return cpu;
}

static bool is_identity(uint64_t regidx)
{
    return (regidx >= FIRST_ID && regidx <= LAST_ID) || regidx >= PSCI;
}

/* Identity is written first, and only values that differ. */
static void test_order(void)
{
    g_autoptr(ScriptedKVM) kvm = scripted_host("6.18" ON_N1_PMU);
    g_autoptr(ARMCPU) cpu = started(kvm);
    bool rest = false;
    guint written = 0;

    for (guint i = 0; i < kvm->calls->len; i++) {
        const ScriptedCall *call = &g_array_index(kvm->calls, ScriptedCall, i);
        const ScriptedReg *reg = scripted_kvm_find(kvm, call->regidx);

        /* before the register list is read, which follows from it */
        g_assert_true(call->op != SCRIPTED_LIST || written > 0);
        if (call->op != SCRIPTED_SET) {
            continue;
        }
        g_assert_cmpint(call->ret, ==, 0);
        g_assert_cmphex(call->value, !=, reg->reset);
        g_assert_true(!rest || !is_identity(call->regidx));
        rest |= !is_identity(call->regidx);
        written++;
    }
    /* ID_AA64DFR0_EL1, PSCI, CLIDR_EL1, CCSIDR[0] to [2] at least */
    g_assert_cmpuint(written, >=, 6);
    check_holds_baseline(cpu);
}

/* The second vCPU has the VM's ID registers: they are not written again. */
static void test_second(void)
{
    g_autoptr(ScriptedKVM) kvm = scripted_host("6.18" ON_N1_PMU);
    g_autoptr(ScriptedKVM) old = recorded_kernel("6.1" ON_N1_PMU);
    g_autoptr(ARMCPU) first = started(kvm);
    g_autoptr(ARMCPU) second = scripted_vcpu_new(kvm);

    scripted_options(second);
    CPU(second)->cpu_index = 1;
    scripted_baseline_of(second, old);
    g_array_set_size(kvm->calls, 0);
    g_assert_true(scripted_realize(second, NULL));
    g_assert_cmpuint(scripted_calls(kvm, SCRIPTED_SET), ==, 0);
    g_assert_cmpuint(scripted_calls(kvm, SCRIPTED_SCRATCH_NEW), ==, 0);
}

/* The vCPU refuses a value that the scratch vCPU accepted. */
static void test_refused(void)
{
    g_autoptr(ScriptedKVM) kvm = scripted_host("6.18" ON_N1_PMU);
    g_autoptr(ARMCPU) cpu = scripted_first_cpu(kvm);
    g_autoptr(Error) err = NULL;

    CPU(cpu)->cpu_index = 0;
    scripted_baseline_add(cpu, DFR0, 0x10305406);
    scripted_baseline_add(cpu, PSCI, 0x10001);
    g_assert_true(kvm_arm_guest_view_finalize(cpu, NULL));
    /* a vCPU of the VM has run */
    scripted_kvm_run(kvm);
    g_assert_false(kvm_arm_guest_view_init(cpu, &err));
    assert_says(err, "cpu 0: baseline pool (pool.json): ID_AA64DFR0_EL1 "
                "(0x603000000013c028): wanted 0x10305406, possible 0x10305408: "
                "KVM refuses to change it after the guest has run");
}

/* Reset */

/* KVM_ARM_VCPU_INIT of a vCPU that has run; the VM's registers stay. */
static void init_again(ScriptedKVM *kvm)
{
    for (guint i = 0; i < kvm->regs->len; i++) {
        ScriptedReg *reg = &g_array_index(kvm->regs, ScriptedReg, i);

        if (!is_identity(reg->regidx) && reg->regidx != MIDR) {
            reg->value = reg->reset;
        }
    }
}

static void test_reset(void)
{
    g_autoptr(ScriptedKVM) kvm = scripted_host("6.18" ON_N1_PMU);
    g_autoptr(ARMCPU) cpu = started(kvm);

    g_assert_true(scripted_run(cpu, NULL));
    scripted_kvm_guest_works(kvm);
    init_again(kvm);
    g_assert_cmphex(scripted_kvm_value(kvm, CLIDR), ==, 0x2000021);
    g_array_set_size(kvm->calls, 0);
    g_assert_cmpint(kvm_arm_guest_view_reset(cpu, 0), ==, 0);
    check_holds_baseline(cpu);
    g_assert_cmphex(scripted_kvm_value(kvm, CLIDR), ==, 0x82000023);
    g_assert_cmphex(scripted_kvm_value(kvm, CCSIDR(0)), ==, 0x701fe01a);
    /* CLIDR_EL1 and three caches, but no register of the VM */
    g_assert_cmpuint(scripted_calls(kvm, SCRIPTED_SET), ==, 4);
    g_assert_cmphex(scripted_kvm_value(kvm, SCTLR), ==,
                    scripted_kvm_find(kvm, SCTLR)->reset);
}

/* A failed reset stays failed; without a guest view nothing is written. */
static void test_reset_failed(void)
{
    g_autoptr(ScriptedKVM) kvm = scripted_host("6.18" ON_N1_PMU);
    g_autoptr(ARMCPU) cpu = started(kvm);
    g_autoptr(ARMCPU) plain = scripted_vcpu_new(kvm);

    init_again(kvm);
    g_array_set_size(kvm->calls, 0);
    for (size_t e = 0; e < ARRAY_SIZE(errors); e++) {
        g_assert_cmpint(kvm_arm_guest_view_reset(cpu, -errors[e]), ==,
                        -errors[e]);
        g_assert_cmpint(kvm_arm_guest_view_reset(plain, -errors[e]), ==,
                        -errors[e]);
    }
    g_assert_cmpint(kvm_arm_guest_view_reset(plain, 0), ==, 0);
    g_assert_cmpuint(kvm->calls->len, ==, 0);
}

/* After a run KVM keeps the values that came by migration. */
static void test_reset_busy(void)
{
    g_autoptr(ScriptedKVM) kvm = scripted_host("6.18" ON_N1_PMU);
    g_autoptr(ARMCPU) cpu = started(kvm);

    g_assert_cmpint(scripted_kvm_set(kvm, DFR0, 0x10305107), ==, 0);
    g_assert_cmpint(scripted_kvm_set(kvm, VENDOR, 1), ==, 0);
    g_assert_true(scripted_run(cpu, NULL));
    init_again(kvm);
    g_assert_cmpint(kvm_arm_guest_view_reset(cpu, 0), ==, 0);
    g_assert_cmphex(scripted_kvm_value(kvm, DFR0), ==, 0x10305107);
    g_assert_cmphex(scripted_kvm_value(kvm, VENDOR), ==, 1);
    /* the rest was written all the same */
    g_assert_cmphex(scripted_kvm_value(kvm, CLIDR), ==, 0x82000023);
    g_assert_cmphex(scripted_kvm_value(kvm, CCSIDR(2)), ==, 0x70ffe03a);
}

/* A call that fails: the reset fails, and the rest is written. */
static void test_reset_faults(void)
{
    g_autoptr(ScriptedKVM) kvm = scripted_host("6.18" ON_N1_PMU);
    g_autoptr(ARMCPU) cpu = started(kvm);
    guint calls;

    init_again(kvm);
    g_array_set_size(kvm->calls, 0);
    g_assert_cmpint(kvm_arm_guest_view_reset(cpu, 0), ==, 0);
    calls = kvm->calls->len;
    for (size_t e = 0; e < ARRAY_SIZE(errors); e++) {
        for (guint n = 1; n <= calls; n++) {
            const ScriptedCall *call;
            int ret;

            init_again(kvm);
            g_array_set_size(kvm->calls, 0);
            kvm->fault = (ScriptedFault) { .at = n, .error = errors[e] };
            ret = kvm_arm_guest_view_reset(cpu, 0);
            kvm->fault = (ScriptedFault) { 0 };
            call = &g_array_index(kvm->calls, ScriptedCall, n - 1);
            if (errors[e] == (call->op == SCRIPTED_GET ? ENOENT : EBUSY)) {
                g_assert_cmpint(ret, ==, 0);
                g_assert_cmpstr(standalone_reports()->str, ==, "");
            } else {
                g_autofree char *name = arm_cpreg_name(call->regidx);

                g_assert_cmpint(ret, ==, -errors[e]);
                g_assert_nonnull(strstr(standalone_reports()->str, name));
            }
            g_string_truncate(standalone_reports(), 0);
            g_assert_cmpuint(kvm->calls->len, >=, calls - 1);
        }
    }
}

/* An errno at each call of a start */

typedef struct Start {
    const char *name;
    const char *host;
    const char *of;         /* the baseline is of this one, or... */
    const char *impls;      /* ...it is one CPU of these */
} Start;

static const Start starts[] = {
    { "old", "6.18" ON_N1_PMU, "6.1" ON_N1_PMU },
    { "first-run", "7.3" ON_MAX, "7.3" ON_MAX },
    { "fixed", "6.1" ON_N1, "6.1" ON_N1 },
    { "impls", "6.18" ON_N1, NULL, "414fd0b1-414fd0c1" },
};

static ARMCPU *choose(const Start *start, ScriptedKVM *kvm, ScriptedKVM *of)
{
    ARMCPU *cpu = scripted_first_cpu(kvm);

    if (of) {
        scripted_baseline_of(cpu, of);
    } else {
        scripted_baseline_add(cpu, MIDR, 0x414fd0b1);
        scripted_baseline_add(cpu, CLIDR, 0x82000023);
        scripted_impl_cpus(cpu, start->impls);
    }
    return cpu;
}

/* No success with another value, unless KVM has no such register. */
static void check_start(ARMCPU *cpu, bool ok, const Error *err, guint n,
                        int error)
{
    ScriptedKVM *kvm = CPU(cpu)->kvm;
    const ScriptedCall *call;

    g_assert_true(ok == !err);
    g_assert_cmpuint(kvm->calls->len, >=, n);
    call = &g_array_index(kvm->calls, ScriptedCall, n - 1);
    if (err) {
        /* reading the host's own MIDR_EL1 has its own error */
        if (!strstr(error_get_pretty(err), "what CPU this host has")) {
            assert_call_named(call, err);
            assert_says(err, "baseline pool (pool.json): ");
        }
        if (call->op == SCRIPTED_GET) {
            /* the possible value is not known */
            assert_says(err, strerror(error));
        }
        if (call->op >= SCRIPTED_SCRATCH) {
            g_assert_true(scripted_untouched(kvm));
        }
    } else if (!(call->op == SCRIPTED_GET && error == ENOENT)) {
        check_holds_baseline(cpu);
    }
}

static void test_faults(gconstpointer data)
{
    const Start *start = data;
    g_autoptr(ScriptedKVM) kvm = scripted_host(start->host);
    g_autoptr(ScriptedKVM) of = start->of ? recorded_kernel(start->of) : NULL;
    g_autoptr(ARMCPU) good = choose(start, kvm, of);
    guint calls, failed = 0;

    g_assert_true(kvm_arm_guest_view_finalize(good, NULL));
    g_assert_true(kvm_arm_guest_view_init(good, NULL));
    check_holds_baseline(good);
    calls = kvm->calls->len;
    for (size_t e = 0; e < ARRAY_SIZE(errors); e++) {
        for (guint n = 1; n <= calls; n++) {
            g_autoptr(ARMCPU) cpu = NULL;
            g_autoptr(Error) err = NULL;
            bool ok;

            scripted_host_is(kvm);
            cpu = choose(start, kvm, of);
            kvm->fault = (ScriptedFault) { .at = n, .error = errors[e] };
            ok = kvm_arm_guest_view_finalize(cpu, &err) &&
                 kvm_arm_guest_view_init(cpu, &err);
            kvm->fault = (ScriptedFault) { 0 };
            check_start(cpu, ok, err, n, errors[e]);
            failed += !ok;
        }
    }
    g_assert_cmpuint(failed, >, ARRAY_SIZE(errors));
}

int main(int argc, char **argv)
{
    static const ScriptedCase cases[] = {
        { "order", test_order },
        { "second", test_second },
        { "refused", test_refused },
        { "reset", test_reset },
        { "reset-failed", test_reset_failed },
        { "reset-busy", test_reset_busy },
        { "reset-faults", test_reset_faults },
    };

    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        g_autofree char *path = g_strdup_printf("/arm/kvm-guest-view-put/%s",
                                                cases[i].name);

        g_test_add_func(path, cases[i].run);
    }
    for (size_t i = 0; i < ARRAY_SIZE(starts); i++) {
        g_autofree char *path = g_strdup_printf(
            "/arm/kvm-guest-view-put/faults/%s", starts[i].name);

        g_test_add_data_func(path, &starts[i], test_faults);
    }
    return g_test_run();
}
