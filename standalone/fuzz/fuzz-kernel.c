/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Scripted kernels for fuzz targets, and the errors of what runs on them. */

#include "qemu/osdep.h"
#include "fuzz.h"
#include "qapi/error.h"
#include "qemu/error-report.h"
#include "target/arm/cpreg/names.h"

/* All that a list of 16384 registers can have refused, and more. */
#define ERROR_MAX (16 << 20)

ScriptedKVM *fuzz_kernel(const char *name)
{
    g_autofree char *path = g_build_filename(LISTS, name, NULL);
    g_autoptr(GError) err = NULL;
    ScriptedKVM *kvm = scripted_kvm_load(path, &err);

    g_assert_no_error(err);
    return kvm;
}

/* Identity, what it hides, caches, timers, and what any guest writes. */
static bool is_in_small(uint64_t regidx)
{
    static const uint64_t some[] = {
        ARM_CPREG(MIDR_EL1), ARM_CPREG(ID_AA64PFR0_EL1),
        ARM_CPREG(ID_AA64DFR0_EL1), ARM_CPREG(ID_AA64MMFR0_EL1),
        ARM_CPREG(ID_AA64MMFR3_EL1), ARM_CPREG(ID_AA64ZFR0_EL1),
        ARM_CPREG(CLIDR_EL1), ARM_CPREG(CTR_EL0), ARM_CPREG(TCR_EL1),
        ARM_CPREG(TCR2_EL1),
        ARM_CPREG(PIR_EL1), ARM_CPREG(PIRE0_EL1), ARM_CPREG(TPIDR_EL1),
        ARM_CPREG(VBAR_EL1), ARM_CPREG(OSLSR_EL1), ARM_CPREG(CNTV_CTL_EL0),
        ARM_CPREG(PMCR_EL0), ARM_CPREG(PMCNTENSET_EL0),
        ARM_CPREG(PMCNTENCLR_EL0),
        ARM_CPREG(PMMIR_EL1),
    };
    uint64_t kind = regidx & ARM_CPREG_KIND_MASK;

    for (size_t i = 0; i < ARRAY_SIZE(some); i++) {
        if (regidx == some[i]) {
            return true;
        }
    }
    /* The physical timer has no name that its encoding would tell. */
    return kind == ARM_CPREG_KIND_FW || kind == ARM_CPREG_KIND_FW_BMAP ||
           (regidx >= ARM_CPREG_CCSIDR(0) && regidx <= ARM_CPREG_CCSIDR(3)) ||
           (regidx & ~0x3fULL) == 0x603000000013df00;
}

ScriptedKVM *fuzz_small_kernel(const char *name)
{
    ScriptedKVM *kvm = fuzz_kernel(name);

    for (guint i = kvm->regs->len; i-- > 0; ) {
        if (!is_in_small(g_array_index(kvm->regs, ScriptedReg, i).regidx)) {
            g_array_remove_index(kvm->regs, i);
        }
    }
    g_assert_cmpuint(kvm->regs->len, >=, 20);
    return kvm;
}

bool fuzz_is_recorded(uint64_t regidx)
{
    static GHashTable *all;

    if (!all) {
        g_autoptr(GDir) dir = g_dir_open(LISTS, 0, NULL);
        const char *name;

        all = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
        while (dir && (name = g_dir_read_name(dir))) {
            g_autoptr(ScriptedKVM) kvm = NULL;

            if (!g_str_has_suffix(name, ".txt")) {
                continue;
            }
            kvm = fuzz_kernel(name);
            for (guint i = 0; i < kvm->regs->len; i++) {
                uint64_t each = g_array_index(kvm->regs, ScriptedReg,
                                              i).regidx;

                g_hash_table_add(all, g_memdup2(&each, sizeof(each)));
            }
        }
        g_assert_cmpuint(g_hash_table_size(all), >, 300);
    }
    return g_hash_table_contains(all, &regidx);
}

void fuzz_check_failed(bool ok, Error *err)
{
    g_assert_true(ok == (err == NULL));
    if (err) {
        fuzz_check_text(error_get_pretty(err), ERROR_MAX);
    }
    g_string_truncate(standalone_reports(), 0);
}
