/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every recorded kernel to every other, on the same CPU with the same vCPU
 * features: what becomes of each register that only one of them lists.
 *
 * The expectations are those of the kernel's documentation and history, by
 * name of the register; a register that no row below is about fails the test,
 * and so does a row that no pair of kernels needs.
 */

#include "qemu/osdep.h"
#include "target/arm/cpreg/reconcile.h"
#include "arm-cpreg-recorded.h"

#define CONFIGS_MIN 9
#define PAIRS_MIN   90      /* of ten kernels */

typedef struct Expected {
    const char *name;       /* globs: of the register, */
    const char *config;     /* of <cpu>-<features>, */
    const char *source;     /* and of the source's series */
    bool good;              /* unexpected: tolerated; missing: is set */
    uint64_t value;         /* the value that is set */
    const char *because;
    unsigned seen;
} Expected;

/* Unexpected registers: can they be dropped?  The first row that fits. */
static Expected unexpected[] = {
    { "CCSIDR[*]", "*", "*", true, 0,
      "6.3 and later list 14, and 6.1 those of the host's CLIDR_EL1" },
    { "CNTP*_EL0", "*", "*", true, 0,
      "api.rst: the physical timer; at reset it is off" },
    { "OSLSR_EL1", "*", "*", true, 0, "the OS lock is open at reset" },
    { "PMMIR_EL1", "*", "7.3", true, 0,
      "0 unless the PMU is asked to be strict" },
    { "STD_HYP_BMAP", "*", "*", true, 0, "PV time is older than 5.10" },
    { "VENDOR_HYP_BMAP_2", "*", "*", true, 0,
      "fw-pseudo-registers.rst: off unless user space sets it" },
    { "STD_BMAP", "*", "*", false, 0, "5.10 has no TRNG" },
    { "VENDOR_HYP_BMAP", "*", "*", false, 0, "5.10 has no PTP" },
    { "PM*", "*", "5.10", false, 0,
      "5.10 tells a guest without PMU of the host's PMUv3" },
    { "SCTLR2_EL1", "max-*", "*", false, 0, "listed where the guest has it" },
    { "TCR2_EL1", "max-*", "*", false, 0, "the guest has it" },
    { "PIR*_EL1", "max-*", "*", false, 0, "the guest has it" },
    { "TCR2_EL1", "*", "6.12", true, 0, "listed by 6.12 on every CPU" },
    { "PIR*_EL1", "*", "6.12", true, 0, "listed by 6.12 on every CPU" },
};

/* Missing registers: is a value set?  The first row that fits. */
static Expected missing[] = {
    { "CCSIDR[*]", "*", "*", false, 0, "no cache of the guest's" },
    { "CNTP*_EL0", "*", "*", false, 0, "off at reset" },
    { "OSLSR_EL1", "*", "5.10", true, 8, "5.10: trapped, reads as 8" },
    { "PMMIR_EL1", "*", "*", true, 0, "up to 7.2: trapped, reads as zero" },
    { "VENDOR_HYP_BMAP_2", "*", "*", true, 0, "6.14 has no such service" },
    { "STD_BMAP", "*", "5.10", false, 0, "from 5.12 TRNG may be in use" },
    { "STD_HYP_BMAP", "*", "5.10", false, 0, "PV time may be in use" },
    { "VENDOR_HYP_BMAP", "*", "5.10", false, 0, "from 5.13 PTP may be" },
    { "PM*", "*", "*", false, 0, "5.10 lists them without a PMU" },
    { "SCTLR2_EL1", "max-*", "*", false, 0, "not a feature of the guest's" },
    { "TCR2_EL1", "*", "*", false, 0, "not a feature of the guest's" },
    { "PIR*_EL1", "*", "*", false, 0, "not a feature of the guest's" },
};

/* <cpu>-<features> to a table of the lists by series. */
static GHashTable *configs;

/* So many of them were compared. */
static unsigned configs_done;

/* The test fails and goes on, so that one run says all that is wrong. */
#define wrong(...) (g_test_message(__VA_ARGS__), g_test_fail())

/* GLib's globs have no brackets, which suits "CCSIDR[*]". */
static bool fits(const char *glob, const char *text)
{
    return g_pattern_match_simple(glob, text);
}

static Expected *expected_for(Expected *rows, size_t len, const char *name,
                              const char *config, const char *source)
{
    for (size_t i = 0; i < len; i++) {
        if (fits(rows[i].name, name) && fits(rows[i].config, config) &&
            fits(rows[i].source, source)) {
            rows[i].seen++;
            return &rows[i];
        }
    }
    return NULL;
}

static void check_unexpected(const ARMCPRegVerdict *verdict, const char *name,
                             const char *pair, const Expected *row)
{
    bool tolerated = verdict->outcome == ARM_CPREG_TOLERATED;

    if (row->good != tolerated) {
        wrong("%s: %s is %s, although: %s", pair, name,
              tolerated ? "tolerated" : "refused", row->because);
    }
    /* a refusal is known, too: a rule says why */
    if (!verdict->rule) {
        wrong("%s: no rule is about %s", pair, name);
    }
}

static void check_missing(const ARMCPRegVerdict *verdict, const char *name,
                          const char *pair, const Expected *row,
                          uint64_t reset)
{
    const ARMCPRegMissing *found = verdict->missing;

    if (!found) {
        wrong("%s: no row is about %s, which is missing", pair, name);
        return;
    }
    if (found->set != row->good || (found->set && found->value != row->value)) {
        wrong("%s: %s is %s 0x%" PRIx64 ", although: %s", pair, name,
              found->set ? "set to" : "kept, not set to",
              found->set ? found->value : row->value, row->because);
    }
    /* on these hosts nothing has to be written: a value that is set is there */
    if (row->good && reset != row->value) {
        wrong("%s: %s resets to 0x%" PRIx64 ", not 0x%" PRIx64, pair, name,
              reset, row->value);
    }
}

static void check_verdict(const ARMCPRegVerdict *verdict, const char *config,
                          const char *source, const char *pair,
                          const ARMCPRegList *here)
{
    bool is_missing = verdict->outcome == ARM_CPREG_MISSING;
    g_autofree char *name = arm_cpreg_short_name(verdict->regidx);
    Expected *row = is_missing
        ? expected_for(missing, G_N_ELEMENTS(missing), name, config, source)
        : expected_for(unexpected, G_N_ELEMENTS(unexpected), name, config,
                       source);

    if (!row) {
        wrong("%s: %s is %s, and no expectation is about it", pair, name,
              is_missing ? "missing" : "unexpected");
    } else if (is_missing) {
        check_missing(verdict, name, pair, row, here->values[verdict->d]);
    } else {
        check_unexpected(verdict, name, pair, row);
    }
}

static void check_pair(const char *config, const char *from,
                       const ARMCPRegList *source, const char *to,
                       const ARMCPRegList *destination)
{
    g_auto(ARMCPRegReport) report = { NULL };
    g_autofree char *pair = g_strdup_printf("%s to %s", from, to);

    arm_cpreg_reconcile(&arm_cpreg_rules, source, destination, &report);
    for (size_t i = 0; i < report.len; i++) {
        if (report.verdicts[i].outcome != ARM_CPREG_BOTH) {
            check_verdict(&report.verdicts[i], config, from, pair,
                          destination);
        }
    }
}

static void test_config(gconstpointer data)
{
    const char *config = data;
    GHashTable *lists = g_hash_table_lookup(configs, config);
    g_autofree const char **series =
        (const char **)g_hash_table_get_keys_as_array(lists, NULL);
    unsigned pairs = 0;

    for (int i = 0; series[i]; i++) {
        for (int k = 0; series[k]; k++) {
            RecordedList *source = g_hash_table_lookup(lists, series[i]);
            RecordedList *here = g_hash_table_lookup(lists, series[k]);

            if (i != k) {
                check_pair(config, series[i], &source->list, series[k],
                           &here->list);
                pairs++;
            }
        }
    }
    if (pairs < PAIRS_MIN) {
        wrong("%u pairs of kernels, not %d", pairs, PAIRS_MIN);
    }
    configs_done++;
}

static void test_rows_used(void)
{
    if (configs_done < g_hash_table_size(configs)) {
        g_test_skip("not all the pairs were compared");
        return;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(unexpected); i++) {
        if (!unexpected[i].seen) {
            wrong("nowhere unexpected: %s (%s)", unexpected[i].name,
                  unexpected[i].because);
        }
    }
    for (size_t i = 0; i < G_N_ELEMENTS(missing); i++) {
        if (!missing[i].seen) {
            wrong("nowhere missing: %s (%s)", missing[i].name,
                  missing[i].because);
        }
    }
    if (g_hash_table_size(configs) < CONFIGS_MIN) {
        wrong("%u configurations, not %d", g_hash_table_size(configs),
              CONFIGS_MIN);
    }
}

/* @file: <series>-<cpu>-<features>.txt */
static void add_file(const char *folder, const char *file)
{
    g_autofree char *path = g_build_filename(folder, file, NULL);
    g_auto(GStrv) parts = g_strsplit(file, "-", 2);
    GHashTable *lists;

    if (!g_str_has_suffix(file, ".txt") || !parts[1]) {
        return;
    }
    parts[1][strlen(parts[1]) - strlen(".txt")] = 0;
    lists = g_hash_table_lookup(configs, parts[1]);
    if (!lists) {
        lists = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                      (GDestroyNotify)recorded_list_free);
        g_hash_table_insert(configs, g_strdup(parts[1]), lists);
    }
    g_hash_table_insert(lists, g_strdup(parts[0]), recorded_list_read(path));
}

int main(int argc, char **argv)
{
    g_autofree char *folder = NULL;
    g_autofree const char **names = NULL;
    g_autoptr(GDir) dir = NULL;
    const char *file;
    int status;

    g_test_init(&argc, &argv, NULL);
    dir = recorded_lists_open(&folder);
    if (!dir) {
        return 1;
    }
    configs = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                    (GDestroyNotify)g_hash_table_unref);
    while ((file = g_dir_read_name(dir))) {
        add_file(folder, file);
    }

    names = (const char **)g_hash_table_get_keys_as_array(configs, NULL);
    for (int i = 0; names[i]; i++) {
        g_autofree char *path = g_strdup_printf("/arm/cpreg-pairs/%s",
                                                names[i]);

        g_test_add_data_func(path, names[i], test_config);
    }
    g_test_add_func("/arm/cpreg-pairs/rows-used", test_rows_used);
    status = g_test_run();
    g_hash_table_unref(configs);
    return status;
}
