/* SPDX-License-Identifier: GPL-2.0-or-later */
/* -object arm-kvm-baseline: what is read, from a file and as a text. */

#include "qemu/osdep.h"
#include <glib/gstdio.h>

#include "qapi/error.h"
#include "qom/object_interfaces.h"
#include "target/arm/kvm/baseline.h"

/* What every manifest below begins with. */
#define HEAD "{ \"format\": 1, \"kernel\": \"6.1.170\", \"target\": 5, " \
             "\"features\": [ \"psci-0.2\" ], \"sve-vector-lengths\": [], "
#define MIDR "{ \"name\": \"MIDR_EL1\", \"index\": \"0x603000000013c000\", " \
             "\"value\": \"0x413fd0c1\" }"
#define DFR0 "{ \"name\": \"\", \"index\": \"0x603000000013c028\", " \
             "\"value\": \"0x10305006\", \"writable\": \"0xf000f00f0f\" }"
/* the guest can change it, and a dump of a host has its value as well */
#define TCR  "{ \"name\": \"TCR_EL1\", \"index\": \"0x603000000013c102\", " \
             "\"value\": \"0x1\" }"
#define WIDE "{ \"name\": \"\", \"index\": \"0x604000000013c4c9\" }"
#define REGS(regs) "\"registers\": [ " regs " ]"

#define POOL HEAD "\"architecture\": \"aarch64\", " \
             "\"members\": [ \"a.json (n1-host, Linux 6.1.170)\" ], " \
             "\"capabilities\": [], \"target-impl-cpus\": [ { " \
             "\"midr\": \"0x413fd0c1\", \"revidr\": \"0x0\", " \
             "\"aidr\": \"0x0\" } ], " REGS(MIDR ", " DFR0) " }"

/* A text and its error; NULL if it is accepted */
static const struct {
    const char *text;
    size_t registers;
    const char *error;
} texts[] = {
    { POOL, 2 },
    { "\xef\xbb\xbf" POOL, 0, "JSON parse error" },
    { "\r\n\t" POOL "\r\n", 2 },
    { "{ \"return\": " POOL " }", 2 },
    { "{ \"return\": " POOL ", \"id\": \"libvirt-7\" }", 2 },
    /* what a guest can change makes no other CPU */
    { HEAD REGS(MIDR ", " DFR0 ", " TCR ", " WIDE) " }", 2 },
    { HEAD REGS(TCR) " }", 0, "it has no register that a guest cannot "
      "change; make the file with kvm-arm-regs baseline" },

    { "", 0, "JSON" },
    { "\n\t", 0, "JSON" },
    { "pool", 0, "JSON parse error" },
    { POOL " x", 0, "JSON" },
    { POOL POOL, 0, "JSON" },
    { HEAD, 0, "JSON" },
    { "[]", 0, "it is not a JSON object; make the file with kvm-arm-regs "
      "baseline" },
    { "null", 0, "not a JSON object" },
    { "\"pool\"", 0, "not a JSON object" },
    { "1", 0, "not a JSON object" },
    { "{}", 0, "Parameter 'format' is missing" },
    { "{ \"return\": {} }", 0, "Parameter 'format' is missing" },
    { "{ \"return\": 1 }", 0, "Invalid parameter type for '" },
    { "{ \"error\": { \"class\": \"GenericError\", \"desc\": \"no KVM\" } }",
      0, "Parameter 'format' is missing" },
    { HEAD "\"architecture\": \"x86_64\", " REGS(MIDR) " }", 0,
      "architecture is \"x86_64\", this QEMU's guests are aarch64" },
    { "{ \"format\": 2, \"kernel\": \"6.1\", \"target\": 5, \"features\": [], "
      "\"sve-vector-lengths\": [], " REGS(MIDR) " }", 0,
      "format is 2, this QEMU reads 1" },
    { HEAD "\"colour\": 1, " REGS(MIDR) " }", 0,
      "Parameter 'colour' is unexpected" },
    { HEAD REGS(DFR0 ", " MIDR) " }", 0, "registers[1].index: MIDR_EL1 "
      "(0x603000000013c000) is out of order" },
    { HEAD REGS("") " }", 0, "register list" },
};

static Object *make(const char *key, const char *value, Error **errp)
{
    return object_new_with_props(TYPE_ARM_KVM_BASELINE,
                                 object_get_objects_root(), "pool", errp, key,
                                 value, NULL);
}

static void test_texts(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        Error *err = NULL;
        Object *obj = make("data", texts[i].text, &err);
        ARMCPRegManifest *manifest = obj ? ARM_KVM_BASELINE(obj)->manifest
                                         : NULL;
        const char *said = err ? error_get_pretty(err) : "";

        if (!manifest != !!texts[i].error || !manifest != !!err ||
            !strstr(said, texts[i].error ?: "")) {
            g_test_message("text %zu: \"%s\"", i, said);
            g_test_fail();
        }
        if (manifest) {
            g_assert_cmpuint(manifest->len, ==, texts[i].registers);
            g_assert_cmpuint(manifest->fixed_len, ==, texts[i].registers);
            g_assert_cmpmem(manifest->indexes, 8 * manifest->len,
                            manifest->fixed_indexes, 8 * manifest->fixed_len);
            g_assert_cmpuint(manifest->wide_len, ==, 0);
            g_assert_cmphex(manifest->fixed_values[0], ==, 0x413fd0c1);
            g_assert_null(arm_cpreg_manifest_fault(manifest));
            object_unparent(obj);
        }
        error_free(err);
    }
}

/* Truncated at every byte, and nested deeper than any real file. */
static void test_hostile(void)
{
    g_autoptr(GString) deep = g_string_new(NULL);
    Error *err = NULL;

    for (size_t len = 0; len < strlen(POOL); len++) {
        g_autofree char *text = g_strndup(POOL, len);

        g_assert_null(make("data", text, &err));
        g_assert_nonnull(err);
        error_free(err);
        err = NULL;
    }
    for (int i = 0; i < 100000; i++) {
        g_string_append(deep, "{\"return\":");
    }
    g_assert_null(make("data", deep->str, &err));
    g_assert_nonnull(err);
    error_free(err);
}

typedef struct File {
    char *folder;
    char *path;
} File;

static File file_with(const char *content, size_t size)
{
    File file = { .folder = g_dir_make_tmp("baseline-XXXXXX", NULL) };

    file.path = g_build_filename(file.folder, "pool.json", NULL);
    g_assert_true(g_file_set_contents(file.path, content, size, NULL));
    return file;
}

static void file_remove(File *file)
{
    g_remove(file->path);
    g_rmdir(file->folder);
    g_free(file->path);
    g_free(file->folder);
}

static void test_object(void)
{
    File file = file_with(POOL, strlen(POOL));
    const char *const keys[] = { "file", "data" };
    const char *const values[] = { file.path, POOL };

    for (int i = 0; i < 2; i++) {
        g_autofree char *label = g_strdup_printf(
            "baseline pool (%s)", i == 0 ? file.path : "data=");
        Object *obj = make(keys[i], values[i], &error_abort);
        ARMKVMBaseline *baseline = ARM_KVM_BASELINE(obj);
        g_autofree char *text = object_property_get_str(obj, keys[i],
                                                        &error_abort);
        Error *err = NULL;

        g_assert_cmpstr(text, ==, values[i]);
        g_assert_cmpstr(baseline->label, ==, label);
        g_assert_cmpuint(baseline->manifest->len, ==, 2);
        g_assert_cmpuint(baseline->manifest->impls->len, ==, 1);
        /* what CPUs were started with does not change */
        for (int n = 0; n < 2; n++) {
            g_assert_false(object_property_set_str(obj, keys[n], "x", &err));
            g_assert_nonnull(strstr(error_get_pretty(err), "read once"));
            error_free(err);
            err = NULL;
        }
        /* after object-del, a CPU that has it still reads it */
        object_ref(obj);
        object_unparent(obj);
        g_assert_cmpstr(baseline->label, ==, label);
        g_assert_cmpuint(baseline->manifest->len, ==, 2);
        object_unref(obj);
    }
    file_remove(&file);
}

static void check_refused(Object *obj, Error *err, const char *words)
{
    g_assert_null(obj);
    g_assert_nonnull(err);
    if (!strstr(error_get_pretty(err), words)) {
        g_test_message("\"%s\" is not in: %s", words, error_get_pretty(err));
        g_test_fail();
    }
    error_free(err);
}

/* A content of this size; @fill behind the manifest */
static void check_content(size_t size, char fill, const char *words)
{
    g_autofree char *content = g_strnfill(size, fill);
    Error *err = NULL;
    Object *obj;
    File file;

    memcpy(content, POOL, MIN(size, strlen(POOL)));
    file = file_with(content, size);
    obj = make("file", file.path, &err);
    if (words) {
        g_autofree char *label = g_strdup_printf("baseline pool (%s): ",
                                                 file.path);

        g_assert_true(g_str_has_prefix(error_get_pretty(err), label));
        check_refused(obj, err, words);
    } else {
        g_assert_null(err);
        object_unparent(obj);
    }
    file_remove(&file);
}

static void test_files(void)
{
    Error *err = NULL;
    Object *obj = make("file", "/nonexistent/pool.json", &err);

    check_refused(obj, err, "baseline pool (/nonexistent/pool.json): ");
    err = NULL;
    obj = make("file", "/", &err);
    check_refused(obj, err, "baseline pool (/): ");

    check_content(0, ' ', "JSON");
    check_content(strlen(POOL) - 1, ' ', "JSON");
    /* around the sizes in which it is read */
    for (int delta = -1; delta <= 1; delta++) {
        check_content(64 * 1024 + delta, ' ', NULL);
        check_content(128 * 1024 + delta, ' ', NULL);
    }
    check_content(ARM_KVM_BASELINE_MAX, ' ', NULL);
    check_content(ARM_KVM_BASELINE_MAX + 1, ' ', "it is longer than 4194304 "
                  "bytes");
    check_content(strlen(POOL) + 1, 0, "it is not text: it has a byte 0");
    check_content(100, 0, "");
}

static void test_options(void)
{
    Error *err = NULL;
    Object *obj = object_new_with_props(TYPE_ARM_KVM_BASELINE,
                                        object_get_objects_root(), "pool",
                                        &err, NULL);

    check_refused(obj, err, "arm-kvm-baseline pool: give exactly one of file= "
                  "and data=, not none");
    err = NULL;
    obj = object_new_with_props(TYPE_ARM_KVM_BASELINE,
                                object_get_objects_root(), "pool", &err,
                                "file", "/pool.json", "data", POOL, NULL);
    check_refused(obj, err, "arm-kvm-baseline pool: give exactly one of file= "
                  "and data=, not both");
    err = NULL;
    obj = make("data", "{}", &err);
    check_refused(obj, err, "baseline pool (data=): Parameter 'format' is "
                  "missing");
}

int main(int argc, char **argv)
{
    module_call_init(MODULE_INIT_QOM);
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/arm/cpreg-baseline/texts", test_texts);
    g_test_add_func("/arm/cpreg-baseline/hostile", test_hostile);
    g_test_add_func("/arm/cpreg-baseline/object", test_object);
    g_test_add_func("/arm/cpreg-baseline/files", test_files);
    g_test_add_func("/arm/cpreg-baseline/options", test_options);
    return g_test_run();
}
