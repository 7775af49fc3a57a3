/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The values of a guest view from all its properties, and the comparison of
 * the CPUs of a machine.
 */

#include "qemu/osdep.h"
#include "hw/core/cpu.h"
#include "scripted-host.h"

/* Written out, from the kernel's uapi headers. */
#define CCSIDR_2    0x6020000000110002ULL
#define MIDR        0x603000000013c000ULL
#define PFR1_32     0x603000000013c009ULL   /* ID_PFR1_EL1 */
#define PFR0        0x603000000013c020ULL   /* ID_AA64PFR0_EL1 */
#define DFR0        0x603000000013c028ULL   /* ID_AA64DFR0_EL1 */
#define CLIDR       0x603000000013c801ULL
#define CTR         0x603000000013d801ULL
#define PSCI        0x6030000000140000ULL
#define BMAP_2      0x6030000000160003ULL   /* VENDOR_HYP_BMAP_2 */

#define ALL         UINT64_MAX
#define HOST        "6.18" ON_N1
#define N1          "414fd0c1"
#define A76         "414fd0b1"

/* Values */

/* A register of the baseline, or bits of a single field. */
typedef struct Input {
    uint64_t regidx;
    uint64_t mask;          /* 0: of the baseline */
    uint64_t value;
} Input;

/* Lists end with a register 0. */
static const struct {
    const char *name;
    Input input[6];
    const char *impls;
    KVMGuestViewValue chosen[7];
    const char *label;
} choices[] = {
    { "nothing", .label = NULL },
    { "baseline", { { DFR0, 0, 0x10305006 }, { PSCI, 0, 0x10001 } }, NULL,
      { { DFR0, ALL, 0x10305006 }, { PSCI, ALL, 0x10001 } },
      "baseline pool (pool.json)" },
    /* identity first: the other registers follow from it */
    { "order",
      { { CCSIDR_2, 0, 2 }, { MIDR, 0, 0x414fd0c1 }, { DFR0, 0, 6 },
        { CLIDR, 0, 0x21 }, { CTR, 0, 4 }, { PSCI, 0, 0x10001 } }, NULL,
      { { DFR0, ALL, 6 }, { PSCI, ALL, 0x10001 }, { CCSIDR_2, ALL, 2 },
        { MIDR, ALL, 0x414fd0c1 }, { CLIDR, ALL, 0x21 }, { CTR, ALL, 4 } },
      "baseline pool (pool.json)" },
    { "field", { { DFR0, 0xf, 6 } }, NULL, { { DFR0, 0xf, 6 } },
      "the SYSREG_ properties" },
    { "fields",
      { { PFR0, 0xf0, 0x10 }, { DFR0, 0xf, 6 }, { DFR0, 0xf00000, 0x300000 } },
      NULL, { { PFR0, 0xf0, 0x10 }, { DFR0, 0xf0000f, 0x300006 } },
      "the SYSREG_ properties" },
    { "field-twice", { { DFR0, 0xf, 6 }, { DFR0, 0xf, 7 } }, NULL,
      { { DFR0, 0xf, 7 } }, "the SYSREG_ properties" },
    /* bits of a value outside of its mask are dropped */
    { "field-cut", { { DFR0, 0xf, 0x10305006 } }, NULL, { { DFR0, 0xf, 6 } },
      "the SYSREG_ properties" },
    { "baseline-and-field",
      { { DFR0, 0, 0x10305008 }, { DFR0, 0xf, 6 }, { PFR0, 0xf0, 0x10 } },
      NULL, { { PFR0, 0xf0, 0x10 }, { DFR0, ALL, 0x10305006 } },
      "baseline pool (pool.json)" },
    /* bits that KVM sets by the interrupt controller are in no mask */
    { "gic", { { PFR0, 0, 0x1000000011112222 }, { PFR1_32, 0, 0x10010000 } },
      NULL,
      { { PFR1_32, ~0xf0000000ull, 0x00010000 },
        { PFR0, ~0xf000000ull, 0x1000000010112222 & ~0xf000000ull } },
      "baseline pool (pool.json)" },
    { "impls", .impls = A76 "-" N1, .chosen = { { BMAP_2, ALL, 3 } },
      .label = "x-target-impl-cpus" },
    /* a list of implementations offers both hypercalls */
    { "impls-and-baseline",
      { { MIDR, 0, 0x414fd0b1 }, { BMAP_2, 0, 0 }, { DFR0, 0, 6 } }, N1,
      { { DFR0, ALL, 6 }, { BMAP_2, ALL, 3 }, { MIDR, ALL, 0x414fd0b1 } },
      "baseline pool (pool.json)" },
    { "impls-and-field", { { DFR0, 0xf, 6 } }, N1,
      { { DFR0, 0xf, 6 }, { BMAP_2, ALL, 3 } }, "the SYSREG_ properties" },
};

static void choose(ARMCPU *cpu, const Input *input, const char *impls)
{
    for (; input->regidx; input++) {
        if (input->mask) {
            kvm_arm_guest_view_want(cpu->kvm_guest_view->wanted, input->regidx,
                                    input->mask, input->value);
        } else {
            scripted_baseline_add(cpu, input->regidx, input->value);
        }
    }
    if (impls) {
        scripted_impl_cpus(cpu, impls);
    }
}

static void test_chosen(void)
{
    for (size_t i = 0; i < ARRAY_SIZE(choices); i++) {
        g_autoptr(ScriptedKVM) kvm = scripted_host(HOST);
        g_autoptr(ARMCPU) cpu = scripted_first_cpu(kvm);
        g_autoptr(GArray) chosen = NULL;
        g_autofree char *label = NULL;
        guint len = 0;

        choose(cpu, choices[i].input, choices[i].impls);
        chosen = kvm_arm_guest_view_values(cpu);
        while (choices[i].chosen[len].regidx) {
            len++;
        }
        if (chosen->len != len ||
            (len && memcmp(chosen->data, choices[i].chosen,
                           len * sizeof(KVMGuestViewValue)))) {
            wrong("%s: other registers are chosen", choices[i].name);
            for (guint n = 0; n < chosen->len; n++) {
                const KVMGuestViewValue *one =
                    &g_array_index(chosen, KVMGuestViewValue, n);

                g_test_message("0x%" PRIx64 " 0x%" PRIx64 " 0x%" PRIx64,
                               one->regidx, one->mask, one->value);
            }
        }
        label = kvm_arm_guest_view_label(cpu);
        if (g_strcmp0(label, choices[i].label)) {
            wrong("%s: %s", choices[i].name, label);
        }
        g_assert_cmpuint(kvm->calls->len, ==, 0);
    }
}

static void test_wanted(void)
{
    g_autoptr(ScriptedKVM) kvm = scripted_host(HOST);
    g_autoptr(ARMCPU) cpu = scripted_first_cpu(kvm);
    KVMGuestViewValue *wanted;

    /* it replaces the baseline's list */
    scripted_baseline_add(cpu, DFR0, 0x10305006);
    g_assert_cmpuint(cpu->kvm_guest_view->wanted->len, ==, 0);
    kvm_arm_guest_view_want(cpu->kvm_guest_view->wanted, DFR0, 0xf0, 0x10);
    kvm_arm_guest_view_want(cpu->kvm_guest_view->wanted, DFR0, 0xf, 6);
    g_assert_cmpuint(cpu->kvm_guest_view->wanted->len, ==, 1);
    wanted = kvm_arm_guest_view_find(cpu->kvm_guest_view->wanted, DFR0);
    g_assert_cmphex(wanted->mask, ==, 0xff);
    g_assert_cmphex(wanted->value, ==, 0x16);
}

/* The option replaces the baseline's list. */
static void test_impls(void)
{
    g_autoptr(ScriptedKVM) kvm = scripted_host(HOST);
    g_autoptr(ARMCPU) cpu = scripted_first_cpu(kvm);
    g_autofree char *fault = NULL;
    GArray *list;

    g_assert_null(kvm_arm_guest_view_impls(cpu));
    scripted_baseline_add(cpu, MIDR, 0x414fd0b1);
    g_assert_null(kvm_arm_guest_view_impls(cpu));
    list = arm_cpu_impls_parse(A76 "-" N1, &fault);
    cpu->kvm_guest_view->baseline->manifest->impls = list;
    g_assert_true(kvm_arm_guest_view_impls(cpu) == list);
    scripted_impl_cpus(cpu, N1);
    g_assert_true(kvm_arm_guest_view_impls(cpu) == cpu->kvm_guest_view->impls);
}

/* QEMU's own copy is set after the guest view was tried. */
static void test_isar(void)
{
    static const Input good[] = {
        { MIDR, 0, 0x414fd0c1 }, { DFR0, 0, 0x10305006 },
        { PSCI, 0, 0x10001 }, { PFR0, 0xf0, 0x10 }, { 0 },
    };
    static const Input bad[] = {
        { DFR0, 0, 0x10305006 }, { PSCI, 0, 0x10009 }, { 0 },
    };

    for (int possible = 0; possible < 2; possible++) {
        g_autoptr(ScriptedKVM) kvm = scripted_host(HOST);
        g_autoptr(ARMCPU) cpu = scripted_first_cpu(kvm);
        g_autoptr(GArray) chosen = NULL;

        scripted_isar = g_array_new(false, false, sizeof(KVMGuestViewValue));
        choose(cpu, possible ? good : bad, NULL);
        g_assert_true(kvm_arm_guest_view_finalize(cpu, NULL) == possible);
        chosen = kvm_arm_guest_view_values(cpu);
        g_assert_cmpuint(chosen->len, ==, possible ? 4 : 2);
        g_assert_cmpmem(scripted_isar->data,
                        scripted_isar->len * sizeof(KVMGuestViewValue),
                        chosen->data,
                        possible ? chosen->len * sizeof(KVMGuestViewValue) : 0);
        g_clear_pointer(&scripted_isar, g_array_unref);
    }
}

/* A CPU of query-cpu-model-expansion: KVM is not asked. */
static void test_no_place(void)
{
    static const Input impossible[] = { { PSCI, 0, 0x10009 }, { 0 } };
    g_autoptr(ScriptedKVM) kvm = scripted_host(HOST);
    g_autoptr(ARMCPU) first = scripted_first_cpu(kvm);
    g_autoptr(ARMCPU) cpu = scripted_vcpu_new(kvm);

    scripted_options(cpu);
    CPU(cpu)->cpu_index = UNASSIGNED_CPU_INDEX;
    choose(cpu, impossible, NULL);
    for (int alone = 0; alone < 2; alone++) {
        first_cpu = alone ? NULL : CPU(first);
        scripted_isar = g_array_new(false, false, sizeof(KVMGuestViewValue));
        g_assert_true(kvm_arm_guest_view_finalize(cpu, NULL));
        g_assert_cmpuint(kvm->calls->len, ==, 0);
        /* the values are there all the same */
        g_assert_cmpuint(scripted_isar->len, ==, 1);
        g_clear_pointer(&scripted_isar, g_array_unref);
    }
}

/* The other CPUs of a machine */

static const struct {
    const char *name;
    Input first[3];
    const char *first_impls;
    Input other[3];
    const char *other_impls;
    const char *words;      /* NULL if they go together */
} pairs[] = {
    { "nothing", .words = NULL },
    { "same", { { DFR0, 0, 0x10305006 } }, NULL, { { DFR0, 0, 0x10305006 } },
      NULL, NULL },
    { "same-impls", { { 0 } }, A76 "-" N1, { { 0 } }, A76 "-" N1, NULL },
    /* a field and its whole register are different options */
    { "value", { { DFR0, 0, 0x10305006 } }, NULL, { { DFR0, 0, 0x10305007 } },
      NULL, "ID_AA64DFR0_EL1 (0x603000000013c028): wanted 0x10305007, "
      "possible 0x10305006: cpu 0 has another value" },
    { "mask", { { DFR0, 0xf, 6 } }, NULL, { { DFR0, 0xff, 6 } }, NULL,
      "ID_AA64DFR0_EL1 (0x603000000013c028): wanted 0x6, " },
    { "more", { { DFR0, 0xf, 6 } }, NULL,
      { { DFR0, 0xf, 6 }, { PFR0, 0xf0, 0x10 } }, NULL,
      "ID_AA64PFR0_EL1 (0x603000000013c020): wanted 0x10, " },
    { "fewer", { { DFR0, 0xf, 6 }, { PFR0, 0xf0, 0x10 } }, NULL,
      { { DFR0, 0xf, 6 } }, NULL, "cpu 0 sets registers that this CPU does "
      "not set" },
    { "none", { { DFR0, 0xf, 6 } }, NULL, { { 0 } }, NULL,
      "cpu 0 sets registers that this CPU does not set" },
    { "impls", { { 0 } }, A76 "-" N1, { { 0 } }, N1 "-" A76,
      "cpu 0 has another list of implementations" },
    { "no-impls", { { 0 } }, N1, { { 0 } }, NULL, "cpu 0 sets registers " },
    { "impls-alone", { { 0 } }, NULL, { { 0 } }, N1,
      "VENDOR_HYP_BMAP_2 (0x6030000000160003): wanted 0x3, " },
};

static void test_other_cpu(void)
{
    for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
        g_autoptr(ScriptedKVM) kvm = scripted_host(HOST);
        g_autoptr(ARMCPU) first = scripted_first_cpu(kvm);
        g_autoptr(ARMCPU) other = scripted_vcpu_new(kvm);
        g_autoptr(Error) err = NULL;
        bool ok;

        scripted_options(other);
        CPU(other)->cpu_index = 3;
        choose(first, pairs[i].first, pairs[i].first_impls);
        choose(other, pairs[i].other, pairs[i].other_impls);
        ok = kvm_arm_guest_view_finalize(other, &err);
        if (ok != !pairs[i].words || ok != !err) {
            wrong("%s: %s", pairs[i].name, err ? error_get_pretty(err) :
                                                 "taken");
        } else if (err) {
            assert_says(err, "cpu 3: ");
            assert_says(err, pairs[i].words);
            assert_says(err, "; give all CPUs the same options");
        }
        /* the first CPU has tried it */
        g_assert_cmpuint(kvm->calls->len, ==, 0);
    }
}

/* KVM has one PSCI version for a VM. */
static void test_other_psci(void)
{
    g_autoptr(ScriptedKVM) kvm = scripted_host(HOST);
    g_autoptr(ARMCPU) first = scripted_first_cpu(kvm);
    g_autoptr(ARMCPU) other = scripted_vcpu_new(kvm);
    g_autoptr(Error) err = NULL;

    scripted_options(other);
    CPU(other)->cpu_index = 3;
    first->psci_version = 0x10001;
    other->psci_version = 0x10001;
    g_assert_true(kvm_arm_guest_view_finalize(other, NULL));
    other->psci_version = 0;        /* it gets the VM's */
    g_assert_true(kvm_arm_guest_view_finalize(other, NULL));
    other->psci_version = 0x10000;
    g_assert_false(kvm_arm_guest_view_finalize(other, &err));
    assert_says(err, "cpu 3: cpu 0 has another kvm-psci-version; give all "
                "CPUs the same options");
}

int main(int argc, char **argv)
{
    static const ScriptedCase cases[] = {
        { "configured", test_chosen },
        { "wanted", test_wanted },
        { "impls", test_impls },
        { "isar", test_isar },
        { "no-place", test_no_place },
        { "other-cpu", test_other_cpu },
        { "other-psci", test_other_psci },
    };

    return scripted_test_main(argc, argv, "kvm-guest-view", cases,
                              ARRAY_SIZE(cases));
}
