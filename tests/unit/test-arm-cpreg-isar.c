/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * QEMU's own view of a guest's ID registers: where a register is kept, and
 * which fields are not KVM's to decide.
 *
 * Encodings and bits are by the Arm ARM (DDI 0487), spelled out here.
 */

#include "qemu/osdep.h"
#include "target/arm/cpu.h"
#include "target/arm/cpu-sysregs.h"
#include "target/arm/kvm/isar.h"

/* cpu64.c, which needs all of QEMU, has it for QEMU. */
#define DEF(name, op0, op1, crn, crm, op2) SYS_##name,
const uint32_t id_register_sysreg[NUM_ID_IDX] = {
#include "target/arm/cpu-sysregs.h.inc"
};
#undef DEF

#define SYSREG(op0, op1, crn, crm, op2) \
    (0x6030000000130000ULL | (op0) << 14 | (op1) << 11 | (crn) << 7 | \
     (crm) << 3 | (op2))

#define ID_DFR0         SYSREG(3, 0, 0, 1, 2)
#define ID_AA64PFR0     SYSREG(3, 0, 0, 4, 0)
#define ID_AA64DFR0     SYSREG(3, 0, 0, 5, 0)

static void test_places(void)
{
    static const struct {
        uint64_t regidx;
        size_t offset;
        unsigned size;
    } rows[] = {
        { SYSREG(3, 0, 0, 0, 0), offsetof(ARMCPU, midr), 8 },
        { SYSREG(3, 0, 0, 0, 6), offsetof(ARMCPU, revidr), 4 },
        { SYSREG(3, 3, 0, 0, 1), offsetof(ARMCPU, ctr), 8 },
        { SYSREG(3, 0, 0, 3, 0), offsetof(ARMCPU, isar.mvfr0), 4 },
        { SYSREG(3, 0, 0, 3, 1), offsetof(ARMCPU, isar.mvfr1), 4 },
        { SYSREG(3, 0, 0, 3, 2), offsetof(ARMCPU, isar.mvfr2), 4 },
        { SYSREG(3, 0, 0, 5, 0),
          offsetof(ARMCPU, isar.idregs[ID_AA64DFR0_EL1_IDX]), 8 },
        { SYSREG(3, 0, 0, 7, 3),
          offsetof(ARMCPU, isar.idregs[ID_AA64MMFR3_EL1_IDX]), 8 },
        { SYSREG(3, 0, 0, 4, 4),
          offsetof(ARMCPU, isar.idregs[ID_AA64ZFR0_EL1_IDX]), 8 },
        { SYSREG(3, 1, 0, 0, 1),
          offsetof(ARMCPU, isar.idregs[CLIDR_EL1_IDX]), 8 },
        { 0x6020000000110000, offsetof(ARMCPU, ccsidr[0]), 8 },
        { 0x602000000011000f, offsetof(ARMCPU, ccsidr[15]), 8 },
        { 0x6030000000140000, offsetof(ARMCPU, psci_version), 4 },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        g_autofree ARMCPU *cpu = g_new0(ARMCPU, 1);
        g_autofree ARMCPU *expected = g_new0(ARMCPU, 1);
        uint32_t narrow = 0xfe11dc11;
        uint64_t wide = 0xfe11dc11ba119811, value;
        const void *after = rows[i].size == 4 ? (void *)&narrow : &wide;

        /* Bits outside of the mask stay, in the register and beside it. */
        memset((char *)cpu + rows[i].offset, 0x11, rows[i].size);
        memcpy((char *)expected + rows[i].offset, after, rows[i].size);
        value = rows[i].size == 4 ? 0xfe22dc22 : 0xfe22dc22ba229822;
        g_assert_true(arm_cpreg_set_isar(cpu, rows[i].regidx,
                                         0xff00ff00ff00ff00, value));
        g_assert_cmpmem(cpu, sizeof(*cpu), expected, sizeof(*expected));
    }
}

static void test_no_place(void)
{
    static const uint64_t rows[] = {
        0,
        SYSREG(3, 1, 0, 0, 7),      /* AIDR_EL1 */
        SYSREG(3, 0, 0, 7, 7),      /* a feature ID register without a name */
        SYSREG(3, 0, 2, 0, 0),      /* TTBR0_EL1 */
        0x6020000000110010,         /* a 17th cache */
        0x6030000000140001,         /* SMCCC_ARCH_WORKAROUND_1 */
        0x6020000000130000 | (ID_AA64DFR0 & 0xffff),    /* 32 bits */
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        g_autofree ARMCPU *cpu = g_new0(ARMCPU, 1);
        g_autofree ARMCPU *as_before = g_new0(ARMCPU, 1);

        g_assert_false(arm_cpreg_set_isar(cpu, rows[i], UINT64_MAX, 1));
        g_assert_cmpmem(cpu, sizeof(*cpu), as_before, sizeof(*as_before));
    }
}

/* Every bit of every ID register is turned; these are not. */
static void test_owned(void)
{
    static const struct {
        uint64_t regidx;
        uint64_t kept;
    } rows[] = {
        { SYSREG(3, 0, 0, 1, 1), 0xf0f0 },          /* Security, Virt. */
        { ID_DFR0, 0xf0 },                          /* CopSDbg */
        /* EL2, EL3, FP, AdvSIMD, SVE, RME */
        { ID_AA64PFR0, 0x00f0000f00ffff00 },
        { SYSREG(3, 0, 0, 4, 1), 0x0f000f00 },      /* MTE, SME */
        { SYSREG(3, 0, 0, 6, 1), 0xff000ff0 },      /* APA, API, GPA, GPI */
        { SYSREG(3, 0, 0, 6, 2), 0xff00 },          /* GPA3, APA3 */
    };
    g_autofree ARMCPU *cpu = g_new0(ARMCPU, 1);

    for (size_t n = 0; n < NUM_ID_IDX; n++) {
        uint64_t regidx = 0x6030000000130000 | id_register_sysreg[n];
        uint64_t kept = 0;

        cpu->isar.idregs[n] = 0;
        if (regidx == SYSREG(3, 3, 0, 0, 1) ||      /* CTR_EL0, MVFRn_EL1: */
            (regidx >= SYSREG(3, 0, 0, 3, 0) &&     /* kept elsewhere */
             regidx <= SYSREG(3, 0, 0, 3, 2))) {
            continue;
        }
        g_assert_true(arm_cpreg_set_isar(cpu, regidx, UINT64_MAX, UINT64_MAX));
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
            kept |= rows[i].regidx == regidx ? rows[i].kept : 0;
        }
        g_assert_cmphex(cpu->isar.idregs[n], ==, ~kept);
    }
}

/* DBGDIDR: WRPs [31:28], BRPs [27:24], CTX_CMPs [23:20], [19:0] as it was */
static void test_dbgdidr(void)
{
    static const struct {
        uint64_t regidx;
        uint64_t value;
        uint32_t before;
        uint32_t after;
    } rows[] = {
        { ID_AA64DFR0, 0x0000000010305408, 0x3516d000, 0x3516d000 },
        { ID_AA64DFR0, 0x0000000000103106, 0x3516d000, 0x1306d000 },
        { ID_AA64DFR0, 0x0000000000103106, 0, 0 },
        { ID_AA64PFR0, 0x22, 0x3516d000, 0x0006d000 },
        { ID_AA64PFR0, 0x12, 0x3516d000, 0 },
        { ID_DFR0, 0x06, 0x3516d000, 0x3516d000 },
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        g_autofree ARMCPU *cpu = g_new0(ARMCPU, 1);

        cpu->isar.idregs[ID_AA64PFR0_EL1_IDX] = 0x22;
        cpu->isar.dbgdidr = rows[i].before;
        arm_cpreg_set_isar(cpu, rows[i].regidx, UINT64_MAX, rows[i].value);
        g_assert_cmphex(cpu->isar.dbgdidr, ==, rows[i].after);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/arm/cpreg-isar/places", test_places);
    g_test_add_func("/arm/cpreg-isar/no-place", test_no_place);
    g_test_add_func("/arm/cpreg-isar/owned", test_owned);
    g_test_add_func("/arm/cpreg-isar/dbgdidr", test_dbgdidr);
    return g_test_run();
}
