/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A guest view that the host cannot provide is refused at the start, by a
 * scratch vCPU.  The guest's vCPU is not touched.
 *
 * Recorded masks say what a kernel lets a user set.  What it then accepts is
 * taken from KVM's documentation (api.rst, arm/fw-pseudo-registers.rst) and
 * from real kernels; see kvm-model.h.
 */

#include "qemu/osdep.h"
#include "scripted-host.h"

/* Written out, from the kernel's uapi headers. */
#define CCSIDR(n)   (0x6020000000110000ULL + (n))
#define MIDR        0x603000000013c000ULL
#define DFR0        0x603000000013c028ULL   /* ID_AA64DFR0_EL1 */
#define ISAR2       0x603000000013c032ULL   /* ID_AA64ISAR2_EL1 */
#define MMFR3       0x603000000013c03bULL   /* ID_AA64MMFR3_EL1 */
#define LAST_ID     0x603000000013c03fULL
#define CLIDR       0x603000000013c801ULL
#define CTR         0x603000000013d801ULL
#define PSCI        0x6030000000140000ULL
#define WORKAROUND(n) (PSCI + (n))
#define BMAP(n)     (0x6030000000160000ULL + (n))
#define VENDOR      BMAP(2)

#define ANOTHER_CPU "this host has another CPU, and the guest is not " \
                    "told that it may run on several"

/* One baseline, of at most three registers, on one host. */
typedef struct Row {
    const char *host;
    uint64_t regs[3][2];
    const char *words;      /* NULL if the host can show it */
} Row;

static const Row rows[] = {
    /* fields of an ID register: 0x10305008 here, but 6.1 and 5.10 */
    { "6.12" ON_N1, { { DFR0, 0x10305008 } } },
    { "6.12" ON_N1, { { DFR0, 0x10305006 } } },
    { "7.3" ON_N1, { { DFR0, 0x10105006 } } },
    { "6.12" ON_N1, { { DFR0, 0x10305009 } },
      "baseline pool (pool.json): ID_AA64DFR0_EL1.DebugVer: wanted 9, "
      "possible 6 to 8" },
    { "6.12" ON_N1, { { DFR0, 0x10305005 } }, "wanted 5, possible 6 to 8" },
    { "6.12" ON_N1, { { DFR0, 0x10304006 } },
      "ID_AA64DFR0_EL1.BRPs: wanted 4, possible 5 (this kernel cannot change "
      "it" },
    { "6.1" ON_N1, { { DFR0, 0x10305006 } } },
    { "6.1" ON_N1, { { DFR0, 0x10305008 } },
      "ID_AA64DFR0_EL1.DebugVer: wanted 8, possible 6 (this kernel cannot "
      "change it; Linux 6.7 and later can)" },
    { "5.10" ON_N1_PMU, { { DFR0, 0x10305406 } },
      "ID_AA64DFR0_EL1.DebugVer: wanted 6, possible 8 (this kernel cannot "
      "change it; Linux 6.7 and later can)" },
    { "6.12" ON_N1, { { CTR, 0x9443c004 } } },
    { "6.12" ON_N1, { { CTR, 0x9445c004 } }, "CTR_EL0.DminLine: wanted 5, "
      "possible 0 to 4" },

    /* not a field: KVM decides */
    { "6.18" ON_N1, { { PSCI, 0x10001 } } },
    { "6.12" ON_N1, { { PSCI, 0x10003 } },
      "PSCI_VERSION (0x6030000000140000): wanted 0x10003, possible 0x10001: "
      "KVM refuses the value" },
    { "6.12" ON_N1, { { CLIDR, 0x82000023 } } },
    { "6.1" ON_N1, { { CLIDR, 0x2000021 } },
      "CLIDR_EL1 (0x603000000013c801): wanted 0x2000021, possible 0x82000023: "
      "KVM refuses the value" },
    { "6.12" ON_N1, { { CCSIDR(0), 0x701fe01a } } },
    /* lines of 32 bytes, and the host's CTR_EL0 says 64 */
    { "6.12" ON_N1, { { CCSIDR(0), 0x701fe019 } },
      "CCSIDR[0] (0x6020000000110000): wanted 0x701fe019, possible 0x2: KVM "
      "refuses the value" },
    { "6.1" ON_N1, { { CCSIDR(2), 2 } }, "CCSIDR[2] (0x6020000000110002): " },
    { "6.12" ON_N1, { { VENDOR, 1 } } },
    { "6.12" ON_N1, { { VENDOR, 0 }, { BMAP(1), 0 } } },
    { "6.12" ON_N1, { { VENDOR, 7 } },
      "VENDOR_HYP_BMAP (0x6030000000160002): wanted 0x7, possible 0x3: KVM "
      "refuses the value" },
    /* only one of two hosts is affected: no value fits both */
    { "6.12" ON_N1, { { WORKAROUND(1), 2 } } },
    { "6.12" ON_N1, { { WORKAROUND(1), 1 } },
      "SMCCC_ARCH_WORKAROUND_1 (0x6030000000140001): wanted 0x1, possible "
      "0x2: KVM accepts the value, but shows another" },
    { "6.12" ON_N1, { { WORKAROUND(3), 2 } },
      "SMCCC_ARCH_WORKAROUND_3 (0x6030000000140003): wanted 0x2, possible "
      "0x1: KVM refuses the value" },

    /* another CPU, without a list of implementations */
    { "6.18" ON_N1, { { MIDR, 0x414fd0c1 } } },
    { "6.18" ON_N1, { { MIDR, 0x414fd0b1 } },
      "MIDR_EL1 (0x603000000013c000): wanted 0x414fd0b1, possible 0x414fd0c1: "
      ANOTHER_CPU },
    { "6.1" ON_N1, { { MIDR, 0x414fd0b1 } }, ANOTHER_CPU },
    { "6.18" ON_N1, { { MIDR + 6, 1 } },
      "REVIDR_EL1 (0x603000000013c006): wanted 0x1, possible 0x0: "
      ANOTHER_CPU },
    { "6.18" ON_N1, { { MIDR + 0x807, 1 } },
      "AIDR_EL1 (0x603000000013c807): wanted 0x1, possible 0x0: "
      ANOTHER_CPU },

    /* not listed here: by the rules of cpreg/tolerance.h.inc */
    { "5.10" ON_N1, { { BMAP(1), 1 } } },
    { "5.10" ON_N1, { { BMAP(1), 0 } },
      "STD_HYP_BMAP (0x6030000000160001): wanted 0x0, this host's KVM does "
      "not have it" },
    { "5.10" ON_N1, { { VENDOR, 0 } } },
    { "5.10" ON_N1, { { VENDOR, 3 } },
      "VENDOR_HYP_BMAP (0x6030000000160002): wanted 0x3, this host's KVM does "
      "not have it: the guest can call its services" },
    { "6.12" ON_N1, { { BMAP(3), 0 } } },
    { "6.12" ON_N1, { { BMAP(3), 3 } },
      "VENDOR_HYP_BMAP_2 (0x6030000000160003): wanted 0x3, this host's KVM "
      "does not have it" },
    /* a cache that the guest does not see, and one that it sees */
    { "6.1" ON_N1, { { CLIDR, 0x82000023 }, { CCSIDR(4), 2 } } },
    { "6.1" ON_N1, { { CCSIDR(4), 2 } },
      "CCSIDR[4] (0x6020000000110004): wanted 0x2, this host's KVM does not "
      "have it: the guest may have this cache" },
    { "6.1" ON_N1, { { CLIDR, 0x82000123 }, { CCSIDR(4), 2 } },
      "CCSIDR[4] (0x6020000000110004): wanted 0x2, this host's KVM does not "
      "have it: the guest has this cache" },
    { "6.12" ON_N1, { { 0x603000000013c4f6, 0 } } },        /* PMMIR_EL1 */
    { "6.12" ON_N1, { { 0x603000000013c4f6, 1 } },
      "PMMIR_EL1 (0x603000000013c4f6): wanted 0x1, this host's KVM does not "
      "have it" },
};

static void test_values(void)
{
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        g_autoptr(ScriptedKVM) kvm = scripted_host(rows[i].host);
        g_autoptr(ARMCPU) cpu = scripted_first_cpu(kvm);
        g_autoptr(Error) err = NULL;
        bool ok;

        for (size_t n = 0; n < 3 && rows[i].regs[n][0]; n++) {
            scripted_baseline_add(cpu, rows[i].regs[n][0],
                                  rows[i].regs[n][1]);
        }
        ok = kvm_arm_guest_view_finalize(cpu, &err);
        if (ok != !rows[i].words || ok != !err) {
            wrong("row %zu: %s", i, err ? error_get_pretty(err) : "taken");
        } else if (err) {
            assert_says(err, rows[i].words);
        }
        g_assert_true(scripted_untouched(kvm));
        if (ok) {
            g_assert_true(scripted_realize(cpu, &err));
            check_holds_baseline(cpu);
        }
    }
}

/* An ID register that is not listed reads as zero. */
static void test_unlisted_id(void)
{
    for (uint64_t value = 0; value < 2; value++) {
        g_autoptr(ScriptedKVM) kvm = scripted_host("6.18" ON_N1);
        g_autoptr(ARMCPU) cpu = scripted_first_cpu(kvm);
        g_autoptr(Error) err = NULL;

        scripted_kvm_find(kvm, LAST_ID)->unlisted = true;
        scripted_baseline_add(cpu, LAST_ID, value);
        g_assert_true(kvm_arm_guest_view_finalize(cpu, &err) == !value);
        if (value) {
            assert_says(err, "(0x603000000013c03f): wanted 0x1, this host's "
                        "KVM does not have it");
        }
    }
}

/* One error has everything that is not possible. */
static void test_all_told(void)
{
    g_autoptr(ScriptedKVM) kvm = scripted_host("6.1" ON_N1);
    g_autoptr(ARMCPU) cpu = scripted_first_cpu(kvm);
    g_autoptr(Error) err = NULL;
    g_auto(GStrv) clauses = NULL;

    scripted_baseline_add(cpu, DFR0, 0x10304008);
    scripted_baseline_add(cpu, MIDR, 0x414fd0b1);
    scripted_baseline_add(cpu, PSCI, 0x10003);
    scripted_baseline_add(cpu, BMAP(3), 3);
    scripted_baseline_add(cpu, CLIDR, 0x2000021);
    g_assert_false(kvm_arm_guest_view_finalize(cpu, &err));
    clauses = g_regex_split_simple("; (?=[A-Z_0-9]+[. ]\\(?[A-Za-z0-9]+[):])",
                                   error_get_pretty(err), 0, 0);
    g_assert_cmpuint(g_strv_length(clauses), ==, 6);
    g_assert_true(scripted_untouched(kvm));
}

/* The same for single fields. */
static void test_field(void)
{
    static const struct {
        const char *host;
        uint64_t value;
        const char *words;
    } fields[] = {
        { "6.12" ON_N1, 6, NULL },
        { "6.12" ON_N1, 9, "the SYSREG_ properties: ID_AA64DFR0_EL1.DebugVer: "
          "wanted 9, possible 6 to 8" },
        { "6.1" ON_N1, 8, "the SYSREG_ properties: ID_AA64DFR0_EL1.DebugVer: "
          "wanted 8, possible 6 (this kernel cannot change it; Linux 6.7" },
        { "6.1" ON_N1, 6, NULL },
    };

    for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
        g_autoptr(ScriptedKVM) kvm = scripted_host(fields[i].host);
        g_autoptr(ARMCPU) cpu = scripted_first_cpu(kvm);
        g_autoptr(Error) err = NULL;

        kvm_arm_guest_view_want(cpu->kvm_guest_view->wanted, DFR0, 0xf,
                                fields[i].value);
        g_assert_true(scripted_realize(cpu, &err) == !fields[i].words);
        if (fields[i].words) {
            assert_says(err, fields[i].words);
            g_assert_true(scripted_untouched(kvm));
        } else {
            /* the rest of the register is the host's */
            g_assert_cmphex(scripted_kvm_value(kvm, DFR0), ==, 0x10305006);
        }
    }
}

/* 7.3 clears S1PIE of a guest without ATS1A when it first runs. */
static void test_first_run(void)
{
    static const struct {
        const char *host;
        uint64_t isar2;
        uint64_t mmfr3;
        const char *words;
    } cases[] = {
        { "7.3" ON_MAX, 0x1010000000110012, 0x111, NULL },
        { "7.3" ON_MAX, 0x0010000000110012, 0x111,
          "ID_AA64MMFR3_EL1 (0x603000000013c03b): wanted 0x111, possible "
          "0x11: KVM changes it when the guest runs" },
        { "7.3" ON_MAX, 0x0010000000110012, 0x011, NULL },
        { "7.2" ON_MAX, 0x0010000000110012, 0x111, NULL },
        { "6.18" ON_MAX, 0x0010000000110012, 0x111, NULL },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        g_autoptr(ScriptedKVM) kvm = scripted_host(cases[i].host);
        g_autoptr(ARMCPU) cpu = scripted_first_cpu(kvm);
        g_autoptr(Error) err = NULL;

        scripted_baseline_add(cpu, ISAR2, cases[i].isar2);
        scripted_baseline_add(cpu, MMFR3, cases[i].mmfr3);
        g_assert_true(kvm_arm_guest_view_finalize(cpu, &err) ==
                      !cases[i].words);
        if (cases[i].words) {
            assert_says(err, cases[i].words);
        } else {
            g_assert_null(err);
        }
        g_assert_true(scripted_untouched(kvm));
        g_assert_cmpuint(scripted_calls(kvm, SCRIPTED_SCRATCH_RUN), ==, 1);
    }
}

/* Recorded hosts, and the baseline of another host */

#define EACH ON_N1_PMU

static const char *const kernels[] = {
    "5.10", "6.1", "6.12", "6.16", "6.17", "6.18", "6.19", "7.0", "7.1", "7.2",
    "7.3",
};

/*
 * On 6.1 and 5.10 a user can set the PSCI version and nothing else.  6.12 and
 * later can be given the values of 6.1 and 5.10, and those of a later kernel
 * without what only that one has: measured.
 */
static void test_hosts(void)
{
    for (size_t from = 0; from < ARRAY_SIZE(kernels); from++) {
        for (size_t to = 0; to < ARRAY_SIZE(kernels); to++) {
            g_autofree char *name = g_strconcat(kernels[from], EACH, NULL);
            g_autofree char *host_name = g_strconcat(kernels[to], EACH, NULL);
            g_autoptr(ScriptedKVM) of = recorded_kernel(name);
            g_autoptr(ScriptedKVM) kvm = scripted_host(host_name);
            g_autoptr(ARMCPU) cpu = scripted_first_cpu(kvm);
            g_autoptr(Error) err = NULL;
            bool fixed = kvm->kernel < KERNEL(6, 7);

            scripted_baseline_of(cpu, of);
            if (!scripted_realize(cpu, &err)) {
                g_assert_nonnull(err);
                g_assert_true(scripted_untouched(kvm));
                if (!fixed && of->kernel <= kvm->kernel) {
                    wrong("%s on %s: %s", name, host_name,
                          error_get_pretty(err));
                }
                if (fixed && of->kernel < KERNEL(6, 7)) {
                    assert_says(err, "ID_AA64DFR0_EL1.DebugVer: wanted ");
                    assert_says(err, "this kernel cannot change it; Linux 6.7 "
                                "and later can");
                }
                continue;
            }
            g_assert_null(err);
            if (fixed && from != to) {
                wrong("%s on %s: taken", name, host_name);
            }
            check_holds_baseline(cpu);
            /* and it stays so */
            g_assert_true(scripted_run(cpu, NULL));
            check_holds_baseline(cpu);
        }
    }
}

/* With a list of implementations, the CPU is another one. */
static void test_other_cpu(void)
{
    static const struct {
        const char *host;
        const char *of;
        const char *words;
    } cases[] = {
        { "6.18" ON_N1, "6.18-cortex-a76-vregs.txt", NULL },
        { "7.3" ON_N1, "6.18-cortex-a76-vregs.txt", NULL },
        { "6.12" ON_N1, "6.12-cortex-a76-vregs.txt",
          "KVM_CAP_ARM_WRITABLE_IMP_ID_REGS" },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        g_autoptr(ScriptedKVM) of = recorded_kernel(cases[i].of);
        g_autoptr(ScriptedKVM) kvm = scripted_host(cases[i].host);
        g_autoptr(ARMCPU) cpu = scripted_first_cpu(kvm);
        g_autoptr(Error) err = NULL;
        g_autofree char *fault = NULL;

        scripted_baseline_add(cpu, MIDR, 0x414fd0b1);
        scripted_baseline_add(cpu, BMAP(3), 3);
        cpu->kvm_guest_view->baseline->manifest->impls =
            arm_cpu_impls_parse("414fd0b1-414fd0c1", &fault);
        g_assert_true(scripted_realize(cpu, &err) == !cases[i].words);
        if (cases[i].words) {
            assert_says(err, cases[i].words);
            g_assert_true(scripted_untouched(kvm));
            continue;
        }
        g_assert_null(err);
        g_assert_cmphex(scripted_kvm_value(kvm, MIDR), ==, 0x414fd0b1);
        g_assert_cmphex(scripted_kvm_value(kvm, BMAP(3)), ==, 3);
    }
}

int main(int argc, char **argv)
{
    static const ScriptedCase cases[] = {
        { "values", test_values },
        { "unlisted-id", test_unlisted_id },
        { "all-told", test_all_told },
        { "field", test_field },
        { "first-run", test_first_run },
        { "hosts", test_hosts },
        { "other-cpu", test_other_cpu },
    };

    return scripted_test_main(argc, argv, "kvm-guest-view-check", cases,
                              ARRAY_SIZE(cases));
}
