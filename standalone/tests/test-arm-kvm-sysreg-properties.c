/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The properties SYSREG_<register>_<field> on scripted kernels.
 *
 * What may be chosen on which kernel is by the masks in tests/data, recorded
 * from these kernels; what is safe, by the Arm ARM (DDI 0487).
 */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "scripted-guest-view.h"
#include "target/arm/kvm/sysreg-properties.h"
#include "scripted-object.h"
#include "scripted-test.h"
#include "scripted-vm.h"
#include "target/arm/migration/lists.h"
#include "target/arm/cpreg/names.h"
#include "target/arm/kvm/id-regs.h"

#define DFR0 "SYSREG_ID_AA64DFR0_EL1_"

/* A host of this kernel, of which nothing has been asked. */
static ScriptedKVM *host(const char *name)
{
    ScriptedKVM *kvm = recorded_kernel(name);

    scripted_vm_new(kvm);
    scripted_class_new();
    kvm_arm_id_forget();
    return kvm;
}

/* Which properties there are */

static void test_offered(void)
{
    static const struct {
        const char *property;
        const char *since;      /* the first recorded kernel, NULL for none */
        const char *but;        /* a later one that does not */
    } rows[] = {
        { DFR0 "DebugVer", "6.12" },
        { DFR0 "PMUVer", "6.12" },
        { DFR0 "WRPs", "6.12" },
        { DFR0 "BRPs", NULL },
        { DFR0 "CTX_CMPs", NULL },
        { "SYSREG_ID_AA64PFR0_EL1_EL0", "6.12" },
        { "SYSREG_ID_AA64PFR0_EL1_RAS", "6.17" },
        { "SYSREG_ID_AA64PFR0_EL1_SVE", NULL },
        { "SYSREG_ID_AA64PFR0_EL1_FP", NULL },
        { "SYSREG_ID_AA64PFR1_EL1_SSBS", "6.12" },
        { "SYSREG_ID_AA64PFR1_EL1_MTE", NULL },
        { "SYSREG_ID_AA64ISAR0_EL1_DP", "6.12" },
        { "SYSREG_ID_AA64ISAR1_EL1_APA", NULL },
        { "SYSREG_ID_AA64MMFR0_EL1_PARANGE", "6.12" },
        { "SYSREG_ID_AA64MMFR0_EL1_TGRAN4_2", "6.16" },
        { "SYSREG_ID_AA64MMFR1_EL1_HCX", "6.18" },
        { "SYSREG_ID_AA64MMFR3_EL1_SCTLRX", "6.17" },
        { "SYSREG_CTR_EL0_DIC", "6.12" },
        { "SYSREG_CTR_EL0_L1Ip", "6.16" },
        /* 6.16 has AArch32's registers fixed once more, but for two fields */
        { "SYSREG_ID_ISAR0_EL1_Swap", "6.12", "6.16" },
        { "SYSREG_ID_DFR0_EL1_CopDbg", "6.12" },
        /* by the interrupt controller; 6.17 and later have it in the mask */
        { "SYSREG_ID_AA64PFR0_EL1_GIC", NULL },
        { "SYSREG_ID_PFR1_EL1_GIC", NULL },
        /* in masks, but nothing to be chosen field by field */
        { "SYSREG_MIDR_EL1_REVISION", NULL },
        { "SYSREG_CLIDR_EL1_Ctype1", NULL },
        /* no ID register */
        { "SYSREG_CNTP_CTL_EL0_ENABLE", NULL },
    };
    static const char *kernels[] = {
        "5.10", "6.1", "6.12", "6.16", "6.17", "6.18", "7.3",
    };

    for (size_t k = 0; k < ARRAY_SIZE(kernels); k++) {
        g_autofree char *name = g_strconcat(kernels[k], ON_N1_PMU, NULL);
        g_autoptr(ScriptedKVM) kvm = host(name);
        g_autoptr(ARMCPU) cpu = scripted_vcpu_new(kvm);
        unsigned release = kvm->kernel, size;

        kvm_arm_add_sysreg_properties(cpu);
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
            bool there = scripted_property(rows[i].property) != NULL;
            bool due = rows[i].since &&
                       kvm_model_kernel(rows[i].since) <= release &&
                       g_strcmp0(rows[i].but, kernels[k]);

            if (there != due) {
                wrong("%s: %s is%s there", kernels[k], rows[i].property,
                      there ? "" : " not");
            }
        }
        size = scripted_class_size();
        g_assert_cmpint(size > 0, ==, release >= kvm_model_kernel("6.12"));
        g_assert_cmpuint(scripted_vm.masks_asked, ==, size > 0);
        /* No vCPU is made to start a guest that sets none. */
        g_assert_cmpuint(kvm->calls->len, ==, 0);

        kvm_arm_add_sysreg_properties(cpu);
        g_assert_cmpuint(scripted_class_size(), ==, size);
    }
}

/* No kernel does this to a field with a name so far. */
static void test_partly_writable(void)
{
    g_autoptr(ScriptedKVM) kvm = host("7.3" ON_N1);
    g_autoptr(ARMCPU) cpu = scripted_vcpu_new(kvm);

    scripted_kvm_find(kvm, ARM_CPREG(ID_AA64DFR0_EL1))->mask &= ~0x8ULL;
    kvm_arm_add_sysreg_properties(cpu);
    g_assert_null(scripted_property(DFR0 "DebugVer"));
    g_assert_nonnull(scripted_property(DFR0 "PMUVer"));
}

static void test_described(void)
{
    static const struct {
        const char *property;
        const char *words;
    } rows[] = {
        { DFR0 "DebugVer", "Bits 3 to 0 of the ID register, "
          "ID_AA64DFR0_EL1.DebugVer: the host's value or a lower one. "
          "Default: the host's, or that of kvm-baseline." },
        { DFR0 "DoubleLock", " or a lower one, by two's complement. " },
        { "SYSREG_ID_AA64MMFR1_EL1_SpecSEI", " or a higher one. " },
        { "SYSREG_CTR_EL0_CWG", " or a higher one or 0. " },
        { "SYSREG_ID_AA64MMFR0_EL1_TGRAN4_2", "value or 1. " },
    };
    g_autoptr(ScriptedKVM) kvm = host("7.3" ON_N1);
    g_autoptr(ARMCPU) cpu = scripted_vcpu_new(kvm);

    /* Linux has CWG fixed so far. */
    scripted_kvm_find(kvm, ARM_CPREG(CTR_EL0))->mask |= 0xf000000;
    kvm_arm_add_sysreg_properties(cpu);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        const ObjectProperty *property = scripted_property(rows[i].property);

        g_assert_nonnull(property);
        g_assert_cmpstr(property->type, ==, "uint64");
        if (!strstr(property->description, rows[i].words)) {
            wrong("%s: %s", rows[i].property, property->description);
        }
    }
}

/* Values */

static void test_set(void)
{
    static const struct {
        const char *property;
        uint64_t value;
        uint64_t regidx;
        uint64_t mask;          /* wanted bits, or 0 */
        uint64_t bits;
        const char *words;      /* of the error, where nothing is wanted */
    } rows[] = {
        /* ID_AA64DFR0_EL1 of this host: 0x10305408 */
        { DFR0 "DebugVer", 6, ARM_CPREG(ID_AA64DFR0_EL1), 0xf, 0x6 },
        { DFR0 "DebugVer", 8, ARM_CPREG(ID_AA64DFR0_EL1), 0xf, 0x8 },
        { DFR0 "DebugVer", 9, .words = DFR0 "DebugVer: this host cannot give "
          "it to a guest: ID_AA64DFR0_EL1.DebugVer: wanted 9, possible 6 to "
          "8" },
        { DFR0 "DebugVer", 5, .words = "wanted 5, possible 6 to 8" },
        { DFR0 "DebugVer", 16, .words = DFR0 "DebugVer: wanted 16, possible 0 "
          "to 15 at most: the field has 4 bits" },
        { DFR0 "DebugVer", UINT64_MAX, .words = "wanted 18446744073709551615" },
        { DFR0 "WRPs", 0, ARM_CPREG(ID_AA64DFR0_EL1), 0xf00000, 0 },
        /* signed: -1 is less than 0, 1 is more */
        { DFR0 "DoubleLock", 15, ARM_CPREG(ID_AA64DFR0_EL1), 0xf000000000,
          0xf000000000 },
        { DFR0 "DoubleLock", 1, .words = "wanted 1, possible 0" },
        /* a host without IDC can give none, and DIC is 0 or 1 */
        { "SYSREG_CTR_EL0_DIC", 0, ARM_CPREG(CTR_EL0), 1 << 29, 0 },
        { "SYSREG_CTR_EL0_DIC", 1, .words = "CTR_EL0.DIC: wanted 1, possible "
          "0" },
        { "SYSREG_CTR_EL0_DIC", 2, .words = "possible 0 to 1 at most: the "
          "field has 1 bits" },
        { "SYSREG_ID_AA64MMFR0_EL1_TGRAN4_2", 1, ARM_CPREG(ID_AA64MMFR0_EL1),
          0xf0000000000, 0x10000000000 },
        { "SYSREG_ID_AA64MMFR0_EL1_TGRAN4_2", 2, .words = "possible 0 or 1" },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        g_autoptr(ScriptedKVM) kvm = host("7.3" ON_N1_PMU);
        g_autoptr(ARMCPU) cpu = scripted_vcpu_new(kvm);
        g_autoptr(Error) err = NULL;
        Visitor v = { .value = rows[i].value, .input = true };

        kvm_arm_add_sysreg_properties(cpu);
        scripted_property_set(cpu, rows[i].property, &v, &err);
        if (rows[i].words) {
            g_assert_cmpuint(cpu->kvm_guest_view->wanted->len, ==, 0);
            assert_says(err, rows[i].words);
        } else {
            GArray *all = cpu->kvm_guest_view->wanted;
            KVMGuestViewValue *wanted =
                kvm_arm_guest_view_find(all, rows[i].regidx);

            g_assert_null(err);
            g_assert_cmpuint(all->len, ==, 1);
            g_assert_nonnull(wanted);
            g_assert_cmphex(wanted->mask, ==, rows[i].mask);
            g_assert_cmphex(wanted->value, ==, rows[i].bits);
            g_assert_cmphex(scripted_property_get(cpu, rows[i].property,
                                                  &err), ==, rows[i].value);
            g_assert_null(err);
        }
    }
}

static void test_get(void)
{
    g_autoptr(ScriptedKVM) kvm = host("6.12" ON_N1_PMU);
    g_autoptr(ARMCPU) cpu = scripted_vcpu_new(kvm);
    g_autoptr(Error) err = NULL;
    g_autofree uint64_t *index = g_new(uint64_t, 1);
    g_autofree uint64_t *value = g_new(uint64_t, 1);

    kvm_arm_add_sysreg_properties(cpu);
    /* the host's: ID_AA64DFR0_EL1 is 0x10305408 */
    g_assert_cmpuint(scripted_property_get(cpu, DFR0 "DebugVer", &err), ==, 8);
    g_assert_cmpuint(scripted_property_get(cpu, DFR0 "PMUVer", &err), ==, 4);
    kvm_arm_guest_view_want(cpu->kvm_guest_view->wanted,
                            ARM_CPREG(ID_AA64ISAR0_EL1), UINT64_MAX, 0);
    kvm_arm_guest_view_want(cpu->kvm_guest_view->wanted,
                            ARM_CPREG(ID_AA64DFR0_EL1), 0xf00, 0x100);
    g_assert_cmpuint(scripted_property_get(cpu, DFR0 "DebugVer", &err), ==, 8);
    g_assert_cmpuint(scripted_property_get(cpu, DFR0 "PMUVer", &err), ==, 1);
    /* of a baseline, which has whole registers */
    scripted_baseline_add(cpu, ARM_CPREG(ID_AA64PFR0_EL1), 0);
    scripted_baseline_add(cpu, ARM_CPREG(ID_AA64DFR0_EL1), 0x10305106);
    g_assert_cmpuint(scripted_property_get(cpu, DFR0 "DebugVer", &err), ==, 6);
    g_assert_cmpuint(scripted_property_get(cpu, DFR0 "PMUVer", &err), ==, 1);
    g_assert_cmpuint(scripted_property_get(cpu, DFR0 "WRPs", &err), ==, 3);
    /* of another property, whose bits leave the others as they are */
    kvm_arm_guest_view_want(cpu->kvm_guest_view->wanted,
                            ARM_CPREG(ID_AA64DFR0_EL1), 0xf00000, 0);
    g_assert_cmpuint(scripted_property_get(cpu, DFR0 "DebugVer", &err), ==, 6);
    g_assert_cmpuint(scripted_property_get(cpu, DFR0 "WRPs", &err), ==, 0);

    /* what the vCPU has */
    DEVICE(cpu)->realized = true;
    *index = ARM_CPREG(ID_AA64DFR0_EL1);
    *value = 0x10305407;
    cpu->cpreg_indexes = g_steal_pointer(&index);
    cpu->cpreg_values = g_steal_pointer(&value);
    cpu->cpreg_array_len = 1;
    g_assert_cmpuint(scripted_property_get(cpu, DFR0 "DebugVer", &err), ==, 7);
    g_assert_null(err);
    scripted_property_get(cpu, "SYSREG_CTR_EL0_DIC", &err);
    assert_says(err, "SYSREG_CTR_EL0_DIC: cannot read CTR_EL0.DIC from KVM: "
                "No such file or directory");
}

static void test_refused(void)
{
    g_autoptr(ScriptedKVM) kvm = host("6.12" ON_N1);
    g_autoptr(ARMCPU) cpu = scripted_vcpu_new(kvm);
    g_autoptr(Error) none = NULL;
    g_autoptr(Error) unread = NULL;
    g_autoptr(Error) unread_get = NULL;
    g_autoptr(Error) late = NULL;
    Visitor number = { .value = 6, .input = true };
    Visitor word = { .input = true, .fails = true };

    kvm_arm_add_sysreg_properties(cpu);
    scripted_property_set(cpu, DFR0 "DebugVer", &word, &none);
    assert_says(none, "no number");

    kvm->fault = (ScriptedFault) {
        1, true, SCRIPTED_SCRATCH_GET, ARM_CPREG(ID_AA64DFR0_EL1), EIO
    };
    scripted_property_set(cpu, DFR0 "DebugVer", &number, &unread);
    assert_says(unread, DFR0 "DebugVer: wanted 6, but the host's value cannot "
                "be read from KVM: Input/output error");
    scripted_property_get(cpu, DFR0 "DebugVer", &unread_get);
    assert_says(unread_get, "cannot read ID_AA64DFR0_EL1.DebugVer from KVM: "
                "Input/output error");

    DEVICE(cpu)->realized = true;
    scripted_property_set(cpu, DFR0 "DebugVer", &number, &late);
    assert_says(late, "after it was realized");
    g_assert_cmpuint(cpu->kvm_guest_view->wanted->len, ==, 0);
}

int main(int argc, char **argv)
{
    static const ScriptedCase cases[] = {
        { "offered", test_offered },
        { "partly-writable", test_partly_writable },
        { "described", test_described },
        { "set", test_set },
        { "get", test_get },
        { "refused", test_refused },
    };

    return scripted_test_main(argc, argv, "kvm-sysreg-properties", cases,
                              ARRAY_SIZE(cases));
}
