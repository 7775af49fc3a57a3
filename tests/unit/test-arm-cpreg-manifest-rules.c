/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A manifest against a destination's list: the rules decide by the values in
 * it; other values are known only with the guest's state.
 */

#include "qemu/osdep.h"
#include "arm-cpreg-manifest-lists.h"

/* Written out, from the kernel's uapi headers, not by the code under test. */
#define CCSIDR_2    0x6020000000110002ULL
#define OSLSR       0x603000000013808cULL
#define MIDR        0x603000000013c000ULL
#define ZFR0        0x603000000013c024ULL   /* ID_AA64ZFR0_EL1 */
#define DFR0        0x603000000013c028ULL   /* ID_AA64DFR0_EL1 */
#define MMFR3       0x603000000013c03bULL   /* ID_AA64MMFR3_EL1 */
#define TCR         0x603000000013c102ULL
#define TCR2        0x603000000013c103ULL
#define PMINTENSET  0x603000000013c4f1ULL
#define PMMIR       0x603000000013c4f6ULL
#define PIR         0x603000000013c513ULL
#define UNKNOWN     0x603000000013c7ffULL   /* S3_0_C15_C15_7 */
#define CLIDR       0x603000000013c801ULL
#define CNTPCT      0x603000000013df01ULL
#define CNTP_CTL    0x603000000013df11ULL
#define CNTP_CVAL   0x603000000013df12ULL
#define WORKAROUND3 0x6030000000140003ULL
#define BMAP(n)     (0x6030000000160000ULL + (n))

typedef struct Case {
    const char *name;
    uint64_t source[4];
    uint64_t fixed[3][2];       /* the values that the manifest has */
    uint64_t here[4];
    /* of each register: b(oth), m(issing), t(olerated), r(efused) */
    const char *outcomes;
    const char *text;
} Case;

static const Case cases[] = {
    { "same", { MIDR, TCR }, { { MIDR, 1 } }, { MIDR, TCR }, "bb", "" },
    { "missing", { TCR }, { }, { OSLSR, TCR, TCR2 }, "mbm", "" },
    { "no-rule", { TCR, UNKNOWN }, { }, { TCR }, "br",
      "S3_0_C15_C15_7 (0x603000000013c7ff): the destination has no such "
      "register, and it cannot be dropped safely" },
    { "no-rule-fixed", { MIDR, TCR }, { { MIDR, 0x413fd0c1 } }, { TCR }, "rb",
      "MIDR_EL1 (0x603000000013c000) = 0x413fd0c1: the destination has no such "
      "register, and it cannot be dropped safely" },

    { "raz", { ZFR0, TCR }, { { ZFR0, 0 } }, { TCR }, "tb", "" },
    { "raz-not", { ZFR0, TCR }, { { ZFR0, 1 } }, { TCR }, "rb",
      "ID_AA64ZFR0_EL1 (0x603000000013c024) = 0x1: the destination has no such "
      "register, and it can be dropped only with value 0x0" },

    { "gate", { MMFR3, TCR2, PIR }, { { MMFR3, 0 } }, { MMFR3 }, "btt", "" },
    { "gate-open", { MMFR3, TCR2, PIR }, { { MMFR3, 0x101 } }, { MMFR3 },
      "brr",
      "TCR2_EL1 (0x603000000013c103): the destination has no such register, "
      "and the guest can use it (ID_AA64MMFR3_EL1.TCRX is 1); PIR_EL1 "
      "(0x603000000013c513): the destination has no such register, and the "
      "guest can use it (ID_AA64MMFR3_EL1.S1PIE is 1)" },
    { "gate-one", { MMFR3, TCR2, PIR }, { { MMFR3, 0x100 } }, { MMFR3 },
      "btr",
      "PIR_EL1 (0x603000000013c513): the destination has no such register, and "
      "the guest can use it (ID_AA64MMFR3_EL1.S1PIE is 1)" },
    { "gate-unlisted", { TCR, TCR2 }, { }, { TCR }, "br",
      "TCR2_EL1 (0x603000000013c103): the destination has no such register, "
      "and the guest may use it (the stream has no ID_AA64MMFR3_EL1.TCRX)" },

    /* A manifest has both values that show a use of the timer. */
    { "timer", { CNTPCT, CNTP_CTL, CNTP_CVAL },
      { { CNTP_CTL, 0 }, { CNTP_CVAL, 0 } }, { }, "ttt", "" },
    { "timer-both", { CNTPCT, CNTP_CTL, CNTP_CVAL },
      { { CNTP_CTL, 0 }, { CNTP_CVAL, 0 } }, { CNTP_CTL }, "tbt", "" },
    { "timer-used", { CNTP_CTL, CNTP_CVAL },
      { { CNTP_CTL, 0 }, { CNTP_CVAL, 7 } }, { CNTP_CTL }, "br",
      "CNTP_CVAL_EL0 (0x603000000013df12) = 0x7: the destination has no such "
      "register, and the guest has used its physical timer "
      "(CNTP_CTL_EL0.ENABLE is 0, CNTP_CVAL_EL0 is 0x7)" },
    { "os-lock", { OSLSR, TCR }, { }, { TCR }, "tb", "" },

    { "pmu-none", { DFR0, PMINTENSET }, { { DFR0, 0x6 } }, { DFR0 }, "bt",
      "" },
    { "pmu-imp-def", { DFR0, PMINTENSET }, { { DFR0, 0xf06 } }, { DFR0 },
      "bt", "" },
    { "pmu", { DFR0, PMINTENSET }, { { DFR0, 0x406 } }, { DFR0 }, "br",
      "PMINTENSET_EL1 (0x603000000013c4f1): the destination has no such "
      "register, and the guest can use it (ID_AA64DFR0_EL1.PMUVer is 4)" },
    { "pmmir", { DFR0, PMMIR }, { { DFR0, 0x406 }, { PMMIR, 0 } }, { DFR0 },
      "bt", "" },
    { "pmmir-not", { DFR0, PMMIR }, { { DFR0, 0x406 }, { PMMIR, 5 } },
      { DFR0 }, "br",
      "PMMIR_EL1 (0x603000000013c4f6) = 0x5: the destination has no such "
      "register, and it can be dropped only with value 0x0" },

    /* Ctype2 is 0, or 4: unified */
    { "cache-none", { CCSIDR_2, CLIDR }, { { CCSIDR_2, 7 }, { CLIDR, 3 } },
      { CLIDR }, "tb", "" },
    { "cache", { CCSIDR_2, CLIDR }, { { CCSIDR_2, 7 }, { CLIDR, 0x23 } },
      { CLIDR }, "rb",
      "CCSIDR[2] (0x6020000000110002) = 0x7: the destination has no such "
      "register, and the guest has this cache (CLIDR_EL1.Ctype2 is 4)" },

    { "workaround", { TCR, WORKAROUND3 }, { { WORKAROUND3, 0 } }, { TCR },
      "bt", "" },
    { "workaround-not", { TCR, WORKAROUND3 }, { { WORKAROUND3, 1 } }, { TCR },
      "br",
      "SMCCC_ARCH_WORKAROUND_3 (0x6030000000140003) = 0x1: the destination has "
      "no such register, and it can be dropped only with value 0x0 (known to "
      "Linux 5.17 and later)" },
    { "never", { TCR, BMAP(0) }, { { BMAP(0), 1 } }, { TCR }, "br",
      "STD_BMAP (0x6030000000160000) = 0x1: the destination has no such "
      "register, and the guest can call its services (TRNG_V1_0; known to "
      "Linux 5.19 and later)" },
    { "bitmap-none", { TCR, BMAP(2) }, { { BMAP(2), 0 } }, { TCR }, "bt",
      "" },
    { "pv-time", { TCR, BMAP(1) }, { { BMAP(1), 1 } }, { TCR }, "bt", "" },
    { "implementations", { TCR, BMAP(3) }, { { BMAP(3), 0 } }, { TCR }, "bt",
      "" },
    { "implementations-not", { TCR, BMAP(3) }, { { BMAP(3), 1 } }, { TCR },
      "br",
      "VENDOR_HYP_BMAP_2 (0x6030000000160003) = 0x1: the destination has no "
      "such register, and it can be dropped only with value 0x0 "
      "(DISCOVER_IMPL_VER; known to Linux 6.15 and later)" },
};

static void test_case(gconstpointer data)
{
    const Case *test = data;
    static const uint64_t none[] = { 0 };
    g_autoptr(ARMCPRegManifest) manifest =
        manifest_of_lists(test->source, test->fixed, none);
    ARMCPRegList here = {
        .indexes = test->here,
        .len = manifest_count(test->here, 1),
    };

    g_auto(ARMCPRegReport) report = { NULL };
    g_autoptr(GString) refused = g_string_new(NULL);
    g_autoptr(GString) outcomes = g_string_new(NULL);

    g_assert_null(arm_cpreg_manifest_fault(manifest));

    manifest_reconcile(manifest, &here, &report, refused);
    for (size_t n = 0; n < report.len; n++) {
        g_string_append_c(outcomes, "bmtr"[report.verdicts[n].outcome]);
    }
    g_assert_cmpstr(outcomes->str, ==, test->outcomes);
    g_assert_cmpstr(refused->str, ==, test->text);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strdup_printf(
            "/arm/cpreg-manifest-rules/%s", cases[i].name);

        g_test_add_data_func(path, &cases[i], test_case);
    }
    return g_test_run();
}
