/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writable masks and reset values of ID registers on scripted kernels.
 *
 * The expected ones are those in tests/data, recorded from real kernels.
 */

#include "qemu/osdep.h"
#include "scripted-test.h"
#include "scripted-vm.h"
#include "target/arm/cpreg/manifest.h"
#include "target/arm/cpreg/names.h"
#include "target/arm/kvm/id-regs.h"

GString *standalone_reports(void);

/* This kernel is behind KVM's ioctls, and nothing has been asked. */
static void ask_this(ScriptedKVM *kvm)
{
    scripted_vm_new(kvm);
    kvm_arm_id_forget();
    g_string_truncate(standalone_reports(), 0);
}

/* KVM_ARM_GET_REG_WRITABLE_MASKS is about these (api.rst) */
static bool in_range(uint64_t regidx)
{
    unsigned op0 = regidx >> 14 & 3, op1 = regidx >> 11 & 7;
    unsigned crn = regidx >> 7 & 15, crm = regidx >> 3 & 15;

    return (regidx & ARM_CPREG_KIND_MASK) == ARM_CPREG_KIND_SYSREG &&
           op0 == 3 && (op1 < 2 || op1 == 3) && crn == 0 && crm < 8;
}

static void check_kernel(ScriptedKVM *kvm)
{
    unsigned has_masks = 0;

    ask_this(kvm);
    for (guint i = 0; i < kvm->regs->len; i++) {
        const ScriptedReg *reg = &g_array_index(kvm->regs, ScriptedReg, i);
        g_autofree char *name = arm_cpreg_name(reg->regidx);
        uint64_t foreign = arm_cpreg_irqchip_bits(reg->regidx);
        uint64_t mask = kvm_arm_id_writable(reg->regidx);
        uint64_t value = 0x5a;
        int ret = kvm_arm_id_reset(reg->regidx, &value);

        has_masks |= reg->has_mask;
        if (mask != reg->mask) {
            wrong("%s, %s: mask 0x%" PRIx64, kvm->name, name, mask);
        }
        if (in_range(reg->regidx) ? ret || value != (reg->reset & ~foreign)
                                  : ret != -ENOENT || value != 0x5a) {
            wrong("%s, %s: %d, 0x%" PRIx64, kvm->name, name, ret, value);
        }
    }
    if (scripted_vm.masks_asked != has_masks) {
        wrong("%s: asked for its masks %u times", kvm->name,
              scripted_vm.masks_asked);
    }
}

static void test_as_recorded(void)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(GPtrArray) all = recorded_kernels(&err);

    g_assert_no_error(err);
    g_assert_cmpuint(all->len, >=, KERNELS_MIN);
    for (guint i = 0; i < all->len; i++) {
        check_kernel(all->pdata[i]);
    }
}

/* Indexes that differ from ID_AA64DFR0_EL1's in one part. */
static void test_other_registers(void)
{
    static const uint64_t others[] = {
        0, UINT64_MAX,
        0x602000000013c028,     /* 32 bits */
        0x603000000014c028,     /* a firmware register */
        0x403000000013c028,     /* another architecture's */
        0x603000000013d028,     /* op1 2 */
        0x603000000013e028,     /* op1 4 */
        0x603000000013f828,     /* op1 7 */
        0x603000000013c0a8,     /* CRn 1 */
        0x603000000013c068,     /* CRm 13 */
        0x6030000000138028,     /* op0 2 */
    };
    g_autoptr(ScriptedKVM) kvm = recorded_kernel("7.3" ON_MAX);

    ask_this(kvm);
    g_assert_cmphex(kvm_arm_id_writable(0x603000000013c028), !=, 0);
    for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
        uint64_t value;

        g_assert_cmphex(kvm_arm_id_writable(others[i]), ==, 0);
        g_assert_cmpint(kvm_arm_id_reset(others[i], &value), ==, -ENOENT);
    }
    /* one that this kernel does not have */
    kvm_arm_id_forget();
    scripted_kvm_find(kvm, ARM_CPREG(ID_AA64ISAR3_EL1))->unlisted = true;
    g_assert_cmpint(kvm_arm_id_reset(ARM_CPREG(ID_AA64ISAR3_EL1),
                                     &(uint64_t) { 0 }), ==, -ENOENT);
}

static void test_masks_fail(void)
{
    g_autoptr(ScriptedKVM) kvm = recorded_kernel("7.3" ON_N1);

    ask_this(kvm);
    scripted_vm.masks_error = EFAULT;
    for (unsigned i = 0; i < 2; i++) {
        g_assert_cmphex(kvm_arm_id_writable(ARM_CPREG(CTR_EL0)), ==, 0);
        g_assert_cmphex(kvm_arm_id_writable(ARM_CPREG(CLIDR_EL1)), ==, 0);
    }
    /* It is not for ever. */
    scripted_vm.masks_error = 0;
    g_assert_cmphex(kvm_arm_id_writable(ARM_CPREG(CTR_EL0)), !=, 0);
    g_assert_cmpuint(scripted_vm.masks_asked, ==, 5);
    kvm_arm_id_writable(ARM_CPREG(CLIDR_EL1));
    g_assert_cmpuint(scripted_vm.masks_asked, ==, 5);
}

static void test_no_scratch(void)
{
    g_autoptr(ScriptedKVM) kvm = recorded_kernel("7.3" ON_N1);
    uint64_t value = 0x5a;

    ask_this(kvm);
    kvm->fault = (ScriptedFault) { 1, true, SCRIPTED_SCRATCH_NEW, 0, ENOMEM };
    g_assert_cmpint(kvm_arm_id_reset(ARM_CPREG(MIDR_EL1), &value), ==, -EIO);
    g_assert_cmphex(value, ==, 0x5a);
    g_assert_cmpstr(standalone_reports()->str, ==,
                    "cannot read the ID registers of a new vCPU: cannot ask "
                    "KVM with a scratch vCPU: KVM_CREATE_VM failed: Cannot "
                    "allocate memory\n");

    /* One that failed for a moment. */
    g_string_truncate(standalone_reports(), 0);
    kvm->fault = (ScriptedFault) { 0 };
    g_assert_cmpint(kvm_arm_id_reset(ARM_CPREG(CTR_EL0), &value), ==, 0);
    g_assert_cmphex(value, !=, 0x5a);
    g_assert_cmpstr(standalone_reports()->str, ==, "");

    scripted_vm.target_error = ENODEV;
    kvm_arm_id_forget();
    g_assert_cmpint(kvm_arm_id_reset(ARM_CPREG(MIDR_EL1), &value), ==, -EIO);
    g_assert_nonnull(strstr(standalone_reports()->str,
                            "KVM_ARM_PREFERRED_TARGET failed: No such"));

    scripted_vm.target_error = 0;
    kvm_arm_id_forget();
    kvm->fault = (ScriptedFault) {
        1, false, SCRIPTED_SCRATCH_GET, ARM_CPREG(MIDR_EL1), EINVAL
    };
    g_assert_cmpint(kvm_arm_id_reset(ARM_CPREG(MIDR_EL1), &value), ==,
                    -EINVAL);
    g_assert_cmpint(kvm_arm_id_reset(ARM_CPREG(CTR_EL0), &value), ==, 0);
    g_assert_cmpint(kvm_arm_id_reset(ARM_CPREG(MIDR_EL1), &value), ==, 0);
}

int main(int argc, char **argv)
{
    static const ScriptedCase cases[] = {
        { "as-recorded", test_as_recorded },
        { "other-registers", test_other_registers },
        { "ioctl-fails", test_masks_fail },
        { "no-scratch-vcpu", test_no_scratch },
    };

    return scripted_test_main(argc, argv, "kvm-id-regs", cases,
                              ARRAY_SIZE(cases));
}
