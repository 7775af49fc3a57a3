/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Manifests and verdicts as the monitor has them. */

#include "qemu/osdep.h"
#include "arm-cpreg-manifest-lists.h"
#include "qapi/error.h"
#include "qapi/qapi-visit-arm-migration.h"
#include "qapi/qapi-visit-arm-migration-manifest.h"
#include "qapi/qobject-input-visitor.h"
#include "qapi/qobject-output-visitor.h"
#include "qobject/qdict.h"
#include "qobject/qjson.h"
#include "qobject/qlist.h"
#include "target/arm/kvm/qapi-manifest.h"
#include "target/arm/kvm/qapi-verdict.h"

#define MIDR   0x603000000013c000
#define MMFR3  0x603000000013c03b
#define TCR    0x603000000013c102
#define TCR2   0x603000000013c103
#define OSLSR  0x603000000013808c
#define PSCI   0x6030000000140000
#define WIDE   0x604000000013c4c9   /* 16 bytes */
#define CCSIDR 0x6020000000110000

/* What the manifest below is in JSON. */
static const char manifest_json[] =
    "{ 'format': 1, 'kernel': '6.18.15+deb13-cloud-arm64', 'target': 5,"
    "  'features': [ 'psci-0.2', 'pmu-v3', 'sve', 'bit-40' ],"
    "  'sve-vector-lengths': [ 128, 512, 8192 ],"
    "  'registers': ["
    "    { 'name': 'CCSIDR[0]', 'index': '0x6020000000110000',"
    "      'value': '0x701fe00a' },"
    "    { 'name': 'OSLSR_EL1', 'index': '0x603000000013808c' },"
    "    { 'name': 'MIDR_EL1', 'index': '0x603000000013c000',"
    "      'value': '0x413fd0c1' },"
    "    { 'name': 'ID_AA64MMFR3_EL1', 'index': '0x603000000013c03b',"
    "      'value': '0x0' },"
    "    { 'name': 'TCR_EL1', 'index': '0x603000000013c102' },"
    "    { 'name': 'TCR2_EL1', 'index': '0x603000000013c103' },"
    "    { 'name': 'PSCI_VERSION', 'index': '0x6030000000140000',"
    "      'value': '0x10003' },"
    "    { 'name': 'S3_0_C9_C9_1', 'index': '0x604000000013c4c9' } ] }";

static const char manifest_table[] =
    "kernel          6.18.15+deb13-cloud-arm64\n"
    "target          5\n"
    "features        psci-0.2, pmu-v3, sve, bit-40\n"
    "vector lengths  128, 512, 8192 bits\n"
    "registers       8, with the values of those that the guest cannot "
    "change\n"
    "\n"
    "CCSIDR[0]                0x6020000000110000 = 0x701fe00a\n"
    "OSLSR_EL1                0x603000000013808c\n"
    "MIDR_EL1                 0x603000000013c000 = 0x413fd0c1\n"
    "ID_AA64MMFR3_EL1         0x603000000013c03b = 0x0\n"
    "TCR_EL1                  0x603000000013c102\n"
    "TCR2_EL1                 0x603000000013c103\n"
    "PSCI_VERSION             0x6030000000140000 = 0x10003\n"
    "S3_0_C9_C9_1             0x604000000013c4c9\n";

static ARMCPRegManifest *example(void)
{
    static const uint64_t indexes[] = {
        CCSIDR, OSLSR, MIDR, MMFR3, TCR, TCR2, PSCI
    };
    static const uint64_t fixed[] = { CCSIDR, MIDR, MMFR3, PSCI };
    static const uint64_t values[] = { 0x701fe00a, 0x413fd0c1, 0, 0x10003 };
    static const uint64_t wide[] = { WIDE };
    ARMCPRegManifest *manifest = arm_cpreg_manifest_new();

    manifest->init.target = 5;
    manifest->init.features[0] = 1 << 2 | 1 << 3 | 1 << 4;
    manifest->init.features[1] = 1 << 8;
    manifest->init.sve_vls = 1 | 1 << 3 | 1ull << 63;
    g_free(manifest->kernel);
    manifest->kernel = g_strdup("6.18.15+deb13-cloud-arm64");
    manifest->len = G_N_ELEMENTS(indexes);
    manifest->indexes = g_memdup2(indexes, sizeof(indexes));
    manifest->fixed_len = G_N_ELEMENTS(fixed);
    manifest->fixed_indexes = g_memdup2(fixed, sizeof(fixed));
    manifest->fixed_values = g_memdup2(values, sizeof(values));
    manifest->wide_len = G_N_ELEMENTS(wide);
    manifest->wide_indexes = g_memdup2(wide, sizeof(wide));
    return manifest;
}

/* As QMP does with an argument. */
static ArmMigrationManifest *visit(QDict *arguments, Error **errp)
{
    Visitor *v = qobject_input_visitor_new(QOBJECT(arguments));
    ArmMigrationManifest *qapi = NULL;

    visit_type_ArmMigrationManifest(v, "manifest", &qapi, errp);
    visit_free(v);
    return qapi;
}

static void assert_json(QObject *found, const char *expected)
{
    QObject *wanted = qobject_from_json(expected, &error_abort);

    if (!qobject_is_equal(found, wanted)) {
        g_autoptr(GString) text = qobject_to_json_pretty(found, true);

        g_test_message("%s", text->str);
        g_test_fail();
    }
    qobject_unref(wanted);
    qobject_unref(found);
}

static QObject *manifest_to_json(const ARMCPRegManifest *manifest)
{
    g_autoptr(ArmMigrationManifest) qapi = arm_cpreg_manifest_to_qapi(manifest);
    QObject *found = NULL;
    Visitor *v = qobject_output_visitor_new(&found);

    visit_type_ArmMigrationManifest(v, NULL, &qapi, &error_abort);
    visit_complete(v, &found);
    visit_free(v);
    return found;
}

static void test_write(void)
{
    g_autoptr(ARMCPRegManifest) manifest = example();

    assert_json(manifest_to_json(manifest), manifest_json);
}

static void test_table(void)
{
    g_autoptr(ARMCPRegManifest) manifest = example();
    g_autoptr(ArmMigrationManifest) qapi = arm_cpreg_manifest_to_qapi(manifest);
    g_autoptr(GString) text = arm_cpreg_manifest_table(qapi);

    g_assert_cmpstr(text->str, ==, manifest_table);
}

/* Without SVE, and without a feature at all. */
static void test_table_of_little(void)
{
    g_autoptr(ARMCPRegManifest) manifest = example();
    g_autoptr(ArmMigrationManifest) qapi = NULL;
    g_autoptr(GString) text = NULL;

    memset(&manifest->init, 0, sizeof(manifest->init));
    qapi = arm_cpreg_manifest_to_qapi(manifest);
    text = arm_cpreg_manifest_table(qapi);
    g_assert_nonnull(strstr(text->str, "features        none\n"
                                       "vector lengths  none, no SVE\n"));
}

/* The one above of a guest that was started for a pool. */
static ARMCPRegManifest *configured_example(void)
{
    static const uint64_t configured[] = { MMFR3, PSCI };
    static const ARMCPUImpl impls[] = {
        { 0x413fd0c1, 0, UINT64_MAX }, { 0x411fd401, 1, 2 },
    };
    ARMCPRegManifest *manifest = example();

    manifest->baseline = g_strdup("baseline pool (pool.json)");
    manifest->configured_len = G_N_ELEMENTS(configured);
    manifest->configured_indexes = g_memdup2(configured, sizeof(configured));
    manifest->impls = arm_cpu_impls_new();
    g_array_append_vals(manifest->impls, impls, G_N_ELEMENTS(impls));
    return manifest;
}

/* What its JSON has more than that of the other one. */
static QDict *configured_json(void)
{
    QDict *json = qobject_to(QDict, qobject_from_json(manifest_json,
                                                      &error_abort));
    QListEntry *entry;

    qdict_put_str(json, "baseline", "baseline pool (pool.json)");
    qdict_put_obj(json, "target-impl-cpus", qobject_from_json(
        "[ { 'midr': '0x413fd0c1', 'revidr': '0x0',"
        "    'aidr': '0xffffffffffffffff' },"
        "  { 'midr': '0x411fd401', 'revidr': '0x1', 'aidr': '0x2' } ]",
        &error_abort));
    QLIST_FOREACH_ENTRY(qdict_get_qlist(json, "registers"), entry) {
        QDict *reg = qobject_to(QDict, qlist_entry_obj(entry));
        const char *name = qdict_get_str(reg, "name");

        if (g_str_equal(name, "ID_AA64MMFR3_EL1") ||
            g_str_equal(name, "PSCI_VERSION")) {
            qdict_put_bool(reg, "configured", true);
        }
    }
    return json;
}

static void test_write_configured(void)
{
    g_autoptr(ARMCPRegManifest) manifest = configured_example();
    QObject *found = manifest_to_json(manifest);
    QDict *wanted = configured_json();

    if (!qobject_is_equal(found, QOBJECT(wanted))) {
        g_autoptr(GString) text = qobject_to_json_pretty(found, true);

        g_test_message("%s", text->str);
        g_test_fail();
    }
    qobject_unref(found);
    qobject_unref(wanted);
}

static void test_read_configured(void)
{
    g_autoptr(ARMCPRegManifest) wanted = configured_example();
    QDict *json = configured_json();
    g_autoptr(ArmMigrationManifest) qapi = visit(json, &error_abort);
    g_autoptr(ARMCPRegManifest) found =
        arm_cpreg_manifest_from_qapi(qapi, &error_abort);
    g_autoptr(GByteArray) a = arm_cpreg_manifest_encode_configured(found);
    g_autoptr(GByteArray) b = arm_cpreg_manifest_encode_configured(wanted);

    g_assert_cmpmem(a->data, a->len, b->data, b->len);
    qobject_unref(json);
}

static void test_read(void)
{
    g_autoptr(ARMCPRegManifest) wanted = example();
    QDict *json = qobject_to(QDict, qobject_from_json(manifest_json,
                                                      &error_abort));
    g_autoptr(ArmMigrationManifest) qapi = visit(json, &error_abort);
    g_autoptr(ARMCPRegManifest) found =
        arm_cpreg_manifest_from_qapi(qapi, &error_abort);
    g_autoptr(GByteArray) a = arm_cpreg_manifest_encode(found);
    g_autoptr(GByteArray) b = arm_cpreg_manifest_encode(wanted);

    /* The stream's encoding has everything. */
    g_assert_cmpmem(a->data, a->len, b->data, b->len);
    qobject_unref(json);
}

/* Another member of the list has another MIDR_EL1. */
#define IMPL(midr) "{ 'midr': '" midr "', 'revidr': '0x2', 'aidr': '0x3' }"

#define REG(index) "{ 'name': 'any', 'index': '" index "' }"
#define MIDR_REG "{ 'name': 'MIDR_EL1', 'index': '0x603000000013c000', " \
                 "'value': '0x413fd0c1' }"

/* Members in place of the ones above; what is said of them, NULL if nothing */
static const struct {
    const char *member;
    const char *json;
    const char *error;
} members[] = {
    { "format", "0", "manifest.format is 0, this QEMU reads 1: " },
    { "format", "2", "manifest.format is 2, this QEMU reads 1: " },
    { "format", "-9223372036854775808",
      "manifest.format is -9223372036854775808, " },
    { "format", "'1'", "Invalid parameter type for 'manifest.format'" },

    { "kernel", "''", "it has 0 bytes, 1 to 64 are possible" },
    { "kernel", "'0123456789abcdef0123456789abcdef"
                "0123456789abcdef0123456789abcdef'", NULL },
    { "kernel", "'0123456789abcdef0123456789abcdef"
                "0123456789abcdef0123456789abcdefg'",
      "it has 65 bytes, 1 to 64 are possible" },
    { "kernel", "'6.18\\n7.0'", "byte 4 is 0x0a, " },
    { "kernel", "'6.18 rc'", "byte 4 is 0x20, " },
    { "kernel", "'6.18\\u00e9'", "byte 4 is 0xc3, " },

    { "target", "4294967295", NULL },
    { "target", "4294967296", "'target' expects uint32_t" },
    { "target", "-1", "'target' expects uint32_t" },

    { "features", "[ 'sve', 'psci-0.2' ]", NULL },
    { "features", "[ 'sve', 'sme-3' ]",
      "manifest.features[1]: \"sme-3\" is not a vCPU feature of this QEMU" },
    { "features", "[ 'sve', 'SVE' ]", "manifest.features[1]: \"SVE\" is not " },
    { "features", "[ '' ]", "manifest.features[0]: \"\" is not " },
    { "features", "[ 'bit-223', 'sve' ]", NULL },
    { "features", "[ 'bit-224' ]", "\"bit-224\" is not a vCPU feature" },
    { "features", "[ 'bit-4' ]", "\"bit-4\" is not a vCPU feature" },
    { "features", "[ 'power-off' ]", "\"power-off\" is not a vCPU feature" },
    { "features", "[ 'sve', 'psci-0.2', 'sve' ]",
      "manifest.features[2]: \"sve\" is listed twice" },
    { "features",
      "[ '0123456789abcdef0123456789abcdef0123456789abcdef' ]",
      "\"0123456789abcdef0123456789abcdef01234567\" is not" },
    { "features", "[ 'psci-0.2' ]",
      "manifest.sve-vector-lengths is not empty, but manifest.features does "
      "not have sve" },

    { "sve-vector-lengths", "[]",
      "manifest.sve-vector-lengths is empty, but manifest.features has sve" },
    { "sve-vector-lengths", "[ 8192 ]", NULL },
    { "sve-vector-lengths", "[ 0 ]",
      "manifest.sve-vector-lengths[0]: 0 is not a vector length" },
    { "sve-vector-lengths", "[ 128, 200 ]",
      "manifest.sve-vector-lengths[1]: 200 is not a vector length" },
    { "sve-vector-lengths", "[ 8320 ]", "8320 is not a vector length" },
    { "sve-vector-lengths", "[ 4294967168 ]",
      "4294967168 is not a vector length" },
    { "sve-vector-lengths", "[ -128 ]", "-128 is not a vector length" },
    { "sve-vector-lengths", "[ 4294967424 ]",
      "4294967424 is not a vector length" },
    { "sve-vector-lengths", "[ 'long' ]",
      "Invalid parameter type for 'manifest.sve-vector-lengths[0]'" },
    { "sve-vector-lengths", "[ 128, 128 ]",
      "manifest.sve-vector-lengths[1]: 128 is not greater than the one before "
      "it, 128" },
    { "sve-vector-lengths", "[ 256, 128 ]", "128 is not greater than " },

    { "registers", "[]", "manifest: " },
    { "registers", "[ " MIDR_REG " ]", NULL },
    { "registers", "[ " MIDR_REG ", {} ]",
      "Parameter 'manifest.registers[1].name' is missing" },
    { "registers", "[ " MIDR_REG ", " MIDR_REG " ]",
      "manifest.registers[1].index: MIDR_EL1 (0x603000000013c000) is listed "
      "twice" },
    { "registers", "[ " REG("0x603000000013c102") ", " MIDR_REG " ]",
      "manifest.registers[1].index: MIDR_EL1 (0x603000000013c000) is out of "
      "order" },
    { "registers", "[ " REG("") " ]",
      "manifest.registers[0].index: \"\" is not a number of 64 bits: 0x and "
      "hexadecimal digits" },
    { "registers", "[ " REG("0x") " ]", "\"0x\" is not a number" },
    { "registers", "[ " REG("603000000013c102") " ]",
      "\"603000000013c102\" is not a number" },
    { "registers", "[ " REG("0X603000000013c102") " ]",
      "\"0X603000000013c102\" is not a number" },
    { "registers", "[ " REG("0x603000000013C102") " ]", NULL },
    { "registers", "[ " REG("0x0603000000013c102") " ]", NULL },
    { "registers", "[ " REG("0x0x603000000013c102") " ]", "is not a number" },
    { "registers", "[ " REG("0x-1") " ]", "\"0x-1\" is not a number" },
    { "registers", "[ " REG("0x 1") " ]", "\"0x 1\" is not a number" },
    { "registers", "[ " REG("0x603000000013c10g") " ]", "is not a number" },
    { "registers", "[ " REG("0x16030000000140000") " ]", "is not a number" },
    { "registers", "[ " REG("0x0") " ]",
      "manifest.registers[0].index: 0x0 is not a register of 64-bit Arm" },
    /* KVM_REG_RISCV */
    { "registers", "[ " REG("0x8030000000000000") " ]",
      "0x8030000000000000 is not a register of 64-bit Arm" },
    { "registers", "[ " REG("0xffffffffffffffff") " ]",
      "0xffffffffffffffff is not a register of 64-bit Arm" },
    /* a vector register, of 256 bytes */
    { "registers", "[ " REG("0x6080000000150000") " ]", "manifest: " },
    { "registers", "[ " REG("0x603000000013c000") " ]",
      "manifest.registers[0].value is missing: MIDR_EL1 "
      "(0x603000000013c000) is a register that a guest cannot change" },
    { "registers",
      "[ { 'name': '', 'index': '0x603000000013c000', 'value': '1' } ]",
      "manifest.registers[0].value: \"1\" is not a number of 64 bits" },
    { "registers",
      "[ { 'name': '', 'index': '0x603000000013c000', 'value': 1 } ]",
      "Invalid parameter type for 'manifest.registers[0].value'" },
    { "registers",
      "[ { 'name': '', 'index': '0x6020000000110000',"
      "    'value': '0xffffffff' }, " MIDR_REG " ]", NULL },
    { "registers",
      "[ { 'name': '', 'index': '0x6020000000110000',"
      "    'value': '0x100000000' } ]",
      "manifest.registers[0].value: \"0x100000000\" is not a number of 32 "
      "bits" },
    /* a dump of a host has more, which does not count */
    { "registers",
      "[ { 'name': '', 'index': '0x603000000013c000',"
      "    'value': '0xffffffffffffffff', 'writable': '0xff' },"
      "  { 'name': '', 'index': '0x603000000013c102', 'value': '0x1' } ]",
      NULL },
    { "registers",
      "[ { 'name': '', 'index': '0x603000000013c000', 'value': '0x1',"
      "    'writable': 'all' } ]",
      "manifest.registers[0].writable: \"all\" is not a number" },
    { "registers",
      "[ { 'name': '', 'index': '0x603000000013c102', 'value': 'x' } ]",
      "manifest.registers[0].value: \"x\" is not a number" },
    { "host", "'db7.example'", NULL },
    { "capabilities", "[ 'arm-writable-imp-id-regs' ]", NULL },
    { "members", "[ 'a.json (n1-host, Linux 6.1.170)' ]", NULL },
    { "members", "[ 1 ]", "Invalid parameter type for 'manifest.members[0]'" },

    { "architecture", "'aarch64'", NULL },
    { "architecture", "'x86_64'", "manifest.architecture is \"x86_64\", this "
      "QEMU's guests are aarch64" },
    { "architecture", "'AArch64'", "manifest.architecture is \"AArch64\"" },
    { "architecture", "''", "manifest.architecture is \"\"" },
    { "architecture", "'arm'", "manifest.architecture is \"arm\"" },
    { "architecture",
      "'0123456789abcdef0123456789abcdef0123456789abcdef'",
      "is \"0123456789abcdef0123456789abcdef01234567\", this" },

    { "baseline", "'baseline pool (pool.json)'", NULL },
    { "baseline", "'\\u001b[2J'", NULL },
    { "baseline", "1", "Invalid parameter type for 'manifest.baseline'" },

    { "target-impl-cpus", "[]", NULL },
    { "target-impl-cpus", "[ " IMPL("0x413fd0c1") " ]", NULL },
    { "target-impl-cpus", "[ " IMPL("0xffffffff") ", " IMPL("0x0") " ]",
      NULL },
    { "target-impl-cpus", "[ " IMPL("0x1") ", " IMPL("0x01") " ]",
      "manifest.target-impl-cpus[1]: MIDR_EL1 0x1, REVIDR_EL1 0x2, AIDR_EL1 "
      "0x3 is in the list twice" },
    { "target-impl-cpus", "[ " IMPL("0x100000000") " ]",
      "manifest.target-impl-cpus[0]: MIDR_EL1 0x100000000 has more than 32 "
      "bits" },
    { "target-impl-cpus", "[ " IMPL("413fd0c1") " ]",
      "manifest.target-impl-cpus[0].midr: \"413fd0c1\" is not a number of 64 "
      "bits" },
    { "target-impl-cpus",
      "[ { 'midr': '0x1', 'revidr': '', 'aidr': '0x3' } ]",
      "manifest.target-impl-cpus[0].revidr: \"\" is not a number" },
    { "target-impl-cpus",
      "[ { 'midr': '0x1', 'revidr': '0x2', 'aidr': '0x10000000000000000' } ]",
      "manifest.target-impl-cpus[0].aidr: \"0x10000000000000000\" is not "
      "a number" },
    { "target-impl-cpus", "[ { 'midr': '0x1', 'revidr': '0x2' } ]",
      "Parameter 'manifest.target-impl-cpus[0].aidr' is missing" },
    { "target-impl-cpus", "[ '0x413fd0c1:0x0:0x0' ]",
      "Invalid parameter type for 'manifest.target-impl-cpus[0]'" },

    { "registers",
      "[ { 'name': '', 'index': '0x603000000013c000', 'value': '0x1',"
      "    'configured': true } ]", NULL },
    { "registers",
      "[ { 'name': '', 'index': '0x603000000013c000', 'value': '0x1',"
      "    'configured': 'yes' } ]",
      "Invalid parameter type for 'manifest.registers[0].configured'" },
    { "colour", "'blue'", "Parameter 'manifest.colour' is unexpected" },
};

static void test_members(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(members); i++) {
        QDict *json = qobject_to(QDict, qobject_from_json(manifest_json,
                                                          &error_abort));
        g_autoptr(ArmMigrationManifest) qapi = NULL;
        g_autoptr(ARMCPRegManifest) manifest = NULL;
        Error *err = NULL;
        const char *said;

        qdict_put_obj(json, members[i].member,
                      qobject_from_json(members[i].json, &error_abort));
        qapi = visit(json, &err);
        manifest = qapi ? arm_cpreg_manifest_from_qapi(qapi, &err) : NULL;
        said = err ? error_get_pretty(err) : "";
        if (!manifest != !!members[i].error || !manifest != !!err ||
            !strstr(said, members[i].error ?: "")) {
            g_test_message("%s: %s: \"%s\"", members[i].member,
                           members[i].json, said);
            g_test_fail();
        }
        error_free(err);
        qobject_unref(json);
    }
}

/* @extra registers behind one that is right */
static bool reads_list(size_t extra, Error **errp)
{
    g_autoptr(ArmMigrationManifest) qapi = g_new0(ArmMigrationManifest, 1);
    g_autoptr(ARMCPRegManifest) manifest = NULL;
    ArmRegisterList **tail = &qapi->registers;

    qapi->format = 1;
    qapi->kernel = g_strdup("6.18");
    for (size_t i = 0; i <= extra; i++) {
        ArmRegister *reg = g_new0(ArmRegister, 1);

        reg->name = g_strdup("");
        reg->index = arm_cpreg_hex((i ? TCR : MIDR) + i);
        reg->value = g_strdup("0x0");
        QAPI_LIST_APPEND(tail, reg);
    }
    manifest = arm_cpreg_manifest_from_qapi(qapi, errp);
    return manifest;
}

static void test_longest(void)
{
    Error *err = NULL;

    g_assert_true(reads_list(ARM_CPREG_LIST_MAX - 1, &error_abort));
    g_assert_false(reads_list(ARM_CPREG_LIST_MAX, &err));
    g_assert_cmpstr(error_get_pretty(err), ==,
                    "manifest.registers has 16385 entries, at most 16384 are "
                    "possible");
    error_free(err);
}

/* As many implementations as a list can have, and one more. */
static void test_impls(void)
{
    for (unsigned len = 64; len <= 65; len++) {
        QDict *json = qobject_to(QDict, qobject_from_json(manifest_json,
                                                          &error_abort));
        QList *list = qlist_new();
        g_autoptr(ArmMigrationManifest) qapi = NULL;
        g_autoptr(ARMCPRegManifest) manifest = NULL;
        Error *err = NULL;

        for (unsigned i = 0; i < len; i++) {
            g_autofree char *midr = g_strdup_printf("0x%x", i);
            QDict *impl = qdict_new();

            qdict_put_str(impl, "midr", midr);
            qdict_put_str(impl, "revidr", "0x0");
            qdict_put_str(impl, "aidr", "0x0");
            qlist_append(list, impl);
        }
        qdict_put(json, "target-impl-cpus", list);
        qapi = visit(json, &error_abort);
        manifest = arm_cpreg_manifest_from_qapi(qapi, &err);
        g_assert_true(!manifest == (len > 64));
        if (manifest) {
            g_assert_cmpuint(manifest->impls->len, ==, 64);
        } else {
            g_assert_cmpstr(error_get_pretty(err), ==, "manifest.target-impl-"
                            "cpus[64]: more than 64 implementations");
        }
        error_free(err);
        qobject_unref(json);
    }
}

/* A register that the guest can change cannot be configured. */
static void test_configured_without_value(void)
{
    QDict *json = configured_json();
    QListEntry *entry;
    g_autoptr(ArmMigrationManifest) qapi = NULL;
    g_autoptr(ARMCPRegManifest) manifest = NULL;
    g_autoptr(GByteArray) bytes = NULL;
    g_autofree char *fault = NULL;
    g_autoptr(ARMCPRegManifest) again = example();

    QLIST_FOREACH_ENTRY(qdict_get_qlist(json, "registers"), entry) {
        qdict_put_bool(qobject_to(QDict, qlist_entry_obj(entry)), "configured",
                       true);
    }
    qapi = visit(json, &error_abort);
    manifest = arm_cpreg_manifest_from_qapi(qapi, &error_abort);
    g_assert_cmpmem(manifest->configured_indexes, manifest->configured_len * 8,
                    manifest->fixed_indexes, manifest->fixed_len * 8);
    /* so that a stream of it is taken */
    bytes = arm_cpreg_manifest_encode_configured(manifest);
    fault = arm_cpreg_manifest_decode_configured(again, bytes->data,
                                                 bytes->len);
    g_assert_cmpstr(fault, ==, NULL);
    qobject_unref(json);
}

static QObject *verdict_json(ArmMigrationVerdict *verdict)
{
    QObject *found = NULL;
    Visitor *v = qobject_output_visitor_new(&found);

    visit_type_ArmMigrationVerdict(v, NULL, &verdict, &error_abort);
    visit_complete(v, &found);
    visit_free(v);
    return found;
}

/* A host without TCR_EL1, TCR2_EL1 and caches, with a register more. */
static const uint64_t here_indexes[] = { OSLSR, MIDR, MMFR3, 0x603000000013ffff,
                                         PSCI };
static const ARMCPRegList here = {
    .indexes = here_indexes,
    .len = G_N_ELEMENTS(here_indexes),
};

static void test_verdict(void)
{
    g_autoptr(ARMCPRegManifest) manifest = example();
    g_autoptr(GString) refused = g_string_new(NULL);
    g_autoptr(ArmMigrationVerdict) verdict = NULL;
    g_autoptr(ARMCPRegLoad) load = arm_cpreg_load_new();
    static const ARMCPRegWrite writes[] = {
        { MIDR, 1, 1 },
        { PSCI, 0x10003, 0x10001, ARM_CPREG_VALUE_REFUSED,
          .why = "KVM refuses the value" },
        { MMFR3, 0x111, 0x11, ARM_CPREG_CHANGED,
          .why = "KVM changes it when the guest runs" },
        /* in neither list any more: the value that KVM took before hid it */
        { PSCI + 1, 1, 1, ARM_CPREG_VALUE_REFUSED,
          .why = "KVM no longer has the register" },
    };

    manifest_reconcile(manifest, &here, &load->report, refused);
    g_array_append_vals(load->writes, writes, G_N_ELEMENTS(writes));
    verdict = arm_cpreg_verdict(manifest, load, "it is refused");
    assert_json(verdict_json(verdict),
        "{ 'compatible': false, 'error': 'it is refused', 'registers': ["
        "  { 'name': 'CCSIDR[0]', 'index': '0x6020000000110000',"
        "    'outcome': 'refused', 'source': '0x701fe00a',"
        "    'reason': 'the guest may have this cache (the stream has no "
        "CLIDR_EL1)',"
        "    'kernel': '6.3, 7af0c2534f4c' },"
        "  { 'name': 'OSLSR_EL1', 'index': '0x603000000013808c',"
        "    'outcome': 'both' },"
        "  { 'name': 'MIDR_EL1', 'index': '0x603000000013c000',"
        "    'outcome': 'both', 'source': '0x413fd0c1' },"
        "  { 'name': 'ID_AA64MMFR3_EL1', 'index': '0x603000000013c03b',"
        "    'outcome': 'value-changed', 'source': '0x111',"
        "    'destination': '0x11',"
        "    'reason': 'KVM changes it when the guest runs"
        " (ID_AA64MMFR3_EL1.S1PIE: source 1, destination 0)' },"
        "  { 'name': 'TCR_EL1', 'index': '0x603000000013c102',"
        "    'outcome': 'refused',"
        "    'reason': 'it cannot be dropped safely' },"
        "  { 'name': 'TCR2_EL1', 'index': '0x603000000013c103',"
        "    'outcome': 'tolerated', 'reason': 'the guest has no FEAT_TCR2',"
        "    'kernel': '6.13, 0fcb4eea5345' },"
        "  { 'name': 'S3_7_C15_C15_7', 'index': '0x603000000013ffff',"
        "    'outcome': 'missing' },"
        "  { 'name': 'PSCI_VERSION', 'index': '0x6030000000140000',"
        "    'outcome': 'value-refused', 'source': '0x10003',"
        "    'destination': '0x10001', 'reason': 'KVM refuses the value (PSCI: "
        "source 1.3, destination 1.1; start the guest with "
        "-cpu host,kvm-psci-version=1.1)' },"
        "  { 'name': 'SMCCC_ARCH_WORKAROUND_1', 'index':"
        "    '0x6030000000140001', 'outcome': 'value-refused',"
        "    'source': '0x1', 'destination': '0x1',"
        "    'reason': 'KVM no longer has the register' } ] }");
}

/* The guest's feature, and what it read where a register is missing. */
static void test_verdict_gate(void)
{
    static const uint64_t there[] = { MMFR3, TCR2 };
    static const uint64_t both[] = { OSLSR, MMFR3 };
    static const ARMCPRegList two = { .indexes = both, .len = 2 };
    g_autoptr(ARMCPRegManifest) manifest = example();
    g_autoptr(GString) refused = g_string_new(NULL);
    g_autoptr(ArmMigrationVerdict) verdict = NULL;
    g_autoptr(ARMCPRegLoad) load = arm_cpreg_load_new();

    manifest->len = G_N_ELEMENTS(there);
    memcpy(manifest->indexes, there, sizeof(there));
    manifest->fixed_len = 1;
    manifest->fixed_indexes[0] = MMFR3;
    manifest->fixed_values[0] = 1;
    manifest_reconcile(manifest, &two, &load->report, refused);
    verdict = arm_cpreg_verdict(manifest, load, refused->str);
    assert_json(verdict_json(verdict),
        "{ 'compatible': false,"
        "  'error': 'TCR2_EL1 (0x603000000013c103): the destination has no "
        "such register, and the guest can use it (ID_AA64MMFR3_EL1.TCRX is "
        "1)',"
        "  'registers': ["
        "  { 'name': 'OSLSR_EL1', 'index': '0x603000000013808c',"
        "    'outcome': 'missing', 'source': '0x8',"
        "    'reason': 'the guest saw that the OS lock is not set',"
        "    'kernel': '5.18, d42e26716d03' },"
        "  { 'name': 'ID_AA64MMFR3_EL1', 'index': '0x603000000013c03b',"
        "    'outcome': 'both', 'source': '0x1' },"
        "  { 'name': 'TCR2_EL1', 'index': '0x603000000013c103',"
        "    'outcome': 'refused',"
        "    'reason': 'the guest can use it (ID_AA64MMFR3_EL1.TCRX is 1)',"
        "    'kernel': '6.13, 0fcb4eea5345' } ] }");
}

/* Features differ: nothing is known of registers. */
static void test_verdict_empty(void)
{
    g_autoptr(ARMCPRegManifest) manifest = example();
    g_autoptr(ARMCPRegLoad) load = arm_cpreg_load_new();
    g_autoptr(ArmMigrationVerdict) no =
        arm_cpreg_verdict(manifest, load, "sve");
    g_autoptr(ArmMigrationVerdict) yes =
        arm_cpreg_verdict(manifest, load, NULL);

    assert_json(verdict_json(no), "{ 'compatible': false, 'error': 'sve', "
                                  "'registers': [] }");
    assert_json(verdict_json(yes), "{ 'compatible': true, 'registers': [] }");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/arm/cpreg-qmp/write", test_write);
    g_test_add_func("/arm/cpreg-qmp/table", test_table);
    g_test_add_func("/arm/cpreg-qmp/table-of-little", test_table_of_little);
    g_test_add_func("/arm/cpreg-qmp/read", test_read);
    g_test_add_func("/arm/cpreg-qmp/write-configured", test_write_configured);
    g_test_add_func("/arm/cpreg-qmp/read-configured", test_read_configured);
    g_test_add_func("/arm/cpreg-qmp/impls", test_impls);
    g_test_add_func("/arm/cpreg-qmp/configured-without-value",
                    test_configured_without_value);
    g_test_add_func("/arm/cpreg-qmp/members", test_members);
    g_test_add_func("/arm/cpreg-qmp/longest", test_longest);
    g_test_add_func("/arm/cpreg-qmp/verdict", test_verdict);
    g_test_add_func("/arm/cpreg-qmp/verdict-gate", test_verdict_gate);
    g_test_add_func("/arm/cpreg-qmp/verdict-empty", test_verdict_empty);
    return g_test_run();
}
