/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists of CPU implementations: read, write, add, compare. */

#include "qemu/osdep.h"
#include "target/arm/cpreg/target-impl-cpus.h"

/* A list as its text; the lists end with a MIDR_EL1 of 0. */
static const struct {
    const char *text;
    ARMCPUImpl impls[4];
    const char *written;        /* in full */
} good[] = {
    { "413fd0c1", { { 0x413fd0c1 } }, "0x413fd0c1:0x0:0x0" },
    { "0x413fd0c1", { { 0x413fd0c1 } }, "0x413fd0c1:0x0:0x0" },
    { "413FD0C1:A", { { 0x413fd0c1, 0xa } }, "0x413fd0c1:0xa:0x0" },
    { "413fd0c1:0:0-411fd401:1:2",
      { { 0x413fd0c1 }, { 0x411fd401, 1, 2 } },
      "0x413fd0c1:0x0:0x0-0x411fd401:0x1:0x2" },
    /* as it was written, and not sorted */
    { "3-1-2:0x7", { { 3 }, { 1 }, { 2, 7 } },
      "0x3:0x0:0x0-0x1:0x0:0x0-0x2:0x7:0x0" },
    /* one model in two revisions of what REVIDR_EL1 and AIDR_EL1 tell */
    { "1:1:0-1:0:1-1:0:0", { { 1, 1, 0 }, { 1, 0, 1 }, { 1, 0, 0 } },
      "0x1:0x1:0x0-0x1:0x0:0x1-0x1:0x0:0x0" },
    { "ffffffff:ffffffffffffffff:0xffffffffffffffff",
      { { UINT32_MAX, UINT64_MAX, UINT64_MAX } },
      "0xffffffff:0xffffffffffffffff:0xffffffffffffffff" },
    { "00000000000000000000413fd0c1", { { 0x413fd0c1 } },
      "0x413fd0c1:0x0:0x0" },
};

static void test_good(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
        g_autofree char *fault = NULL;
        g_autofree char *again = NULL;
        g_autoptr(GArray) impls = arm_cpu_impls_parse(good[i].text, &fault);
        g_autoptr(GArray) copy = NULL;
        g_autofree char *text = arm_cpu_impls_text(impls);
        guint len = 0;

        g_assert_cmpstr(fault, ==, NULL);
        while (good[i].impls[len].midr) {
            len++;
        }
        g_assert_cmpmem(impls->data, impls->len * sizeof(ARMCPUImpl),
                        good[i].impls, len * sizeof(ARMCPUImpl));
        g_assert_cmpstr(text, ==, good[i].written);
        copy = arm_cpu_impls_parse(text, &again);
        g_assert_true(arm_cpu_impls_equal(impls, copy));
    }
}

static const struct {
    const char *text;
    const char *fault;
} bad[] = {
    { "", "the list is empty" },
    { "-", "\"\" is not MIDR:REVIDR:AIDR" },
    { "413fd0c1-", "\"\" is not MIDR:REVIDR:AIDR" },
    { "-413fd0c1", "\"\" is not MIDR:REVIDR:AIDR" },
    { "1--2", "\"\" is not MIDR:REVIDR:AIDR" },
    { ":", "\"\" in \":\" is not a hexadecimal number" },
    { "1:", "\"\" in \"1:\" is not a hexadecimal number" },
    { "1::2", "\"\" in \"1::2\" is not a hexadecimal number" },
    { "1:2:3:4", "\"1:2:3:4\" is not MIDR:REVIDR:AIDR" },
    { "1:2:3:", "\"1:2:3:\" is not MIDR:REVIDR:AIDR" },
    { "0x", "\"0x\" in \"0x\" is not a hexadecimal number" },
    { "0x0x1", "\"0x0x1\" in \"0x0x1\" is not a hexadecimal number" },
    { "0X1", "\"0X1\" in \"0X1\" is not a hexadecimal number" },
    { "g", "\"g\" in \"g\" is not a hexadecimal number" },
    { "+1", "\"+1\" in \"+1\" is not a hexadecimal number" },
    { " 1", "\" 1\" in \" 1\" is not a hexadecimal number" },
    { "1 ", "\"1 \" in \"1 \" is not a hexadecimal number" },
    { "1,2", "\"1,2\" in \"1,2\" is not a hexadecimal number" },
    { "neoverse-n1", "\"neoverse\" in \"neoverse\" is not a hexadecimal "
                     "number" },
    { "1:10000000000000000",
      "\"10000000000000000\" in \"1:10000000000000000\" is not a hexadecimal "
      "number" },
    { "100000000", "MIDR_EL1 0x100000000 has more than 32 bits" },
    { "1-1", "MIDR_EL1 0x1, REVIDR_EL1 0x0, AIDR_EL1 0x0 is in the list "
             "twice" },
    { "1:2:3-4-0x01:02:0x3",
      "MIDR_EL1 0x1, REVIDR_EL1 0x2, AIDR_EL1 0x3 is in the list twice" },
};

static void test_bad(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autofree char *fault = NULL;
        g_autoptr(GArray) impls = arm_cpu_impls_parse(bad[i].text, &fault);

        g_assert_null(impls);
        g_assert_cmpstr(fault, ==, bad[i].fault);
    }
}

/* A message has a part of it, not all. */
static void test_long(void)
{
    g_autofree char *digits = g_strnfill(1000, 'f');
    g_autofree char *colons = g_strnfill(1000, ':');
    const char *const texts[] = { digits, colons };

    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autofree char *fault = NULL;

        g_assert_null(arm_cpu_impls_parse(texts[i], &fault));
        g_assert_cmpuint(strlen(fault), <, 150);
    }
}

static void test_most(void)
{
    g_autoptr(GArray) impls = arm_cpu_impls_new();
    g_autoptr(GString) text = g_string_new("1");
    g_autofree char *fault = NULL;
    g_autofree char *full = NULL;
    ARMCPUImpl impl = { .revidr = 1 };

    for (impl.midr = 1; impl.midr <= ARM_CPU_IMPLS_MAX; impl.midr++) {
        g_assert_null(arm_cpu_impls_add(impls, &impl));
    }
    full = arm_cpu_impls_add(impls, &impl);
    g_assert_cmpstr(full, ==, "more than 64 implementations");
    g_assert_cmpuint(impls->len, ==, 64);

    for (unsigned i = 2; i <= 65; i++) {
        g_autoptr(GArray) read = arm_cpu_impls_parse(text->str, &fault);

        g_assert_nonnull(read);
        g_assert_cmpuint(read->len, ==, i - 1);
        g_string_append_printf(text, "-%x", i);
    }
    g_assert_null(arm_cpu_impls_parse(text->str, &fault));
    g_assert_cmpstr(fault, ==, "more than 64 implementations");
}

/* What is not added leaves the list as it was. */
static void test_add(void)
{
    static const ARMCPUImpl one = { 0x413fd0c1, 1, 2 };
    static const ARMCPUImpl wide = { 0x1413fd0c1 };
    g_autoptr(GArray) impls = arm_cpu_impls_new();
    g_autofree char *empty = arm_cpu_impls_text(impls);
    g_autofree char *none = arm_cpu_impls_text(NULL);
    g_autofree char *twice = NULL;
    g_autofree char *bits = NULL;

    g_assert_cmpstr(empty, ==, "");
    g_assert_cmpstr(none, ==, "");
    g_assert_null(arm_cpu_impls_add(impls, &one));
    twice = arm_cpu_impls_add(impls, &one);
    g_assert_cmpstr(twice, ==, "MIDR_EL1 0x413fd0c1, REVIDR_EL1 0x1, AIDR_EL1 "
                    "0x2 is in the list twice");
    bits = arm_cpu_impls_add(impls, &wide);
    g_assert_cmpstr(bits, ==, "MIDR_EL1 0x1413fd0c1 has more than 32 bits");
    g_assert_cmpuint(impls->len, ==, 1);
}

/* All three values count. */
static void test_has(void)
{
    static const struct {
        ARMCPUImpl impl;
        bool there;
    } cases[] = {
        { { 1, 2, 3 }, true }, { { 4, 0, 0 }, true },
        { { 1, 2, 0 }, false }, { { 1, 0, 3 }, false },
        { { 0, 2, 3 }, false }, { { 4, 2, 3 }, false }, { { 0 }, false },
    };
    g_autofree char *fault = NULL;
    g_autoptr(GArray) impls = arm_cpu_impls_parse("1:2:3-4", &fault);
    g_autoptr(GArray) empty = arm_cpu_impls_new();

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_assert_true(arm_cpu_impls_has(impls, &cases[i].impl) ==
                      cases[i].there);
        g_assert_false(arm_cpu_impls_has(empty, &cases[i].impl));
        g_assert_false(arm_cpu_impls_has(NULL, &cases[i].impl));
    }
}

static GArray *list(const char *text)
{
    g_autofree char *fault = NULL;

    return !text ? NULL :
           !*text ? arm_cpu_impls_new() : arm_cpu_impls_parse(text,
                                                                  &fault);
}

static void test_equal(void)
{
    static const struct {
        const char *a;
        const char *b;
        bool equal;
    } cases[] = {
        { NULL, NULL, true }, { NULL, "", true }, { "", "", true },
        { "1", NULL, false }, { "1", "", false },
        { "1", "1", true }, { "1-2", "1-2", true }, { "1-2", "2-1", false },
        { "1", "1-2", false }, { "1-2", "1-3", false },
        { "1:0:0", "1:0:1", false }, { "1:0:0", "1:1:0", false },
        { "1:2:3-4:5:6", "1:2:3-4:5:6", true },
        { "1:2:3-4:5:6", "1:2:3-4:5:7", false },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GArray) a = list(cases[i].a);
        g_autoptr(GArray) b = list(cases[i].b);

        g_assert_true(arm_cpu_impls_equal(a, b) == cases[i].equal);
        g_assert_true(arm_cpu_impls_equal(b, a) == cases[i].equal);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/arm/cpreg-target-impl-cpus/good", test_good);
    g_test_add_func("/arm/cpreg-target-impl-cpus/bad", test_bad);
    g_test_add_func("/arm/cpreg-target-impl-cpus/long", test_long);
    g_test_add_func("/arm/cpreg-target-impl-cpus/most", test_most);
    g_test_add_func("/arm/cpreg-target-impl-cpus/add", test_add);
    g_test_add_func("/arm/cpreg-target-impl-cpus/has", test_has);
    g_test_add_func("/arm/cpreg-target-impl-cpus/equal", test_equal);
    return g_test_run();
}
