/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Arguments of KVM_ARM_VCPU_INIT: each difference and its remedy. */

#include "qemu/osdep.h"
#include "target/arm/cpreg/vcpu-init.h"

/* Linux arch/arm64/include/uapi/asm/kvm.h, KVM_ARM_VCPU_*, by bit. */
static const char *const names[] = {
    "power-off", "el1-32bit", "psci-0.2", "pmu-v3", "sve", "ptrauth-address",
    "ptrauth-generic", "el2", "el2-e2h0", "pmu-v3-strict",
};

static void test_names(void)
{
    static const char *const unknown[] = {
        "", "SVE", "sv", "sve2", "bit-", "bit-3", "bit-224", "bit-012",
        "bit-12x", "bit--1", " bit-12", "bit-4294967308",
    };

    for (unsigned bit = 0; bit < 32 * ARM_CPREG_FEATURE_WORDS; bit++) {
        g_autofree char *name = arm_cpreg_feature_name(bit);
        g_autofree char *number = g_strdup_printf("bit-%u", bit);

        g_assert_cmpstr(name, ==, bit < G_N_ELEMENTS(names) ? names[bit]
                                                            : number);
        g_assert_cmpint(arm_cpreg_feature_bit(name), ==, bit);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(unknown); i++) {
        g_assert_cmpint(arm_cpreg_feature_bit(unknown[i]), ==, -1);
    }
    g_assert_cmpint(ARM_CPREG_FEATURE_POWER_OFF, ==, 0);
    g_assert_cmpint(ARM_CPREG_FEATURE_SVE, ==, 4);
}

static void test_has_feature(void)
{
    for (unsigned bit = 0; bit < 32 * ARM_CPREG_FEATURE_WORDS; bit++) {
        ARMCPRegVCPUInit init = { 0 };

        init.features[bit / 32] = 1u << bit % 32;
        for (unsigned other = 0; other < 300; other++) {
            g_assert_true(arm_cpreg_has_feature(&init, other) ==
                          (other == bit));
        }
    }
}

/* The message about a source, turned into the one about a baseline. */
static char *of_baseline(const char *of_source)
{
    static const char *const words[][2] = {
        { "at the source", "in the baseline" },
        { "at the destination", "in this QEMU" },
        { "lengths: source", "lengths: baseline" },
        { "bits, destination", "bits, this QEMU" },
        { "none, destination", "none, this QEMU" },
        { "start the destination", "start QEMU" },
        { "use a destination with the source's CPU",
          "start the guest on a host of its pool" },
        { "use a destination with the source's QEMU and kernel",
          "start the guest on a host of its pool" },
    };
    g_auto(GStrv) clauses = g_strsplit(of_source, "; ", -1);
    char *text;

    for (char **clause = clauses; *clause; clause++) {
        char *other = strstr(*clause, ", or, if");

        if (other) {
            *other = '\0';
        }
    }
    text = g_strjoinv("; ", clauses);
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
        g_autofree char *before = text;
        g_auto(GStrv) parts = g_strsplit(before, words[i][0], -1);

        text = g_strjoinv(words[i][1], parts);
    }
    return text;
}

static void compare(const ARMCPRegVCPUInit *source,
                    const ARMCPRegVCPUInit *here, const char *expected)
{
    g_autoptr(GString) refused = g_string_new(NULL);
    g_autoptr(GString) other = g_string_new(NULL);
    g_autofree char *baseline = of_baseline(expected);

    arm_cpreg_vcpu_init_compare(ARM_CPREG_INIT_SOURCE, source, here,
                                refused);
    g_assert_cmpstr(refused->str, ==, expected);
    arm_cpreg_vcpu_init_compare(ARM_CPREG_INIT_BASELINE, source, here, other);
    g_assert_cmpstr(other->str, ==, baseline);
}

/* One feature on one side, both ways. */
typedef struct Feature {
    unsigned bit;
    const char *lost;       /* on at the source, off at the destination */
    const char *gained;     /* off at the source, on at the destination */
} Feature;

static const Feature features[] = {
    { 1,
      "the vCPU feature el1-32bit is on at the source and off at the "
      "destination: start the destination with -cpu host,aarch64=off, or, if "
      "its host cannot, start the guest with -cpu host,aarch64=on",
      "the vCPU feature el1-32bit is off at the source and on at the "
      "destination: start the destination with -cpu host,aarch64=on" },
    { 2,
      "the vCPU feature psci-0.2 is on at the source and off at the "
      "destination: no QEMU option sets it, use a destination with the "
      "source's QEMU and kernel",
      "the vCPU feature psci-0.2 is off at the source and on at the "
      "destination: no QEMU option sets it, use a destination with the "
      "source's QEMU and kernel" },
    { 3,
      "the vCPU feature pmu-v3 is on at the source and off at the destination: "
      "start the destination with -cpu host,pmu=on, or, if its host cannot, "
      "start the guest with -cpu host,pmu=off",
      "the vCPU feature pmu-v3 is off at the source and on at the destination: "
      "start the destination with -cpu host,pmu=off" },
    { 4,
      "the vCPU feature sve is on at the source and off at the destination: "
      "start the destination with -cpu host,sve=on, or, if its host cannot, "
      "start the guest with -cpu host,sve=off",
      "the vCPU feature sve is off at the source and on at the destination: "
      "start the destination with -cpu host,sve=off" },
    { 5,
      "the vCPU feature ptrauth-address is on at the source and off at the "
      "destination: start the destination with -cpu host,pauth=on, or, if its "
      "host cannot, start the guest with -cpu host,pauth=off",
      "the vCPU feature ptrauth-address is off at the source and on at the "
      "destination: start the destination with -cpu host,pauth=off" },
    { 6,
      "the vCPU feature ptrauth-generic is on at the source and off at the "
      "destination: start the destination with -cpu host,pauth=on, or, if its "
      "host cannot, start the guest with -cpu host,pauth=off",
      "the vCPU feature ptrauth-generic is off at the source and on at the "
      "destination: start the destination with -cpu host,pauth=off" },
    { 7,
      "the vCPU feature el2 is on at the source and off at the destination: "
      "start the destination with -machine virt,virtualization=on, or, if its "
      "host cannot, start the guest with -machine virt,virtualization=off",
      "the vCPU feature el2 is off at the source and on at the destination: "
      "start the destination with -machine virt,virtualization=off" },
    { 8,
      "the vCPU feature el2-e2h0 is on at the source and off at the "
      "destination: no QEMU option sets it, use a destination with the "
      "source's QEMU and kernel",
      "the vCPU feature el2-e2h0 is off at the source and on at the "
      "destination: no QEMU option sets it, use a destination with the "
      "source's QEMU and kernel" },
    { 9,
      "the vCPU feature pmu-v3-strict is on at the source and off at the "
      "destination: no QEMU option sets it, use a destination with the "
      "source's QEMU and kernel",
      "the vCPU feature pmu-v3-strict is off at the source and on at the "
      "destination: no QEMU option sets it, use a destination with the "
      "source's QEMU and kernel" },
    { 10,
      "the vCPU feature bit-10 is on at the source and off at the destination: "
      "no QEMU option sets it, use a destination with the source's QEMU and "
      "kernel",
      "the vCPU feature bit-10 is off at the source and on at the destination: "
      "no QEMU option sets it, use a destination with the source's QEMU and "
      "kernel" },
    { 223,
      "the vCPU feature bit-223 is on at the source and off at the "
      "destination: no QEMU option sets it, use a destination with the "
      "source's QEMU and kernel",
      "the vCPU feature bit-223 is off at the source and on at the "
      "destination: no QEMU option sets it, use a destination with the "
      "source's QEMU and kernel" },
};

static void test_features(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(features); i++) {
        const Feature *feature = &features[i];
        ARMCPRegVCPUInit with = { .target = 5 };
        ARMCPRegVCPUInit without = { .target = 5 };

        /* Beside others that both have. */
        with.features[0] = without.features[0] = 0x7fe;
        with.features[feature->bit / 32] |= 1u << feature->bit % 32;
        without.features[feature->bit / 32] &= ~(1u << feature->bit % 32);
        compare(&with, &without, feature->lost);
        compare(&without, &with, feature->gained);
        compare(&with, &with, "");
        compare(&without, &without, "");
    }
}

/* One option sets both, KVM accepts both or none: one message. */
static void test_ptrauth(void)
{
    ARMCPRegVCPUInit with = { .target = 5, .features = { 1 << 5 | 1 << 6 } };
    ARMCPRegVCPUInit without = { .target = 5 };
    ARMCPRegVCPUInit odd = { .target = 5, .features = { 1 << 5 } };
    g_autofree char *both = g_strconcat(features[4].gained, "; ",
                                        features[5].lost, NULL);

    compare(&with, &without, features[4].lost);
    compare(&without, &with, features[4].gained);
    compare(&with, &odd, features[5].lost);
    compare(&odd, &with, features[5].gained);
    odd.features[0] = 1 << 6;
    compare(&odd, &without, features[5].lost);
    without.features[0] = 1 << 5;
    compare(&odd, &without, both);
}

/* Whether a vCPU starts powered off differs between vCPUs of a machine. */
static void test_power_off(void)
{
    ARMCPRegVCPUInit on = { .target = 5, .features = { 0xc } };
    ARMCPRegVCPUInit off = { .target = 5, .features = { 0xd } };

    compare(&on, &off, "");
    compare(&off, &on, "");
}

static void test_target(void)
{
    ARMCPRegVCPUInit source = { .target = 5 };
    ARMCPRegVCPUInit here = { .target = 4294967295 };

    compare(&source, &here, "KVM's vCPU target is 5 at the source and "
            "4294967295 at the destination: the hosts have CPUs of different "
            "models, use a destination with the source's CPU");
}

/* Bit n: vectors of (n + 1) * 128 bits */
static const struct {
    uint64_t source;
    uint64_t here;
    const char *text;
} lengths[] = {
    { 0x1, 0x1, "" },
    { 0x800f, 0x800f, "" },
    { 0x1, 0x3,
      "SVE vector lengths: source 128 bits, destination 128, 256 bits: start "
      "the destination with -cpu host,sve256=off" },
    { 0xf, 0x1,
      "SVE vector lengths: source 128, 256, 384, 512 bits, destination 128 "
      "bits: start the destination with -cpu "
      "host,sve256=on,sve384=on,sve512=on, or, if its host cannot, start the "
      "guest with -cpu host,sve256=off,sve384=off,sve512=off" },
    { 0x9, 0x3,
      "SVE vector lengths: source 128, 512 bits, destination 128, 256 bits: "
      "start the destination with -cpu host,sve256=off,sve512=on, or, if its "
      "host cannot, start the guest with -cpu host,sve512=off" },
    /* SVE without a length: no vCPU is like this */
    { 0x3, 0,
      "SVE vector lengths: source 128, 256 bits, destination none: start the "
      "destination with -cpu host,sve128=on,sve256=on, or, if its host cannot, "
      "start the guest with -cpu host,sve128=off,sve256=off" },
    { 0, 0x1,
      "SVE vector lengths: source none, destination 128 bits: start the "
      "destination with -cpu host,sve128=off" },
    { 0x8000000000000001, 0x1,
      "SVE vector lengths: source 128, 8192 bits, destination 128 bits: start "
      "the destination with -cpu host,sve8192=on, or, if its host cannot, "
      "start the guest with -cpu host,sve8192=off" },
};

static void test_lengths(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(lengths); i++) {
        ARMCPRegVCPUInit source = {
            .target = 5, .features = { 1 << 4 }, .sve_vls = lengths[i].source,
        };
        ARMCPRegVCPUInit here = source;

        here.sve_vls = lengths[i].here;
        compare(&source, &here, lengths[i].text);
    }
}

/* Without SVE on one side, the message is about the feature alone. */
static void test_lengths_without_sve(void)
{
    ARMCPRegVCPUInit with = {
        .target = 5, .features = { 1 << 4 }, .sve_vls = 0xf,
    };
    ARMCPRegVCPUInit without = { .target = 5 };

    compare(&with, &without, features[3].lost);
    compare(&without, &with, features[3].gained);
}

/* Every difference has a clause, after the text that was there before. */
static void test_all(void)
{
    ARMCPRegVCPUInit source = {
        .target = 5, .features = { 1 << 3 | 1 << 4 }, .sve_vls = 1,
    };
    ARMCPRegVCPUInit here = {
        .target = 4, .features = { 1 << 4 | 1 << 2 }, .sve_vls = 3,
    };
    g_autoptr(GString) refused = g_string_new("before");
    g_auto(GStrv) clauses = NULL;

    arm_cpreg_vcpu_init_compare(ARM_CPREG_INIT_SOURCE, &source, &here,
                                refused);
    clauses = g_strsplit(refused->str, "; ", -1);
    g_assert_cmpuint(g_strv_length(clauses), ==, 5);
    g_assert_cmpstr(clauses[0], ==, "before");
    g_assert_true(g_str_has_prefix(clauses[1], "KVM's vCPU target is 5 "));
    g_assert_cmpstr(clauses[2], ==, features[1].gained);
    g_assert_cmpstr(clauses[3], ==, features[2].lost);
    g_assert_cmpstr(clauses[4], ==, lengths[2].text);
}

/* Compare with a baseline: the exact text. */
static void test_baseline(void)
{
    ARMCPRegVCPUInit wanted = {
        .target = 5, .features = { 1 << 3 | 1 << 4 }, .sve_vls = 9,
    };
    ARMCPRegVCPUInit here = {
        .target = 4, .features = { 1 << 4 | 1 << 2 }, .sve_vls = 3,
    };
    g_autoptr(GString) refused = g_string_new("before");

    arm_cpreg_vcpu_init_compare(ARM_CPREG_INIT_BASELINE, &wanted, &here,
                                refused);
    g_assert_cmpstr(refused->str, ==,
        "before; KVM's vCPU target is 5 in the baseline and 4 in this QEMU: "
        "the hosts have CPUs of different models, start the guest on a host of "
        "its pool; the vCPU feature psci-0.2 is off in the baseline and on in "
        "this QEMU: no QEMU option sets it, start the guest on a host of its "
        "pool; the vCPU feature pmu-v3 is on in the "
        "baseline and off in this QEMU: start QEMU with -cpu host,pmu=on; SVE "
        "vector lengths: baseline 128, 512 bits, this QEMU 128, 256 bits: "
        "start QEMU with -cpu host,sve256=off,sve512=on");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/arm/cpreg-vcpu-init/names", test_names);
    g_test_add_func("/arm/cpreg-vcpu-init/has-feature", test_has_feature);
    g_test_add_func("/arm/cpreg-vcpu-init/features", test_features);
    g_test_add_func("/arm/cpreg-vcpu-init/ptrauth", test_ptrauth);
    g_test_add_func("/arm/cpreg-vcpu-init/power-off", test_power_off);
    g_test_add_func("/arm/cpreg-vcpu-init/target", test_target);
    g_test_add_func("/arm/cpreg-vcpu-init/lengths", test_lengths);
    g_test_add_func("/arm/cpreg-vcpu-init/lengths-without-sve",
                    test_lengths_without_sve);
    g_test_add_func("/arm/cpreg-vcpu-init/all", test_all);
    g_test_add_func("/arm/cpreg-vcpu-init/baseline", test_baseline);
    return g_test_run();
}
