/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The recorded register lists of real kernels: each file keeps its format,
 * and no kernel lists a register that messages could only call by number.
 *
 * The files are arm-kvm-reg-list/<series>-<cpu>-<features>.txt in the data
 * folder of the tests (G_TEST_SRCDIR); its README.md is the format.
 */

#include "qemu/osdep.h"
#include "arm-cpreg-recorded.h"
#include "target/arm/cpreg/names.h"

#define SVE_VLS     0x606000000015ffffULL

/* So many series have to be there; fewer mean that files were lost. */
#define SERIES_MIN  10

static const char *const cpus[] = { "neoverse-n1", "cortex-a57", "max" };

/* Their value is the time, so that none is recorded. */
static const char *const counters[] = { "CNTPCT_EL0", "TIMER_CNT", NULL };

/* A file's name in its parts. */
static const char name_pattern[] =
    "^(?<series>\\d+\\.\\d+)-(?<cpu>.+)-(?<features>vregs[a-z+]*)\\.txt$";

static const char row_pattern[] =
    "^(?<index>0x[0-9a-f]{16}) (?<value>-|0x[0-9a-f]+) "
    "(?<mask>-|0x[0-9a-f]{16}) # (?<name>\\S+)$";

static char *folder;

/* The test fails and goes on, so that one run says all that is wrong. */
#define wrong(...) (g_test_message(__VA_ARGS__), g_test_fail())

static GMatchInfo *match(const char *pattern, const char *text)
{
    g_autoptr(GRegex) regex = g_regex_new(pattern, 0, 0, NULL);
    GMatchInfo *info = NULL;

    g_assert_nonnull(regex);
    g_regex_match(regex, text, 0, &info);
    return info;
}

static bool in_cpreg_list(uint64_t regidx)
{
    uint64_t kind = regidx & ARM_CPREG_KIND_MASK;

    return kind != ARM_CPREG_KIND_CORE && kind != ARM_CPREG_KIND_SVE;
}

/* The value of "# key: value", or NULL. */
static const char *head_of(char **lines, const char *key)
{
    g_autofree char *prefix = g_strdup_printf("# %s: ", key);

    for (; *lines && **lines == '#'; lines++) {
        if (g_str_has_prefix(*lines, prefix)) {
            return *lines + strlen(prefix);
        }
    }
    return NULL;
}

/* What the head says is what the file's name says. */
static void check_head(char **lines, const char *file)
{
    g_autoptr(GMatchInfo) parts = match(name_pattern, file);
    g_autofree char *series = g_match_info_fetch_named(parts, "series");
    g_autofree char *cpu = g_match_info_fetch_named(parts, "cpu");
    g_autofree char *features = g_match_info_fetch_named(parts, "features");
    const char *kernel = head_of(lines, "kernel");
    const char *host = head_of(lines, "cpu");
    const char *vcpu = head_of(lines, "features");

    if (!series) {
        wrong("the name is not <series>-<cpu>-<features>.txt");
        return;
    }
    if (!kernel || !g_str_has_prefix(kernel, series) ||
        g_ascii_isdigit(kernel[strlen(series)])) {
        wrong("of kernel %s, not %s", kernel ?: "?", series);
    }
    if (!host || !g_str_has_prefix(host, cpu)) {
        wrong("of CPU %s, not %s", host ?: "?", cpu);
    }
    if (g_strcmp0(vcpu, features)) {
        wrong("of features %s, not %s", vcpu ?: "?", features);
    }
}

/* A name that says which register it is. */
static bool is_name(const char *name)
{
    bool number = g_str_has_prefix(name, "0x") ||
                  g_str_has_prefix(name, "KVM_REG_ARM_FW_") ||
                  (name[0] == 'S' && g_ascii_isdigit(name[1]) &&
                   name[2] == '_');

    return *name && !number;
}

static void check_row(size_t line, GMatchInfo *row, uint64_t regidx)
{
    g_autofree char *value = g_match_info_fetch_named(row, "value");
    g_autofree char *name = g_match_info_fetch_named(row, "name");
    g_autofree char *expected = arm_cpreg_short_name(regidx);
    unsigned size = 1 << ((regidx & ARM_CPREG_SIZE_MASK)
                          >> ARM_CPREG_SIZE_SHIFT);

    if (strcmp(value, "-") && strlen(value) != 2 + 2 * size) {
        wrong("line %zu: %s is not a number of %u bytes", line, value, size);
    }
    if (!in_cpreg_list(regidx)) {
        if (strcmp(value, "-") && regidx != SVE_VLS) {
            wrong("line %zu: a value of a core or SVE register", line);
        }
        return;
    }
    if (!is_name(expected)) {
        wrong("line %zu: %s has no name in target/arm/cpreg/sysregs.h.inc",
              line, expected);
    } else if (strcmp(name, expected)) {
        wrong("line %zu: %s is %s; `make record-lists` writes it anew",
              line, name, expected);
    }
    if (!strcmp(value, "-") && !g_strv_contains(counters, expected)) {
        wrong("line %zu: %s without a value", line, expected);
    }
}

/* What a stream from this kernel carries is accepted as a list. */
static void check_list(GArray *indexes)
{
    ARMCPRegList list = {
        .indexes = (const uint64_t *)indexes->data, .len = indexes->len,
    };
    g_autofree char *text = arm_cpreg_list_len_fault(list.len, 1) ?:
                            arm_cpreg_list_fault(&list);

    if (text) {
        wrong("%s", text);
    } else if (arm_cpreg_list_find(&list, ARM_CPREG(MIDR_EL1)) < 0 ||
               arm_cpreg_list_find(&list, ARM_CPREG_FW(0)) < 0) {
        wrong("MIDR_EL1 or PSCI_VERSION is not listed; every kernel does");
    }
}

static void test_file(gconstpointer data)
{
    const char *file = data;
    g_autofree char *path = g_build_filename(folder, file, NULL);
    g_autoptr(GArray) indexes = g_array_new(false, false, sizeof(uint64_t));
    g_autoptr(GError) err = NULL;
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;
    const char *count;
    uint64_t before = 0;
    size_t n = 0, rows;

    if (!g_file_get_contents(path, &text, NULL, &err)) {
        wrong("%s", err->message);
        return;
    }
    if (!g_str_has_suffix(text, "\n")) {
        wrong("the last line has no end");
        return;
    }
    text[strlen(text) - 1] = 0;
    lines = g_strsplit(text, "\n", -1);

    check_head(lines, file);
    while (lines[n] && lines[n][0] == '#') {
        n++;
    }
    for (rows = n; lines[n]; n++) {
        g_autoptr(GMatchInfo) row = match(row_pattern, lines[n]);
        g_autofree char *index = NULL;
        uint64_t regidx;

        if (!g_match_info_matches(row)) {
            wrong("line %zu: not INDEX VALUE MASK # NAME", n + 1);
            continue;
        }
        index = g_match_info_fetch_named(row, "index");
        regidx = g_ascii_strtoull(index, NULL, 16);
        if (regidx <= before) {
            wrong("line %zu: %s is not above the index before it", n + 1,
                  index);
        }
        before = regidx;
        check_row(n + 1, row, regidx);
        if (in_cpreg_list(regidx)) {
            g_array_append_val(indexes, regidx);
        }
    }
    count = head_of(lines, "registers");
    if (!count || g_ascii_strtoull(count, NULL, 10) != n - rows) {
        wrong("%zu registers, not %s", n - rows, count ?: "?");
    }
    check_list(indexes);
}

/* Enough kernels, and each of them on all CPUs, with and without a PMU. */
static void test_series(gconstpointer data)
{
    const GPtrArray *files = data;
    g_autoptr(GHashTable) series = g_hash_table_new_full(
        g_str_hash, g_str_equal, g_free, NULL);
    GHashTableIter iter;
    gpointer key;

    for (guint i = 0; i < files->len; i++) {
        g_autoptr(GMatchInfo) parts = match(name_pattern, files->pdata[i]);

        if (!g_match_info_matches(parts)) {
            continue;       /* its own test says so */
        }
        g_hash_table_add(series, g_match_info_fetch_named(parts, "series"));
    }
    if (g_hash_table_size(series) < SERIES_MIN) {
        wrong("%u series of kernels, not %d", g_hash_table_size(series),
              SERIES_MIN);
    }

    g_hash_table_iter_init(&iter, series);
    while (g_hash_table_iter_next(&iter, &key, NULL)) {
        for (size_t i = 0; i < 2 * G_N_ELEMENTS(cpus); i++) {
            g_autofree char *name = g_strdup_printf(
                "%s-%s-vregs%s.txt", (char *)key, cpus[i / 2],
                i % 2 ? "+pmu" : "");
            g_autofree char *path = g_build_filename(folder, name, NULL);

            if (!g_file_test(path, G_FILE_TEST_IS_REGULAR)) {
                wrong("%s: not recorded", name);
            }
        }
    }
}

static gint by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int main(int argc, char **argv)
{
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GDir) dir = NULL;
    const char *name;
    int status;

    g_test_init(&argc, &argv, NULL);
    dir = recorded_lists_open(&folder);
    if (!dir) {
        return 1;
    }
    while ((name = g_dir_read_name(dir))) {
        if (g_str_has_suffix(name, ".txt")) {
            g_ptr_array_add(files, g_strdup(name));
        }
    }
    g_ptr_array_sort(files, by_name);

    g_test_add_data_func("/arm/cpreg-recorded/series", files, test_series);
    for (guint i = 0; i < files->len; i++) {
        g_autofree char *path = g_strdup_printf("/arm/cpreg-recorded/%s",
                                                (char *)files->pdata[i]);

        g_test_add_data_func(path, files->pdata[i], test_file);
    }
    status = g_test_run();
    g_free(folder);
    return status;
}
