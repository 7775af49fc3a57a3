/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The subsection of wide registers, read from any bytes. */

#include "qemu/osdep.h"
#include "fuzz.h"
#include "migration/vmstate.h"
#include "scripted-test.h"
#include "target/arm/migration/wide-regs.h"
#include "target/arm/cpreg/wide.h"

/* The loaded registers are those in the bytes, in order, with their sizes. */
static void check_loaded(GPtrArray *list, const uint8_t *data, size_t size)
{
    FuzzInput in = { data, size };
    uint64_t before = 0;
    uint64_t count = (uint64_t)fuzz_u16(&in) << 16;

    count |= fuzz_u16(&in);
    g_assert_cmpuint(list->len, ==, count);
    g_assert_cmpuint(list->len, <=, ARM_CPREG_WIDE_MAX);
    for (guint i = 0; i < list->len; i++) {
        const ARMCPRegWide *reg = list->pdata[i];
        size_t bytes = 1ULL << (reg->regidx >> 52 & 15);

        g_assert_cmphex(fuzz_u64(&in), ==, reg->regidx);
        g_assert_true(bytes != 4 && bytes != 8);
        g_assert_true(i == 0 || before < reg->regidx);
        before = reg->regidx;
        g_assert_cmpuint(in.size, >=, bytes);
        g_assert_cmpmem(in.data, bytes, reg->value, bytes);
        in.data += bytes;
        in.size -= bytes;
    }
}

static void check_refusal(GPtrArray *list)
{
    g_autoptr(GString) refused = g_string_new(NULL);

    arm_cpreg_wide_unknown(list, NULL, refused);
    g_assert_true((refused->len > 0) == (list->len > 0));
    if (refused->len) {
        fuzz_check_text(refused->str, SIZE_MAX);
    }
    g_string_truncate(refused, 0);
    arm_cpreg_wide_unknown(list, list, refused);
    g_assert_cmpuint(refused->len, ==, 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static ARMCPU cpu;
    GByteArray bytes = { .data = (guint8 *)data, .len = size };
    QEMUFile f = { .bytes = &bytes };
    g_autoptr(Error) err = NULL;
    bool ok;

    ok = vmstate_load_section(&f, &vmstate_kvm_wide_regs, &cpu, &err);
    fuzz_check_failed(ok, err);
    if (ok) {
        check_loaded(cpu.cpreg_vmstate_wide, data, size);
        check_refusal(cpu.cpreg_vmstate_wide);
    }
    arm_cpreg_forget_wide(&cpu);
    return 0;
}
