/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Register lists: checks, search, merge-walk and names. */

#include "qemu/osdep.h"
#include "target/arm/cpreg/list.h"
#include "target/arm/cpreg/names.h"

/* Written out, from the kernel's uapi headers, not by the code under test. */
#define TCR_EL1     0x603000000013c102ULL
#define TCR2_EL1    0x603000000013c103ULL
#define SCTLR_EL1   0x603000000013c080ULL
#define CCSIDR_2    0x6020000000110002ULL
#define PSCI        0x6030000000140000ULL
#define BMAP_2      0x6030000000160003ULL
#define WIDE        0x604000000013c102ULL   /* 128 bits */

#define LIST(...)                                               \
    ((ARMCPRegList) {                                           \
        .indexes = (const uint64_t[]) { __VA_ARGS__ },          \
        .len = sizeof((uint64_t[]) { __VA_ARGS__ }) / sizeof(uint64_t) })

static void test_check_len(void)
{
    static const struct {
        int64_t len;
        size_t own;
        const char *fault;
    } cases[] = {
        { 1, 1 },
        { 258, 256 },
        { 16384, 1 },
        { 0, 0 },
        { 0, 1, "the register list is empty" },
        { -1, 1, "the register list has -1 entries, at most 16384 are "
                 "allowed" },
        { -1, 0, "the register list has -1 entries, at most 16384 are "
                 "allowed" },
        { INT32_MIN, 1, "the register list has -2147483648 entries, at most "
                        "16384 are allowed" },
        { INT32_MAX, 1, "the register list has 2147483647 entries, at most "
                        "16384 are allowed" },
        { 16385, 1, "the register list has 16385 entries, at most 16384 are "
                    "allowed" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *fault = arm_cpreg_list_len_fault(cases[i].len,
                                                          cases[i].own);

        g_assert_cmpstr(fault, ==, cases[i].fault);
    }
}

static void check(ARMCPRegList list, const char *words)
{
    g_autofree char *fault = arm_cpreg_list_fault(&list);

    g_assert_cmpstr(fault, ==, words);
}

static void test_check(void)
{
    ARMCPRegList empty = { NULL };

    check(empty, NULL);
    check(LIST(TCR_EL1), NULL);
    check(LIST(CCSIDR_2, SCTLR_EL1, TCR_EL1, TCR2_EL1, PSCI), NULL);
    check(LIST(SCTLR_EL1, TCR_EL1, TCR_EL1),
          "entry 2 of the register list, TCR_EL1 (0x603000000013c102), "
          "is in the list twice");
    check(LIST(TCR_EL1, SCTLR_EL1, SCTLR_EL1),
          "the register list is not in ascending order: entry 1, SCTLR_EL1 "
          "(0x603000000013c080), follows TCR_EL1 (0x603000000013c102)");
    check(LIST(SCTLR_EL1, WIDE),
          "entry 1 of the register list, TCR_EL1 (0x604000000013c102), "
          "has size code 4, not 32 or 64 bits");
    check(LIST(0),
          "entry 0 of the register list, register 0x0000000000000000, "
          "has size code 0, not 32 or 64 bits");
    check(LIST(SCTLR_EL1, UINT64_MAX),
          "entry 1 of the register list, register 0xffffffffffffffff, "
          "has size code 15, not 32 or 64 bits");
}

static void test_check_longest(void)
{
    g_autofree uint64_t *indexes = g_new(uint64_t, ARM_CPREG_LIST_MAX + 8);
    ARMCPRegList list = { indexes, NULL, ARM_CPREG_LIST_MAX };

    for (size_t i = 0; i < ARM_CPREG_LIST_MAX + 8; i++) {
        indexes[i] = 0x6030000000130000ULL + i;
    }
    check(list, NULL);
    indexes[ARM_CPREG_LIST_MAX - 1]--;
    check(list, "entry 16383 of the register list, S0_7_C15_C15_6 "
          "(0x6030000000133ffe), is in the list twice");
    list.len += 8;
    check(list, "the register list has 16392 entries, at most 16384 are "
          "allowed");
}

static void test_find(void)
{
    ARMCPRegList list = LIST(CCSIDR_2, SCTLR_EL1, TCR_EL1, TCR2_EL1, PSCI);
    ARMCPRegList empty = { NULL };

    for (size_t i = 0; i < list.len; i++) {
        g_assert_cmpint(arm_cpreg_list_find(&list, list.indexes[i]), ==, i);
        g_assert_cmpint(arm_cpreg_list_find(&list, list.indexes[i] + 0x1000),
                        ==, -1);
    }
    g_assert_cmpint(arm_cpreg_list_find(&list, 0), ==, -1);
    g_assert_cmpint(arm_cpreg_list_find(&list, UINT64_MAX), ==, -1);
    g_assert_cmpint(arm_cpreg_list_find(&empty, TCR_EL1), ==, -1);
}

/* @expected: one letter a step: b(oth), s(ource only), d(estination only) */
static void walk(ARMCPRegList s, ARMCPRegList d, const char *expected)
{
    ARMCPRegWalk walk = { .source = &s, .destination = &d };
    g_autoptr(GString) steps = g_string_new(NULL);
    uint64_t last = 0;

    while (arm_cpreg_walk_next(&walk)) {
        g_assert_cmpuint(walk.regidx, >, last);
        last = walk.regidx;
        g_assert_true(walk.s >= 0 || walk.d >= 0);
        if (walk.s >= 0) {
            g_assert_cmpuint(s.indexes[walk.s], ==, walk.regidx);
        }
        if (walk.d >= 0) {
            g_assert_cmpuint(d.indexes[walk.d], ==, walk.regidx);
        }
        g_string_append_c(steps, walk.d < 0 ? 's' : walk.s < 0 ? 'd' : 'b');
    }
    g_assert_false(arm_cpreg_walk_next(&walk));
    g_assert_cmpstr(steps->str, ==, expected);
}

static void test_walk(void)
{
    ARMCPRegList none = { NULL };
    ARMCPRegList some = LIST(SCTLR_EL1, TCR_EL1, PSCI);
    ARMCPRegList first_last = LIST(CCSIDR_2, SCTLR_EL1, TCR_EL1, PSCI, BMAP_2);
    ARMCPRegList middle = LIST(SCTLR_EL1, TCR_EL1, TCR2_EL1, PSCI);
    ARMCPRegList other = LIST(CCSIDR_2, TCR2_EL1, BMAP_2);

    walk(none, none, "");
    walk(some, none, "sss");
    walk(none, some, "ddd");
    walk(some, some, "bbb");
    walk(first_last, some, "sbbbs");
    walk(some, first_last, "dbbbd");
    walk(middle, some, "bbsb");
    walk(some, middle, "bbdb");
    walk(some, other, "dssdsd");
    walk(other, some, "sddsds");
}

static void test_names(void)
{
    static const struct {
        uint64_t regidx;
        const char *name;
    } cases[] = {
        { TCR2_EL1, "TCR2_EL1 (0x603000000013c103)" },
        { 0x603000000013c000, "MIDR_EL1 (0x603000000013c000)" },
        { 0x603000000013c03b, "ID_AA64MMFR3_EL1 (0x603000000013c03b)" },
        { 0x603000000013c512, "PIRE0_EL1 (0x603000000013c512)" },
        { 0x603000000013c513, "PIR_EL1 (0x603000000013c513)" },
        { 0x603000000013c4f6, "PMMIR_EL1 (0x603000000013c4f6)" },
        /* The names that KVM's swap asks for, api.rst */
        { 0x603000000013df02, "TIMER_CVAL (0x603000000013df02)" },
        { 0x603000000013df1a, "TIMER_CNT (0x603000000013df1a)" },
        { 0x6030000000138004, "DBGBVR0_EL1 (0x6030000000138004)" },
        { 0x603000000013807f, "DBGWCR15_EL1 (0x603000000013807f)" },
        { 0x603000000013df40, "PMEVCNTR0_EL0 (0x603000000013df40)" },
        { 0x603000000013df5e, "PMEVCNTR30_EL0 (0x603000000013df5e)" },
        { 0x603000000013df7e, "PMEVTYPER30_EL0 (0x603000000013df7e)" },
        { 0x603000000013df7f, "PMCCFILTR_EL0 (0x603000000013df7f)" },
        /* (3,6,4,1,0) and (3,3,2,5,1), Linux arch/arm64/tools/sysreg */
        { 0x603000000013f208, "SP_EL2 (0x603000000013f208)" },
        { 0x603000000013d929, "GCSPR_EL0 (0x603000000013d929)" },
        { 0x603000000013c7ff, "S3_0_C15_C15_7 (0x603000000013c7ff)" },
        { CCSIDR_2, "CCSIDR[2] (0x6020000000110002)" },
        { PSCI, "PSCI_VERSION (0x6030000000140000)" },
        { 0x6030000000140003,
          "SMCCC_ARCH_WORKAROUND_3 (0x6030000000140003)" },
        { 0x6030000000140009, "KVM_REG_ARM_FW_REG_9 (0x6030000000140009)" },
        { BMAP_2, "VENDOR_HYP_BMAP_2 (0x6030000000160003)" },
        { 0x6030000000160007,
          "KVM_REG_ARM_FW_FEAT_BMAP_REG_7 (0x6030000000160007)" },
        /* api.rst, "arm64 core/FP-SIMD registers" and "SVE registers" */
        { 0x6030000000100000, "X0 (0x6030000000100000)" },
        { 0x603000000010003c, "X30 (0x603000000010003c)" },
        { 0x603000000010003e, "SP (0x603000000010003e)" },
        { 0x6030000000100042, "PSTATE (0x6030000000100042)" },
        { 0x6030000000100046, "ELR_EL1 (0x6030000000100046)" },
        { 0x6030000000100048, "SPSR_EL1 (0x6030000000100048)" },
        { 0x6030000000100050, "SPSR_FIQ (0x6030000000100050)" },
        { 0x6040000000100054, "V0 (0x6040000000100054)" },
        { 0x60400000001000d0, "V31 (0x60400000001000d0)" },
        { 0x60200000001000d4, "FPSR (0x60200000001000d4)" },
        { 0x60200000001000d5, "FPCR (0x60200000001000d5)" },
        { 0x60800000001503e0, "Z31 (0x60800000001503e0)" },
        { 0x6080000000150041, "Z2[1] (0x6080000000150041)" },
        { 0x6050000000150420, "P1 (0x6050000000150420)" },
        { 0x6050000000150600, "FFR (0x6050000000150600)" },
        { 0x606000000015ffff, "SVE_VLS (0x606000000015ffff)" },
        { 0x6030000000100052, "register 0x6030000000100052" },
        { 0x6030000000100055, "register 0x6030000000100055" },
        { 0x6030000000150620, "register 0x6030000000150620" },
        { 0x603000010013c103, "register 0x603000010013c103" },
        { 0x6020000000110102, "register 0x6020000000110102" },
        { 0x4020000000130000, "register 0x4020000000130000" },
        { 0, "register 0x0000000000000000" },
    };
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *name = arm_cpreg_name(cases[i].regidx);

        g_assert_cmpstr(name, ==, cases[i].name);
    }
    g_assert_cmphex(ARM_CPREG(TCR2_EL1), ==, TCR2_EL1);
    g_assert_cmphex(ARM_CPREG_FW(0), ==, PSCI);
    g_assert_cmphex(ARM_CPREG_FW_BMAP(3), ==, BMAP_2);
}

/* Linux arch/arm64/include/uapi/asm/kvm.h, KVM_REG_ARM_*_BIT_* */
static void test_services(void)
{
    static const struct {
        uint64_t regidx;
        uint64_t value;
        const char *services;
    } cases[] = {
        { 0x6030000000160000, 1, "TRNG_V1_0" },
        { 0x6030000000160001, 1, "PV_TIME" },
        { 0x6030000000160002, 3, "FUNC_FEAT, PTP" },
        { 0x6030000000160002, 2, "PTP" },
        { BMAP_2, 3, "DISCOVER_IMPL_VER, DISCOVER_IMPL_CPUS" },
        { BMAP_2, 0x8000000000000004, "bit 2, bit 63" },
        { BMAP_2, 0, NULL },
        { 0x6030000000160004, 1, NULL },
        { PSCI, 1, NULL },
        { 0, 1, NULL },
        { UINT64_MAX, UINT64_MAX, NULL },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = arm_cpreg_services(cases[i].regidx,
                                                   cases[i].value);

        g_assert_cmpstr(text, ==, cases[i].services);
    }
}

/* The table is in the order of the encodings, and names nothing twice. */
static void test_names_table(void)
{
    static const struct {
        int sysreg;
        const char *name;
    } table[] = {
#define DEF(name, op0, op1, crn, crm, op2) { ARM_SYSREG_##name, #name },
#include "target/arm/cpreg/sysregs.h.inc"
#undef DEF
    };
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(table); i++) {
        g_autofree char *name =
            arm_cpreg_short_name(0x6030000000130000ULL | table[i].sysreg);

        g_assert_cmpstr(name, ==, table[i].name);
        if (i > 0) {
            g_assert_cmpint(table[i].sysreg, >, table[i - 1].sysreg);
        }
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/arm/cpreg-list/check-len", test_check_len);
    g_test_add_func("/arm/cpreg-list/check", test_check);
    g_test_add_func("/arm/cpreg-list/check-longest", test_check_longest);
    g_test_add_func("/arm/cpreg-list/find", test_find);
    g_test_add_func("/arm/cpreg-list/walk", test_walk);
    g_test_add_func("/arm/cpreg-list/names", test_names);
    g_test_add_func("/arm/cpreg-list/services", test_services);
    g_test_add_func("/arm/cpreg-list/names-table", test_names_table);
    return g_test_run();
}
