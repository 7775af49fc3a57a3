/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Register lists in saved streams, good ones and edited ones, and what a
 * destination makes of them: docs/devel/migration/arm-kvm-registers.rst.
 *
 * A machine is saved before it runs; its list is changed in one way; another
 * one loads it, with exit-on-error=false, so that it can be asked.  A guest
 * that was refused does not run, and the error names the register.
 */

#include "qemu/osdep.h"
#include <glib/gstdio.h>

#include "libqtest.h"
#include "qapi/error.h"
#include "qobject/qdict.h"
#include "qobject/qjson.h"
#include "qobject/qlist.h"
#include "arm-cpreg-stream.h"

/* KVM register indexes, of the kernel's uapi headers */
#define TPIDR_EL1       0x603000000013c684ULL
#define TCR_EL1         0x603000000013c102ULL
#define TCR2_EL1        0x603000000013c103ULL
#define MMFR0           0x603000000013c038ULL
#define MMFR3           0x603000000013c03bULL
#define NVHCR_EL2       0x603000000013e0a8ULL   /* no CPU here has it */
#define PSCI_VERSION    0x6030000000140000ULL
#define BMAP_2          0x6030000000160003ULL
#define UNKNOWN_LOW     0x4020000000000001ULL
#define UNKNOWN_HIGH    0x603000000013ffffULL
#define WIDE_TCR_EL1    0x604000000013c102ULL
#define BOGUS_DBGDTR    0x40200000200e0298ULL

#define BEFORE_RAM      "x-check-before-ram"
#define WAIT_US         (60 * G_USEC_PER_SEC)
#define CANNOT          "cpu 0: registers of the source cannot be restored " \
                        "on this host: "

static char *folder;
static const char *machine = "-machine virt -accel tcg -cpu max";

static char *in_folder(const char *name)
{
    return g_build_filename(folder, name, NULL);
}

static void remove_folder(void)
{
    GDir *dir = g_dir_open(folder, 0, NULL);
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *path = in_folder(name);

        g_unlink(path);
    }
    g_clear_pointer(&dir, g_dir_close);
    g_rmdir(folder);
    g_free(folder);
}

static QTestState *start(const char *extra)
{
    return qtest_initf("%s -m 64M -S -nodefaults %s", machine, extra);
}

/* A string in the answer to a command, NULL where it has none. */
static char *ask(QTestState *qts, const char *command, const char *key)
{
    QDict *answer = qtest_qmp(qts, "{ 'execute': %s }", command);
    QDict *ret = qdict_get_qdict(answer, "return");
    char *text = g_strdup(ret ? qdict_get_try_str(ret, key) : NULL);

    qobject_unref(answer);
    return text;
}

/* Saved to a file, all of it. */
static GByteArray *save(QTestState *qts)
{
    g_autofree char *path = in_folder("saved");
    g_autofree char *uri = g_strdup_printf("file:%s", path);
    gint64 end = g_get_monotonic_time() + WAIT_US;
    g_autofree char *status = NULL;
    g_autoptr(GError) err = NULL;
    GByteArray *bytes;
    char *data;
    gsize size;

    qtest_qmp_assert_success(qts, "{ 'execute': 'migrate', 'arguments': "
                             "{ 'uri': %s } }", uri);
    while (g_strcmp0(status, "completed")) {
        g_assert_cmpstr(status, !=, "failed");
        g_assert_cmpint(g_get_monotonic_time(), <, end);
        g_usleep(10000);
        g_free(status);
        status = ask(qts, "query-migrate", "status");
    }
    g_file_get_contents(path, &data, &size, &err);
    g_assert_no_error(err);
    bytes = g_byte_array_new_take((guint8 *)data, size);
    return bytes;
}

static GByteArray *saved_machine(void)
{
    QTestState *qts = start("");
    GByteArray *bytes = save(qts);

    qtest_quit(qts);
    return bytes;
}

/* The list of a new machine. */
static ArmCPRegStream *saved_list(void)
{
    g_autoptr(GByteArray) bytes = saved_machine();
    ArmCPRegStream *stream = arm_cpreg_stream_new(bytes->data, bytes->len, 0);

    g_assert_nonnull(stream);
    return stream;
}

/* The destination after its load; the error, NULL if it went well. */
static char *load(QTestState *qts, const GByteArray *bytes)
{
    g_autofree char *path = in_folder("incoming");
    g_autofree char *uri = g_strdup_printf("file:%s", path);
    gint64 end = g_get_monotonic_time() + WAIT_US;
    g_autoptr(GError) err = NULL;

    g_file_set_contents(path, (const char *)bytes->data, bytes->len, &err);
    g_assert_no_error(err);
    qtest_qmp_assert_success(qts, "{ 'execute': 'migrate-incoming', "
                             "'arguments': { 'uri': %s, 'exit-on-error': "
                             "false } }", uri);
    for (;;) {
        g_autofree char *status = ask(qts, "query-migrate", "status");
        g_autofree char *state = ask(qts, "query-status", "status");

        if (!g_strcmp0(status, "failed")) {
            /* Not loaded, and it never will run. */
            g_assert_cmpstr(state, ==, "inmigrate");
            return ask(qts, "query-migrate", "error-desc");
        }
        if (g_strcmp0(state, "inmigrate")) {
            return NULL;
        }
        g_assert_cmpint(g_get_monotonic_time(), <, end);
        g_usleep(10000);
    }
}

static void refuse(const ArmCPRegStream *stream, const char *said)
{
    g_autoptr(GByteArray) bytes = arm_cpreg_stream_render(stream);
    QTestState *qts = start("-incoming defer");
    g_autofree char *error = load(qts, bytes);

    g_assert_nonnull(error);
    if (!strstr(error, said)) {
        g_test_message("\"%s\" has not: %s", error, said);
        g_test_fail();
    }
    qtest_quit(qts);
}

/* Loaded, and saved again: the list that the destination has then. */
static ArmCPRegStream *take(const ArmCPRegStream *stream)
{
    g_autoptr(GByteArray) bytes = arm_cpreg_stream_render(stream);
    QTestState *qts = start("-incoming defer");
    g_autofree char *error = load(qts, bytes);
    g_autoptr(GByteArray) again = NULL;
    ArmCPRegStream *list;

    g_assert_cmpstr(error, ==, NULL);
    again = save(qts);
    qtest_quit(qts);
    list = arm_cpreg_stream_new(again->data, again->len, 0);
    g_assert_nonnull(list);
    return list;
}

static void test_editor(void)
{
    g_autoptr(GByteArray) bytes = saved_machine();
    g_autoptr(ArmCPRegStream) stream = arm_cpreg_stream_new(bytes->data,
                                                            bytes->len, 0);
    g_autoptr(GByteArray) same = NULL;
    gssize at = arm_cpreg_stream_find(bytes->data, bytes->len, 0);

    g_assert_nonnull(stream);
    g_assert_cmpuint(stream->indexes->len, >, 100);
    same = arm_cpreg_stream_render(stream);
    g_assert_cmpmem(same->data, same->len, bytes->data, bytes->len);

    /* Other bytes are not mistaken for a list. */
    g_assert_null(arm_cpreg_stream_new(bytes->data, bytes->len, 1));
    g_assert_null(arm_cpreg_stream_new("no stream", 9, 0));
    g_assert_null(arm_cpreg_stream_new(bytes->data, at + 100, 0));
    bytes->data[at] ^= 0x40;
    g_assert_null(arm_cpreg_stream_new(bytes->data, bytes->len, 0));

    /* One more, and away again. */
    arm_cpreg_stream_add(stream, NVHCR_EL2, 1);
    g_assert_cmphex(*arm_cpreg_stream_value(stream, NVHCR_EL2), ==, 1);
    arm_cpreg_stream_remove(stream, arm_cpreg_stream_at(stream, NVHCR_EL2));
    g_assert_cmpint(arm_cpreg_stream_at(stream, NVHCR_EL2), ==, -1);
    g_byte_array_unref(same);
    same = arm_cpreg_stream_render(stream);
    bytes->data[at] ^= 0x40;
    g_assert_cmpmem(same->data, same->len, bytes->data, bytes->len);
}

static void test_unchanged(void)
{
    g_autoptr(ArmCPRegStream) sent = saved_list();
    g_autoptr(ArmCPRegStream) here = NULL;

    *arm_cpreg_stream_value(sent, TPIDR_EL1) = 0x123456789abcdef0;
    here = take(sent);
    g_assert_cmpmem(here->indexes->data, here->indexes->len * 8,
                    sent->indexes->data, sent->indexes->len * 8);
    g_assert_cmphex(*arm_cpreg_stream_value(here, TPIDR_EL1), ==,
                    0x123456789abcdef0);
}

/* It keeps its reset value. */
static void test_removed(void)
{
    g_autoptr(ArmCPRegStream) sent = saved_list();
    uint64_t reset = *arm_cpreg_stream_value(sent, TPIDR_EL1);
    g_autoptr(ArmCPRegStream) here = NULL;

    arm_cpreg_stream_remove(sent, arm_cpreg_stream_at(sent, TPIDR_EL1));
    arm_cpreg_stream_remove(sent, sent->indexes->len - 1);
    arm_cpreg_stream_remove(sent, 0);
    here = take(sent);
    g_assert_cmphex(*arm_cpreg_stream_value(here, TPIDR_EL1), ==, reset);
}

/* At the start, in the middle, above the highest own one: each is named. */
static void test_added(void)
{
    static const struct {
        uint64_t regidx;
        const char *said;
    } cases[] = {
        { UNKNOWN_LOW, CANNOT "register 0x4020000000000001 = 0x7: the "
          "destination has no such register" },
        { NVHCR_EL2, CANNOT "NVHCR_EL2 (0x603000000013e0a8) = 0x7" },
        { UNKNOWN_HIGH, "(0x603000000013ffff) = 0x7: the destination has no "
                        "such register" },
        { PSCI_VERSION, CANNOT "PSCI_VERSION (0x6030000000140000) = 0x7: the "
          "destination has no such register, and it cannot be dropped" },
    };
    g_autoptr(ArmCPRegStream) all = saved_list();

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        g_autoptr(ArmCPRegStream) one = saved_list();

        arm_cpreg_stream_add(one, cases[i].regidx, 7);
        arm_cpreg_stream_add(all, cases[i].regidx, 7);
        refuse(one, cases[i].said);
    }
    /* The last one of several, too. */
    refuse(all, cases[ARRAY_SIZE(cases) - 1].said + strlen(CANNOT));
}

static void test_tolerated(void)
{
    g_autoptr(ArmCPRegStream) sent = saved_list();
    g_autoptr(ArmCPRegStream) here = NULL;

    arm_cpreg_stream_add(sent, BMAP_2, 0);
    here = take(sent);
    g_assert_cmpint(arm_cpreg_stream_at(here, BMAP_2), ==, -1);
    *arm_cpreg_stream_value(sent, BMAP_2) = 3;
    refuse(sent, CANNOT "VENDOR_HYP_BMAP_2 (0x6030000000160003) = 0x3: the "
           "destination has no such register, and it can be dropped only with "
           "value 0x0");
    /* A register that can be dropped does not clear a refused one. */
    *arm_cpreg_stream_value(sent, BMAP_2) = 0;
    arm_cpreg_stream_add(sent, NVHCR_EL2, 0x20);
    refuse(sent, CANNOT "NVHCR_EL2");
}

/* QEMU 11.0 and earlier send a register that no CPU has. */
static void test_bogus_dbgdtr(void)
{
    g_autoptr(ArmCPRegStream) sent = saved_list();
    g_autoptr(ArmCPRegStream) here = NULL;

    if (arm_cpreg_stream_at(sent, BOGUS_DBGDTR) < 0) {
        arm_cpreg_stream_add(sent, BOGUS_DBGDTR, 0);
    }
    g_assert_cmphex(*arm_cpreg_stream_value(sent, BOGUS_DBGDTR), ==, 0);
    here = take(sent);
}

/* The guest's ID registers say whether it can have used it. */
static void test_gate(void)
{
    g_autoptr(ArmCPRegStream) sent = NULL;
    g_autoptr(ArmCPRegStream) here = NULL;

    machine = "-machine virt -accel tcg -cpu cortex-a57";
    sent = saved_list();
    arm_cpreg_stream_add(sent, TCR2_EL1, 0x1de7ec7edbadc0de);
    here = take(sent);
    *arm_cpreg_stream_value(sent, MMFR3) = 1;
    refuse(sent, "TCR2_EL1 (0x603000000013c103) = 0x1de7ec7edbadc0de: the "
           "destination has no such register, and the guest can use it "
           "(ID_AA64MMFR3_EL1.TCRX is 1)");
    machine = "-machine virt -accel tcg -cpu max";
}

/* An ID register of another CPU: both values. */
static void test_altered(void)
{
    g_autoptr(ArmCPRegStream) sent = saved_list();
    uint64_t *value = arm_cpreg_stream_value(sent, MMFR0);
    g_autofree char *said = g_strdup_printf(
        "ID_AA64MMFR0_EL1 (0x603000000013c038) = 0x%" PRIx64 ", destination 0x%"
        PRIx64, *value ^ 0xf0, *value);

    *value ^= 0xf0;
    refuse(sent, said);
}

/* What is no list; the words are on stderr where a length or a field fails. */
static void test_corrupt(void)
{
    static const int32_t lengths[] = { 0, -2, INT32_MAX, 16385 };
    g_autoptr(ArmCPRegStream) list = saved_list();
    uint64_t *index = &g_array_index(list->indexes, uint64_t, 4);
    uint64_t good[2] = { index[0], index[1] };

    index[0] = good[1];
    index[1] = good[0];
    refuse(list, "cpu 0: the migration stream is corrupt: ");
    refuse(list, "not in ascending order: entry 5");
    index[1] = good[1];
    refuse(list, "is in the list twice");
    index[0] = good[0];
    arm_cpreg_stream_add(list, WIDE_TCR_EL1, 0);
    refuse(list, "TCR_EL1 (0x604000000013c102), has size code 4");
    arm_cpreg_stream_remove(list, arm_cpreg_stream_at(list, WIDE_TCR_EL1));
    for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
        list->length = lengths[i];
        refuse(list, "device 'cpu'");
    }
}

/* Does a stream have such a section? */
static bool has(const GByteArray *bytes, const char *name)
{
    return memmem(bytes->data, bytes->len, name, strlen(name));
}

static bool capability(QTestState *qts)
{
    QDict *answer = qtest_qmp(qts, "{ 'execute': "
                              "'query-migrate-capabilities' }");
    QListEntry *entry;
    bool found = false, state = false;

    QLIST_FOREACH_ENTRY(qdict_get_qlist(answer, "return"), entry) {
        QDict *each = qobject_to(QDict, qlist_entry_obj(entry));

        if (g_str_equal(qdict_get_str(each, "capability"), BEFORE_RAM)) {
            found = true;
            state = qdict_get_bool(each, "state");
        }
    }
    qobject_unref(answer);
    g_assert_true(found);
    return state;
}

/* On for every machine; it is for KVM guests alone. */
static void test_capability(void)
{
    static const char *const machines[] = {
        "-machine virt -accel tcg -cpu max",
        "-machine virt-9.0 -accel tcg -cpu max",
    };

    for (size_t i = 0; i < ARRAY_SIZE(machines) * 2; i++) {
        g_autoptr(GByteArray) bytes = NULL;
        bool on = i % 2;
        QTestState *qts;

        machine = machines[i / 2];
        qts = start("");
        g_assert_true(capability(qts));
        qtest_qmp_assert_success(
            qts, "{ 'execute': 'migrate-set-capabilities', 'arguments': "
            "{ 'capabilities': [ { 'capability': %s, 'state': %i } ] } }",
            BEFORE_RAM, on);
        g_assert_true(capability(qts) == on);
        bytes = save(qts);
        g_assert_true(has(bytes, "cpreg_vmstate_indexes"));
        g_assert_false(has(bytes, "arm-migration-manifest"));
        g_assert_false(has(bytes, "cpu/kvm-vcpu-init"));
        qtest_quit(qts);
    }
    machine = "-machine virt -accel tcg -cpu max";
}

static void check_error(QDict *answer, const char *said)
{
    QDict *error = qdict_get_qdict(answer, "error");

    g_assert_nonnull(error);
    g_assert_cmpstr(qdict_get_str(error, "class"), ==, "GenericError");
    g_assert_nonnull(strstr(qdict_get_str(error, "desc"), said));
    qobject_unref(answer);
}

/* Manifests are of KVM guests; without one the commands say so. */
static void test_qmp(void)
{
    QTestState *qts = start("");

    check_error(qtest_qmp(qts, "{ 'execute': 'query-arm-migration-manifest' }"),
                "KVM");
    check_error(qtest_qmp(
        qts, "{ 'execute': 'check-arm-migration-manifest', 'arguments': { "
        "'manifest': { 'format': 1, 'kernel': '6.18', 'target': 5, "
        "'features': [], 'sve-vector-lengths': [], 'registers': [] } } }"),
        "KVM");
    check_error(qtest_qmp(qts, "{ 'execute': 'check-arm-migration-manifest' }"),
                "manifest");
    qtest_quit(qts);
}

/* Run a blockdev-create job to its end. */
static void create(QTestState *qts, const char *options)
{
    gint64 end = g_get_monotonic_time() + WAIT_US;
    bool concluded = false;

    qobject_unref(qtest_qmp(qts, "{ 'execute': 'blockdev-create', 'arguments':"
                            " { 'job-id': 'job', 'options': %p } }",
                            qobject_from_json(options, &error_abort)));
    while (!concluded) {
        QDict *answer = qtest_qmp(qts, "{ 'execute': 'query-jobs' }");
        QList *jobs = qdict_get_qlist(answer, "return");
        QDict *job = qobject_to(QDict, qlist_peek(jobs));

        g_assert_null(qdict_get_try_str(job, "error"));
        concluded = g_str_equal(qdict_get_str(job, "status"), "concluded");
        qobject_unref(answer);
        g_assert_cmpint(g_get_monotonic_time(), <, end);
        g_usleep(10000);
    }
    qtest_qmp_assert_success(qts, "{ 'execute': 'job-dismiss', 'arguments': "
                             "{ 'id': 'job' } }");
}

static void add_disk(QTestState *qts, const char *path)
{
    g_autofree char *file = g_strdup_printf(
        "{\"driver\": \"file\", \"filename\": \"%s\", \"size\": 0}", path);

    create(qts, file);
    qtest_qmp_assert_success(qts, "{ 'execute': 'blockdev-add', 'arguments': {"
                             " 'driver': 'file', 'node-name': 'file', "
                             "'filename': %s } }", path);
    create(qts, "{\"driver\": \"qcow2\", \"file\": \"file\", "
           "\"size\": 1048576}");
    qtest_qmp_assert_success(qts, "{ 'execute': 'blockdev-add', 'arguments': {"
                             " 'driver': 'qcow2', 'node-name': 'disk', "
                             "'file': 'file' } }");
}

/* A bit of a value of the snapshot that the image has. */
static void flip(const char *path, uint64_t regidx, uint8_t bit)
{
    g_autofree char *data = NULL;
    g_autoptr(ArmCPRegStream) list = NULL;
    gsize size;
    gssize at;
    FILE *file;

    g_assert_true(g_file_get_contents(path, &data, &size, NULL));
    list = arm_cpreg_stream_new(data, size, 0);
    g_assert_nonnull(list);
    at = arm_cpreg_stream_find(data, size, 0) + 4 + 8 * list->indexes->len +
         8 * arm_cpreg_stream_at(list, regidx) + 7;
    file = g_fopen(path, "r+b");
    g_assert_nonnull(file);
    g_assert_cmpint(fseek(file, at, SEEK_SET), ==, 0);
    g_assert_cmpint(fputc((uint8_t)data[at] ^ bit, file), !=, EOF);
    g_assert_cmpint(fclose(file), ==, 0);
}

/* A refused load leaves a QEMU that can load, and load again. */
static void test_loadvm(void)
{
    g_autofree char *path = in_folder("disk.qcow2");
    QTestState *qts = start("");
    g_autofree char *said = NULL;
    g_autofree char *state = NULL;

    add_disk(qts, path);
    said = qtest_hmp(qts, "savevm here");
    g_assert_cmpstr(said, ==, "");
    flip(path, MMFR0, 0x10);
    for (int i = 0; i < 2; i++) {
        g_autofree char *refused = qtest_hmp(qts, "loadvm here");

        g_assert_nonnull(strstr(refused, CANNOT));
        g_assert_nonnull(strstr(refused, "ID_AA64MMFR0_EL1 "
                                "(0x603000000013c038) = 0x"));
    }
    flip(path, MMFR0, 0x10);
    for (int i = 0; i < 2; i++) {
        g_autofree char *loaded = qtest_hmp(qts, "loadvm here");
        g_autofree char *saved = NULL;

        g_assert_cmpstr(loaded, ==, "");
        saved = qtest_hmp(qts, "savevm here%d", i);
        g_assert_cmpstr(saved, ==, "");
    }
    /* What waits for the machine to run was told of four loads. */
    qtest_qmp_assert_success(qts, "{ 'execute': 'cont' }");
    state = ask(qts, "query-status", "status");
    g_assert_cmpstr(state, ==, "running");
    qtest_quit(qts);
}

/* What an outgoing migration has left is no error of a load. */
static void test_loadvm_after_migration(void)
{
    g_autofree char *path = in_folder("disk2.qcow2");
    g_autofree char *nobody = in_folder("nobody");
    g_autofree char *uri = g_strdup_printf("unix:%s", nobody);
    QTestState *qts = start("");
    gint64 end = g_get_monotonic_time() + WAIT_US;
    g_autofree char *said = NULL;
    g_autofree char *loaded = NULL;
    g_autofree char *status = NULL;

    add_disk(qts, path);
    said = qtest_hmp(qts, "savevm here");
    g_assert_cmpstr(said, ==, "");
    qobject_unref(qtest_qmp(qts, "{ 'execute': 'migrate', 'arguments': "
                            "{ 'uri': %s } }", uri));
    while (g_strcmp0(status, "failed")) {
        g_assert_cmpint(g_get_monotonic_time(), <, end);
        g_usleep(10000);
        g_free(status);
        status = ask(qts, "query-migrate", "status");
    }
    loaded = qtest_hmp(qts, "loadvm here");
    g_assert_cmpstr(loaded, ==, "");
    qtest_quit(qts);
}

/* With KVM: a list with another value, and one with one register more. */
static void test_kvm(void)
{
    const char *before = machine;
    g_autoptr(ArmCPRegStream) sent = NULL;
    g_autoptr(ArmCPRegStream) here = NULL;
    g_autofree char *kernel = NULL;
    QTestState *qts;

    machine = "-machine virt,gic-version=host -accel kvm -cpu host";
    sent = saved_list();
    *arm_cpreg_stream_value(sent, TPIDR_EL1) = 0x123456789abcdef0;
    here = take(sent);
    g_assert_cmphex(*arm_cpreg_stream_value(here, TPIDR_EL1), ==,
                    0x123456789abcdef0);
    arm_cpreg_stream_add(sent, UNKNOWN_HIGH, 7);
    refuse(sent, "(0x603000000013ffff) = 0x7: the destination has no such "
                 "register");
    qts = start("");
    kernel = ask(qts, "query-arm-migration-manifest", "kernel");
    g_assert_nonnull(kernel);
    qtest_quit(qts);
    machine = before;
}

int main(int argc, char **argv)
{
    g_autoptr(GError) err = NULL;
    int ret;

    g_test_init(&argc, &argv, NULL);
    folder = g_dir_make_tmp("arm-cpreg-migration-XXXXXX", &err);
    g_assert_no_error(err);
    if (qtest_has_accel("tcg")) {
        qtest_add_func("/arm-cpreg-migration/editor", test_editor);
        qtest_add_func("/arm-cpreg-migration/unchanged", test_unchanged);
        qtest_add_func("/arm-cpreg-migration/removed", test_removed);
        qtest_add_func("/arm-cpreg-migration/added", test_added);
        qtest_add_func("/arm-cpreg-migration/tolerated", test_tolerated);
        qtest_add_func("/arm-cpreg-migration/bogus-dbgdtr",
                       test_bogus_dbgdtr);
        qtest_add_func("/arm-cpreg-migration/gate", test_gate);
        qtest_add_func("/arm-cpreg-migration/altered", test_altered);
        qtest_add_func("/arm-cpreg-migration/corrupt", test_corrupt);
        qtest_add_func("/arm-cpreg-migration/capability", test_capability);
        qtest_add_func("/arm-cpreg-migration/qmp", test_qmp);
        qtest_add_func("/arm-cpreg-migration/loadvm", test_loadvm);
        qtest_add_func("/arm-cpreg-migration/loadvm-after-migration",
                       test_loadvm_after_migration);
    } else {
        g_test_message("no cases with TCG: this QEMU has none");
    }
    if (qtest_has_accel("kvm") && access("/dev/kvm", R_OK | W_OK) == 0) {
        qtest_add_func("/arm-cpreg-migration/kvm", test_kvm);
    } else {
        g_test_message("no cases with KVM: no KVM for Arm guests here");
    }
    ret = g_test_run();
    remove_folder();
    return ret;
}
