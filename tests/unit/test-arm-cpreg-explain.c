/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a refused value means: fields, versions, invariants. */

#include "qemu/osdep.h"
#include "target/arm/cpreg/explain.h"
#include "target/arm/cpreg/names.h"

static const struct {
    uint64_t regidx;
    uint64_t source;
    uint64_t here;
    const char *text;
} cases[] = {
    /* Linux 5.10 and 6.1 on neoverse-n1: DebugVer is bits 3:0 */
    { 0x603000000013c028, 0x10305408, 0x10305406,
      "ID_AA64DFR0_EL1.DebugVer: source 8, destination 6" },
    /* I8MM is bits 55:52, DGH 51:48 */
    { 0x603000000013c031, 0x0011000000000000, 0,
      "ID_AA64ISAR1_EL1.DGH: source 1, destination 0, "
      "ID_AA64ISAR1_EL1.I8MM: source 1, destination 0" },
    { 0x603000000013c031, 5, 5, NULL },
    { 0x6030000000140000, 0x10003, 0x10001,
      "PSCI: source 1.3, destination 1.1; start the guest with -cpu "
      "host,kvm-psci-version=1.1" },
    { 0x6030000000140000, 0x2, 0x10001, "PSCI: source 0.2, destination 1.1" },
    /* neoverse-n1 r3p1 and r4p1 */
    { 0x603000000013c000, 0x413fd0c1, 0x414fd0c1,
      "MIDR_EL1.VARIANT: source 3, destination 4; "
      "the hosts have CPUs of different models" },
    { 0x603000000013c006, 1, 0, "the hosts have CPUs of different models" },
    { 0x6020000000110001, 1, 0, "the hosts have different caches" },
    /* kernel uapi: 0 not available, 1 available, 2 not required */
    { 0x6030000000140001, 2, 0,
      "workaround: source not required, destination not available" },
    { 0x6030000000140003, 2, 1,
      "workaround: source not required, destination available" },
    { 0x6030000000140003, 3, 1, NULL },
    { 0x6030000000140001, 1, UINT64_MAX, NULL },
    { 0x6030000000160002, 3, 1, "the destination does not offer PTP" },
    { 0x6030000000160000, 5, 0, "the destination does not offer TRNG_V1_0, bit "
                                "2" },
    { 0x6030000000160003, 0, 3, NULL },
    { 0x603000000013c102, 1, 0, NULL },
    { 0, 1, 0, NULL },
    { UINT64_MAX, 1, 0, NULL },
};

static void test_explain(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = arm_cpreg_explain(cases[i].regidx,
                                                  cases[i].source,
                                                  cases[i].here);

        g_assert_cmpstr(text, ==, cases[i].text);
    }
}

/* Clauses add up, with an explanation where there is one. */
static void test_append(void)
{
    g_autoptr(GString) text = g_string_new(NULL);

    arm_cpreg_append_refused(text, 0x603000000013c102, 1, 0, "refused");
    arm_cpreg_append_refused(text, 0x603000000013c006, 2, 0, "refused");
    g_assert_cmpstr(text->str, ==,
                    "TCR_EL1 (0x603000000013c102) = 0x1, destination 0x0: "
                    "refused; REVIDR_EL1 (0x603000000013c006) = 0x2, "
                    "destination 0x0: refused (the hosts have CPUs of "
                    "different models)");
}

/* Rows in order; fields of a register neither overlap nor leave it. */
static void test_fields_table(void)
{
    const ARMCPRegField *last = NULL;

    for (int i = 0; i < ARM_FIELD_COUNT; i++) {
        const ARMCPRegField *field = &arm_cpreg_fields[i];
        g_autofree char *name = arm_cpreg_short_name(field->regidx);

        g_assert_true(g_str_has_prefix(field->name, name));
        g_assert_cmpint(field->width, >, 0);
        g_assert_cmpint(field->shift + field->width, <=, 64);
        if (last) {
            g_assert_cmphex(field->regidx, >=, last->regidx);
        }
        if (last && field->regidx == last->regidx) {
            g_assert_cmpint(field->shift, >=, last->shift + last->width);
        }
        last = field;
    }
    /* A mask of the full width must not overflow. */
    g_assert_cmphex(arm_cpreg_field(&arm_cpreg_fields[0], UINT64_MAX), ==,
                    (1ULL << arm_cpreg_fields[0].width) - 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/arm/cpreg-explain/values", test_explain);
    g_test_add_func("/arm/cpreg-explain/append", test_append);
    g_test_add_func("/arm/cpreg-explain/fields-table", test_fields_table);
    return g_test_run();
}
