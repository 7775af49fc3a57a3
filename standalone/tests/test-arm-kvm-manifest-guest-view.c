/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guest view as a part of manifests, on scripted kernels: both sides must
 * be started with the same one.
 */

#include "qemu/osdep.h"
#include "scripted-host.h"
#include "scripted-manifest.h"
#include "target/arm/kvm/manifest-guest-view.h"

/* Written out, from the kernel's uapi headers. */
#define MIDR        0x603000000013c000ULL
#define PFR0        0x603000000013c020ULL   /* ID_AA64PFR0_EL1 */
#define DFR0        0x603000000013c028ULL   /* ID_AA64DFR0_EL1 */
#define PSCI        0x6030000000140000ULL
#define BMAP(n)     (0x6030000000160000ULL + (n))

#define HOST        "6.18" ON_N1
#define OTHER_HOST  "6.18-cortex-a76-vregs.txt"
#define N1          "414fd0c1"
#define A76         "414fd0b1"

static const int errors[] = { EINVAL, ENOENT, EBUSY, ENOMEM, EIO };

/* The guest view of one side; all zero: none. */
typedef struct Side {
    uint64_t baseline[2][2];    /* registers and values */
    uint64_t field;             /* ID_AA64DFR0_EL1.DebugVer */
    const char *impls;
} Side;

static ARMCPU *start(ScriptedKVM *kvm, const Side *side)
{
    ARMCPU *cpu = scripted_first_cpu(kvm);
    g_autoptr(Error) err = NULL;

    for (int i = 0; i < 2 && side->baseline[i][0]; i++) {
        scripted_baseline_add(cpu, side->baseline[i][0],
                              side->baseline[i][1]);
    }
    if (side->field) {
        kvm_arm_guest_view_want(cpu->kvm_guest_view->wanted, DFR0, 0xf,
                                side->field);
    }
    if (side->impls) {
        scripted_impl_cpus(cpu, side->impls);
    }
    if (!scripted_realize(cpu, &err)) {
        wrong("not started: %s", error_get_pretty(err));
    }
    return cpu;
}

/* The verdict's text about a guest that comes from @from to @to. */
static char *verdict(const char *from, const Side *source, const char *to,
                     const Side *here)
{
    g_autoptr(ScriptedKVM) there_kvm = scripted_host(from);
    g_autoptr(ARMCPU) there = start(there_kvm, source);
    g_autoptr(ARMCPRegManifest) manifest = manifest_of(there);
    g_autoptr(ScriptedKVM) kvm = scripted_host(to);
    g_autoptr(ARMCPU) cpu = start(kvm, here);
    g_autoptr(KVMManifestCheck) check = NULL;
    g_autoptr(Error) err = NULL;
    guint sets = scripted_calls(kvm, SCRIPTED_SET);

    check = kvm_arm_manifest_check(cpu, manifest, &err);
    g_assert_null(err);
    /* the guest of the destination is not touched */
    g_assert_cmpuint(scripted_calls(kvm, SCRIPTED_SET), ==, sets);
    return kvm_arm_manifest_check_text(check, manifest);
}

#define OPTION "-object arm-kvm-baseline,id=pool,file=FILE -cpu " \
               "host,kvm-baseline=pool"
#define STORED "query-arm-migration-manifest"

static const struct {
    const char *name;
    Side source;
    Side here;
    const char *words[5];       /* none: it can come */
} cases[] = {
    { "nothing" },
    { "same", { { { DFR0, 0x10305006 } } }, { { { DFR0, 0x10305006 } } } },
    { "same-field", { .field = 6 }, { .field = 6 } },
    /* the values count, not the options */
    { "field-and-baseline", { .field = 6 }, { { { DFR0, 0x10305006 } } } },
    { "baseline-of-the-host", { { { DFR0, 0x10305008 } } }, { .field = 0 } },

    { "destination-without", { { { DFR0, 0x10305006 } } }, { .field = 0 },
      { "the guest was started with baseline pool (pool.json), this QEMU with "
        "no baseline",
        "ID_AA64DFR0_EL1 (0x603000000013c028) = 0x10305006, destination "
        "0x10305008 (ID_AA64DFR0_EL1.DebugVer: source 6, destination 8)",
        "; start the destination with the same ", OPTION, STORED } },
    { "source-without", { .field = 0 }, { { { DFR0, 0x10305006 } } },
      { "the guest was started with no baseline, this QEMU with baseline pool "
        "(pool.json)",
        "ID_AA64DFR0_EL1 (0x603000000013c028) = 0x10305008, destination "
        "0x10305006",
        "; start the destination without", STORED } },
    { "another-value", { { { DFR0, 0x10305006 }, { PSCI, 0x10001 } } },
      { { { DFR0, 0x10305007 }, { PSCI, 0x10000 } } },
      { "ID_AA64DFR0_EL1 (0x603000000013c028) = 0x10305006, destination "
        "0x10305007",
        "PSCI_VERSION (0x6030000000140000) = 0x10001, destination 0x10000",
        OPTION, STORED } },
    /* only one side sets the other register */
    { "more-there", { { { DFR0, 0x10305006 }, { PSCI, 0x10001 } } },
      { { { DFR0, 0x10305006 } } },
      { "PSCI_VERSION (0x6030000000140000) = 0x10001, destination 0x10003",
        OPTION } },
    { "more-here", { { { DFR0, 0x10305006 } } },
      { { { DFR0, 0x10305006 }, { PSCI, 0x10001 } } },
      { "PSCI_VERSION (0x6030000000140000) = 0x10003, destination 0x10001",
        OPTION } },
    { "field-there", { .field = 6 }, { .field = 0 },
      { "the guest was started with the SYSREG_ properties, this QEMU with no "
        "baseline", "0x10305006, destination 0x10305008", STORED } },
    { "field-here", { .field = 0 }, { .field = 7 },
      { "this QEMU with the SYSREG_ properties", "0x10305008, "
        "destination 0x10305007", "; start the destination without" } },

    { "same-impls", { .impls = A76 "-" N1 }, { .impls = A76 "-" N1 } },
    { "impls-and-baseline",
      { { { MIDR, 0x414fd0b1 } }, .impls = A76 "-" N1 },
      { { { MIDR, 0x414fd0b1 } }, .impls = A76 "-" N1 } },
    { "other-impls", { .impls = A76 "-" N1 }, { .impls = N1 },
      { "the guest is told of the CPU implementations "
        "0x414fd0b1:0x0:0x0-0x414fd0c1:0x0:0x0, and this QEMU was started with "
        "0x414fd0c1:0x0:0x0", STORED } },
    { "impls-order", { .impls = A76 "-" N1 }, { .impls = N1 "-" A76 },
      { "the guest is told of the CPU implementations " } },
    { "impls-there", { .impls = N1 }, { .field = 0 },
      { "0x414fd0c1:0x0:0x0, and this QEMU was started with (none)" } },
    { "impls-here", { .field = 0 }, { .impls = N1 },
      { "CPU implementations (none), and this QEMU was started with "
        "0x414fd0c1:0x0:0x0", "; start the destination without" } },
};

static void test_cases(void)
{
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        g_autofree char *text = verdict(HOST, &cases[i].source, HOST,
                                        &cases[i].here);

        if (!text != !cases[i].words[0]) {
            wrong("%s: %s", cases[i].name, text);
            continue;
        }
        for (size_t n = 0; n < 5 && cases[i].words[n]; n++) {
            if (!strstr(text, cases[i].words[n])) {
                wrong("%s: \"%s\" is not in: %s", cases[i].name,
                      cases[i].words[n], text);
            }
        }
    }
}

/* A host that is not in the list of implementations, and one that is. */
static void test_other_host(void)
{
    static const Side pool = { { { MIDR, 0x414fd0b1 } },
                               .impls = A76 "-" N1 };
    static const Side one = { .impls = N1 };
    static const Side other = { .impls = A76 };
    g_autofree char *text = NULL;

    g_assert_null(verdict(HOST, &pool, HOST, &pool));
    text = verdict(HOST, &one, OTHER_HOST, &other);
    g_assert_nonnull(text);
    g_assert_nonnull(strstr(text, "this host's CPU, 0x414fd0b1:0x0:0x0 "
                            "(MIDR_EL1:REVIDR_EL1:AIDR_EL1), is not one of "
                            "the implementations 0x414fd0c1:0x0:0x0 that the "
                            "guest is told of"));
}

/* A field that KVM sets by the interrupt controller is not compared. */
static void test_gic(void)
{
    static const Side side = { { { PFR0, 0x1100000010110112 } } };
    g_autoptr(ScriptedKVM) from = scripted_host(HOST);
    g_autoptr(ARMCPU) there = start(from, &side);
    g_autoptr(ARMCPRegManifest) manifest = manifest_of(there);
    g_autoptr(ScriptedKVM) kvm = scripted_host(HOST);
    g_autoptr(ARMCPU) cpu = NULL;
    g_autoptr(GString) refused = g_string_new(NULL);
    ScriptedReg *pfr0 = scripted_kvm_find(kvm, PFR0);

    g_assert_cmphex(pfr0->reset, ==, 0x1100000011110112);
    pfr0->reset = pfr0->value = 0x1100000013110112;
    cpu = start(kvm, &side);
    g_assert_cmphex(scripted_kvm_value(kvm, PFR0), ==, 0x1100000013110112);
    g_assert_true(kvm_arm_manifest_compare_view(cpu, manifest, refused, NULL));
    g_assert_cmpstr(refused->str, ==, "");
}

/* Refused registers come first in the text. */
static void test_refused_too(void)
{
    static const Side none = { .field = 0 };
    static const Side chosen = { .field = 6 };
    g_autofree char *both = verdict("6.18" ON_N1, &chosen, "6.12" ON_N1,
                                    &none);
    g_autofree char *old = verdict("6.18" ON_N1, &none, "6.12" ON_N1, &none);

    g_assert_true(g_str_has_prefix(both, "registers of the source (Linux "));
    g_assert_nonnull(strstr(both, "; the guest was started with the SYSREG_ "
                            "properties"));
    g_assert_nonnull(strstr(old, "PSCI_VERSION"));
    g_assert_null(strstr(old, "was started"));
}

/* The manifest */

static void test_manifest(void)
{
    g_autoptr(ScriptedKVM) kvm = scripted_host(HOST);
    static const Side side = { { { DFR0, 0x10305006 }, { MIDR, 0x414fd0b1 } },
                               .impls = A76 "-" N1 };
    g_autoptr(ARMCPU) cpu = start(kvm, &side);
    g_autoptr(ARMCPRegManifest) manifest = NULL;

    /* the name of the file has control characters */
    g_free(cpu->kvm_guest_view->baseline->label);
    cpu->kvm_guest_view->baseline->label = g_strdup("baseline \x1b[2J (\n)");
    manifest = kvm_arm_manifest_read(cpu, NULL);
    g_assert_cmpstr(manifest->baseline, ==, "baseline ?[2J (?)");
    g_assert_cmpuint(manifest->configured_len, ==, 3);
    g_assert_cmphex(manifest->configured_indexes[0], ==, MIDR);
    g_assert_cmphex(manifest->configured_indexes[1], ==, DFR0);
    g_assert_cmphex(manifest->configured_indexes[2], ==, BMAP(3));
    g_assert_true(manifest->impls == cpu->kvm_guest_view->impls);
    g_assert_null(arm_cpreg_manifest_fault(manifest));
}

/* A register that KVM does not list is in no manifest. */
static void test_manifest_unlisted(void)
{
    static const Side side = { { { DFR0, 0x10305006 }, { BMAP(3), 0 } } };
    g_autoptr(ScriptedKVM) kvm = scripted_host("6.12" ON_N1);
    g_autoptr(ARMCPU) cpu = start(kvm, &side);
    g_autoptr(ARMCPRegManifest) manifest = manifest_of(cpu);

    g_assert_cmpuint(manifest->configured_len, ==, 1);
    g_assert_cmphex(manifest->configured_indexes[0], ==, DFR0);
}

static void test_manifest_plain(void)
{
    static const Side side = { .field = 0 };
    g_autoptr(ScriptedKVM) kvm = scripted_host(HOST);
    g_autoptr(ARMCPU) cpu = start(kvm, &side);
    g_autoptr(ARMCPRegManifest) manifest = manifest_of(cpu);

    g_assert_null(manifest->baseline);
    g_assert_cmpuint(manifest->configured_len, ==, 0);
    g_assert_null(manifest->impls);
}

/* KVM cannot be asked: an error or the difference, never agreement. */
static void test_faults(void)
{
    static const Side source = { { { DFR0, 0x10305006 } }, .impls = N1 };
    static const Side here = { { { PSCI, 0x10001 } }, .impls = A76 "-" N1 };
    g_autoptr(ScriptedKVM) from = scripted_host(HOST);
    g_autoptr(ARMCPU) there = start(from, &source);
    g_autoptr(ARMCPRegManifest) manifest = manifest_of(there);
    g_autoptr(ScriptedKVM) kvm = scripted_host(HOST);
    g_autoptr(ARMCPU) cpu = start(kvm, &here);
    g_autoptr(GString) all = g_string_new(NULL);
    guint calls;

    g_array_set_size(kvm->calls, 0);
    g_assert_true(kvm_arm_manifest_compare_view(cpu, manifest, all, NULL));
    calls = kvm->calls->len;
    g_assert_cmpuint(calls, >=, 2);     /* two registers */
    for (size_t e = 0; e < ARRAY_SIZE(errors); e++) {
        for (guint n = 1; n <= calls; n++) {
            g_autoptr(GString) refused = g_string_new(NULL);
            g_autoptr(Error) err = NULL;
            bool ok;

            kvm->fault = (ScriptedFault) { .at = n, .error = errors[e] };
            ok = kvm_arm_manifest_compare_view(cpu, manifest, refused, &err);
            kvm->fault = (ScriptedFault) { 0 };
            g_assert_true(ok == !err);
            if (ok && errors[e] != ENOENT && strcmp(refused->str, all->str)) {
                wrong("call %u, %s, is passed over: %s", n,
                      strerror(errors[e]), refused->str);
            }
        }
    }
}

int main(int argc, char **argv)
{
    static const ScriptedCase tests[] = {
        { "cases", test_cases },
        { "other-host", test_other_host },
        { "gic", test_gic },
        { "refused-too", test_refused_too },
        { "manifest", test_manifest },
        { "manifest-unlisted", test_manifest_unlisted },
        { "manifest-plain", test_manifest_plain },
        { "faults", test_faults },
    };

    return scripted_test_main(argc, argv, "kvm-manifest-guest-view", tests,
                              ARRAY_SIZE(tests));
}
