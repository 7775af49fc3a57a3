/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists of wide registers: sizes, lookup, entries and texts. */

#include "qemu/osdep.h"
#include "target/arm/cpreg/index.h"
#include "target/arm/cpreg/list.h"
#include "target/arm/cpreg/wide.h"

/* Written out, by Linux include/uapi/linux/kvm.h: size code in bits 52..55. */
#define BYTE        0x600000000013c102ULL
#define HALF        0x601000000013c102ULL
#define WORD        0x602000000013c102ULL
#define DOUBLE      0x603000000013c102ULL
#define QUAD        0x604000000013c102ULL
#define QUAD_NEXT   0x604000000013c103ULL
#define LONGEST     0x608000000013c102ULL   /* 2048 bits */
#define BEYOND      0x60f000000013c102ULL   /* no name in kvm.h */
#define CORE_V0     0x6040000000100054ULL
#define SVE_Z0      0x6080000000150000ULL

static GPtrArray *list_of(const uint64_t *indexes, size_t len)
{
    GPtrArray *list = g_ptr_array_new_with_free_func(g_free);

    for (size_t i = 0; i < len; i++) {
        arm_cpreg_wide_add(list, indexes[i]);
    }
    return list;
}

#define LIST(...)                                                   \
    list_of((const uint64_t[]) { __VA_ARGS__ },                     \
            sizeof((uint64_t[]) { __VA_ARGS__ }) / sizeof(uint64_t))

static void test_sizes(void)
{
    static const struct {
        uint64_t regidx;
        size_t size;
        bool wide;
    } cases[] = {
        { BYTE, 1, true },
        { HALF, 2, true },
        { WORD, 4, false },
        { DOUBLE, 8, false },
        { QUAD, 16, true },
        { LONGEST, 256, true },
        { BEYOND, 32768, true },
        { CORE_V0, 16, false },
        { SVE_Z0, 256, false },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_assert_cmpuint(arm_cpreg_size(cases[i].regidx), ==, cases[i].size);
        g_assert_true(arm_cpreg_is_wide(cases[i].regidx) == cases[i].wide);
    }
}

static void test_find(void)
{
    g_autoptr(GPtrArray) list = LIST(BYTE, QUAD, LONGEST);
    static const uint8_t zeroes[256];

    g_assert_null(arm_cpreg_wide_find(NULL, QUAD));
    g_assert_null(arm_cpreg_wide_find(list, HALF));
    for (guint i = 0; i < list->len; i++) {
        ARMCPRegWide *reg = list->pdata[i];
        size_t size = arm_cpreg_size(reg->regidx);

        g_assert_true(arm_cpreg_wide_find(list, reg->regidx) == reg);
        g_assert_cmpmem(reg->value, size, zeroes, size);
    }
}

static void test_entries(void)
{
    static const struct {
        size_t at;
        uint64_t regidx;
        uint64_t before;
        const char *fault;
    } cases[] = {
        { 0, BYTE },
        { 0, QUAD, LONGEST },
        { 1, HALF, BYTE },
        { 3, QUAD_NEXT, QUAD },
        { 4, LONGEST, QUAD_NEXT },
        { 1, WORD, BYTE, "entry 1 of the list of wide registers, TCR_EL1 "
          "(0x602000000013c102), has size code 2, not that of a wide "
          "register" },
        { 0, DOUBLE, .fault = "entry 0 of the list of wide registers, TCR_EL1 "
          "(0x603000000013c102), has size code 3, not that of a wide "
          "register" },
        { 0, CORE_V0, .fault = "entry 0 of the list of wide registers, V0 "
          "(0x6040000000100054), has size code 4, not that of a wide "
          "register" },
        { 0, SVE_Z0, .fault = "entry 0 of the list of wide registers, Z0 "
          "(0x6080000000150000), has size code 8, not that of a wide "
          "register" },
        { 1, QUAD, QUAD, "entry 1 of the list of wide registers, TCR_EL1 "
          "(0x604000000013c102), is in the list twice" },
        { 1, QUAD, QUAD_NEXT, "the list of wide registers is not in ascending "
          "order: entry 1, TCR_EL1 (0x604000000013c102), follows TCR2_EL1 "
          "(0x604000000013c103)" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *fault = arm_cpreg_entry_fault(
            cases[i].at, cases[i].regidx, cases[i].before, true);

        g_assert_cmpstr(fault, ==, cases[i].fault);
    }
}

static void test_text(void)
{
    g_autoptr(GPtrArray) list = LIST(BYTE, QUAD, LONGEST);
    g_autoptr(GString) said = g_string_new(NULL);
    ARMCPRegWide **regs = (ARMCPRegWide **)list->pdata;

    regs[0]->value[0] = 0xa5;
    for (int i = 0; i < 16; i++) {
        regs[1]->value[i] = i;
    }
    memset(regs[2]->value, 0xff, 256);

    arm_cpreg_wide_append(said, regs[0], "first");
    arm_cpreg_wide_append(said, regs[1], "second");
    g_assert_cmpstr(said->str, ==,
                    "TCR_EL1 (0x600000000013c102) of 1 byte = a5: first; "
                    "TCR_EL1 (0x604000000013c102) of 16 bytes = "
                    "000102030405060708090a0b0c0d0e0f: second");
    g_string_truncate(said, 0);
    arm_cpreg_wide_append(said, regs[2], "third");
    g_assert_true(g_str_has_suffix(said->str, "ffffff...: third"));
    g_assert_cmpuint(said->len, <, 150);
}

/* Registers on one side only: none of the source's can be dropped. */
static void test_unknown(void)
{
    g_autoptr(GPtrArray) source = LIST(BYTE, QUAD, LONGEST);
    g_autoptr(GPtrArray) own = LIST(HALF, QUAD);
    g_autoptr(GString) refused = g_string_new("x");

    arm_cpreg_wide_unknown(NULL, own, refused);
    arm_cpreg_wide_unknown(own, own, refused);
    g_assert_cmpstr(refused->str, ==, "x");

    arm_cpreg_wide_unknown(source, own, refused);
    g_assert_nonnull(strstr(refused->str, "x; TCR_EL1 (0x600000000013c102) of "
                            "1 byte = 00: the destination has no such "
                            "register, and it"));
    g_assert_nonnull(strstr(refused->str, "(0x608000000013c102) of 256"));
    g_assert_null(strstr(refused->str, "0x604000000013c102"));

    g_string_truncate(refused, 0);
    arm_cpreg_wide_unknown(own, NULL, refused);
    g_assert_nonnull(strstr(refused->str, "0x601000000013c102"));
    g_assert_nonnull(strstr(refused->str, "0x604000000013c102"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/arm/cpreg-wide/sizes", test_sizes);
    g_test_add_func("/arm/cpreg-wide/find", test_find);
    g_test_add_func("/arm/cpreg-wide/entries", test_entries);
    g_test_add_func("/arm/cpreg-wide/text", test_text);
    g_test_add_func("/arm/cpreg-wide/refuse-unknown", test_unknown);
    return g_test_run();
}
