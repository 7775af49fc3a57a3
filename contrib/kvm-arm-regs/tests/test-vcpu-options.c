/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which vector lengths a vCPU gets, as QEMU's documentation of the properties
 * sve<N> has it (docs/system/arm/cpu-features.rst) for KVM, which takes no
 * gaps.
 */

#include "qemu/osdep.h"
#include "contrib/kvm-arm-regs/src/vcpu-options.h"

/* Bit n: (n + 1) * 128 bits. */
#define L128 1
#define L256 2
#define L384 4
#define L512 8

static const struct {
    const char *options;
    uint64_t supported;
    uint64_t lengths;
    const char *error;
} cases[] = {
    { "pmu=on", L128 | L256 | L512, L128 | L256 | L512 },
    { "sve=on", L128, L128 },
    { "sve512=off", L128 | L256 | L512, L128 | L256 },
    { "sve256=off", L128 | L256 | L512, L128 },
    { "sve256=off,sve512=off", L128 | L256 | L512, L128 },
    { "sve256=on", L128 | L256 | L512, L128 | L256 },
    { "sve128=on", L128 | L256 | L512, L128 },
    { "sve512=on", L128 | L256 | L512, L128 | L256 | L512 },
    { "sve256=on,sve512=off", L128 | L256 | L512, L128 | L256 },
    /* The last word counts. */
    { "sve256=off,sve256=on", L128 | L256 | L512, L128 | L256 },
    /* One that KVM does not have can be off. */
    { "sve384=off", L128 | L256 | L512, L128 | L256 | L512 },
    { "sve2048=off", L128, L128 },
    { "sve384=on", L128 | L256 | L512, 0, "sve384=on: this host's KVM" },
    { "sve2048=on", L128, 0, "sve2048=on: this host's KVM" },
    { "sve128=off", L128 | L256, 0, "so no length is left; use sve=off" },
    { "sve256=off,sve512=on", L128 | L256 | L512, 0, "but one of them is on" },
    { "sve384=off,sve512=on", L128 | L256 | L512, L128 | L256 | L512 },
    { "sve128=on", ~0ULL >> 48, L128 },
    { "sve2048=on", ~0ULL >> 48, ~0ULL >> 48 },
};

static void test_lengths(void)
{
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        g_autoptr(GError) err = NULL;
        VCPUOptions options = { 0 };
        uint64_t lengths;

        g_assert_true(vcpu_options_add(&options, cases[i].options, &err));
        g_assert_no_error(err);
        lengths = vcpu_options_lengths(&options, cases[i].supported, &err);
        if (lengths != cases[i].lengths || !lengths != !!err ||
            (err && !strstr(err->message, cases[i].error))) {
            g_test_message("%s: 0x%" PRIx64, cases[i].options, lengths);
            g_test_fail();
        }
    }
}

static void test_psci(void)
{
    VCPUOptions options = { 0 };

    g_assert_true(vcpu_options_add(&options, "pmu=off,kvm-psci-version=1.1",
                                   NULL));
    g_assert_cmphex(options.psci, ==, 0x10001);
    g_assert_cmpint(options.pmu, ==, VCPU_CHOICE_OFF);
    g_assert_cmpint(options.sve, ==, VCPU_CHOICE_DEFAULT);
    g_assert_true(vcpu_options_add(&options, "kvm-psci-version=0.2", NULL));
    g_assert_cmphex(options.psci, ==, 2);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/vcpu-options/lengths", test_lengths);
    g_test_add_func("/vcpu-options/psci", test_psci);
    return g_test_run();
}
