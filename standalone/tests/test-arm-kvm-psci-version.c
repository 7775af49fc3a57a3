/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The property kvm-psci-version, and what KVM is given. */

#include "qemu/osdep.h"
#include "scripted-host.h"
#include "scripted-object.h"
#include "target/arm/kvm/psci-version.h"

/* Written out, from the kernel's uapi headers. */
#define PSCI        0x6030000000140000ULL

static ARMCPU *cpu_with_property(ScriptedKVM *kvm)
{
    ARMCPU *cpu = scripted_first_cpu(kvm);

    scripted_class_new();
    cpu->psci_version = 1;      /* QEMU's default, 0.1 */
    kvm_arm_psci_version_add_property(cpu);
    return cpu;
}

/* kvm-psci-version=, with the versions that PSCI has */
static void test_property(void)
{
    static const struct {
        const char *text;
        uint32_t version;       /* 0: refused */
    } rows[] = {
        { "0.2", 0x2 }, { "1.0", 0x10000 }, { "1.1", 0x10001 },
        { "1.2", 0x10002 }, { "1.3", 0x10003 },
        { "", 0 }, { "1", 0 }, { "1.4", 0 }, { "0.1", 0 }, { "1.10", 0 },
        { "0x10001", 0 }, { " 1.1", 0 },
    };
    g_autoptr(ScriptedKVM) kvm = scripted_host("6.18" ON_N1);
    g_autoptr(ARMCPU) cpu = cpu_with_property(kvm);
    ObjectProperty *psci = scripted_property("kvm-psci-version");

    g_assert_nonnull(psci->description);
    g_assert_cmphex(cpu->psci_version, ==, 0);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        g_autoptr(Error) err = NULL;
        g_autofree char *text = NULL;

        cpu->psci_version = 0x20000;
        psci->set_str(OBJECT(cpu), rows[i].text, &err);
        g_assert_true(!err == !!rows[i].version);
        g_assert_cmphex(cpu->psci_version, ==,
                        rows[i].version ?: 0x20000);
        text = psci->get_str(OBJECT(cpu), NULL);
        g_assert_cmpstr(text, ==, err ? "2.0" : rows[i].text);
        if (err) {
            assert_says(err, "kvm-psci-version=");
            assert_says(err, "the versions are 0.2, 1.0, 1.1, 1.2 and 1.3");
        }
    }
}

/* KVM is given the version of the property. */
static void test_init(void)
{
    static const struct {
        const char *host;
        uint32_t wanted;
        const char *words;
    } rows[] = {
        { "6.18" ON_N1, 0x10001, NULL },
        { "6.12" ON_N1, 0x10000, NULL },
        { "6.12" ON_N1, 0x10003, "kvm-psci-version=1.3: this kernel's KVM "
          "does not have it, its newest is 1.1" },
        { "6.18" ON_N1, 0, NULL },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        g_autoptr(ScriptedKVM) kvm = scripted_host(rows[i].host);
        g_autoptr(ARMCPU) cpu = cpu_with_property(kvm);
        g_autoptr(Error) err = NULL;

        cpu->psci_version = rows[i].wanted;
        g_assert_true(kvm_arm_psci_version_init(cpu, &err) == !rows[i].words);
        if (rows[i].words) {
            assert_says(err, rows[i].words);
        } else {
            uint64_t held = scripted_kvm_value(kvm, PSCI);

            g_assert_null(err);
            g_assert_cmphex(held, ==, rows[i].wanted ?: 0x10003);
        }
    }
}

/* A kernel that does not tell its version has 0.2, and no setting. */
static void test_old(void)
{
    g_autoptr(ScriptedKVM) kvm = scripted_host("6.18" ON_N1);
    g_autoptr(ARMCPU) cpu = cpu_with_property(kvm);
    g_autoptr(Error) err = NULL;

    kvm->fault = (ScriptedFault) {
        .at = 1, .onwards = true, .op = SCRIPTED_GET, .regidx = PSCI,
        .error = ENOENT,
    };
    g_assert_true(kvm_arm_psci_version_init(cpu, NULL));
    g_assert_cmphex(cpu->psci_version, ==, 0x2);
    cpu->psci_version = 0x10000;
    g_assert_false(kvm_arm_psci_version_init(cpu, &err));
    assert_says(err, "kvm-psci-version=1.0: this kernel's KVM has no setting "
                "for the version (Linux 4.17 and later have): ");
}

int main(int argc, char **argv)
{
    static const ScriptedCase cases[] = {
        { "property", test_property },
        { "init", test_init },
        { "old", test_old },
    };

    return scripted_test_main(argc, argv, "kvm-psci-version", cases,
                              ARRAY_SIZE(cases));
}
