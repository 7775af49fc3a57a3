/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The JSON of kvm-arm-regs: any bytes as a host's dump; what is one is written
 * again, compared both ways with a host, and put into a pool with it.
 */

#include "qemu/osdep.h"
#include "fuzz.h"
#include "contrib/kvm-arm-regs/src/baseline-explain.h"
#include "contrib/kvm-arm-regs/src/baseline-make.h"
#include "contrib/kvm-arm-regs/src/compare.h"
#include "contrib/kvm-arm-regs/src/host-dump-parse.h"
#include "contrib/kvm-arm-regs/src/host-dump-write.h"
#include "contrib/kvm-arm-regs/src/json-text.h"

static const char host_text[] =
    "{\"format\": 1, \"kernel\": \"6.18.15\", \"target\": 5,"
    " \"features\": [\"psci-0.2\", \"pmu-v3\"], \"sve-vector-lengths\": [],"
    " \"registers\": ["
    "{\"name\": \"MIDR_EL1\", \"index\": \"0x603000000013c000\","
    " \"value\": \"0x413fd0c1\"},"
    "{\"name\": \"ID_AA64PFR0_EL1\", \"index\": \"0x603000000013c020\","
    " \"value\": \"0x1100000011111112\", \"writable\": \"0xf\"},"
    "{\"name\": \"TCR_EL1\", \"index\": \"0x603000000013c102\","
    " \"value\": \"0x0\"},"
    "{\"name\": \"PSCI_VERSION\", \"index\": \"0x6030000000140000\","
    " \"value\": \"0x10003\"}]}";

static HostDump *parse(const char *text, size_t len, char **fault)
{
    g_autoptr(HostDump) dump = NULL;
    JsonTextSpan host;

    *fault = json_text_fault(text, len, "host", &host);
    if (*fault) {
        return NULL;
    }
    dump = host_dump_new();
    *fault = host_dump_parse(dump, text, len);
    return *fault ? NULL : g_steal_pointer(&dump);
}

/* A new one of the same text, with a path, as each file has one. */
static HostDump *parse_good(const char *text)
{
    g_autofree char *fault = NULL;
    HostDump *dump = parse(text, strlen(text), &fault);

    g_assert_cmpstr(fault, ==, NULL);
    dump->path = g_strdup("host.json");
    return dump;
}

static void check_comparison(const HostDump *from, const HostDump *to)
{
    g_autoptr(Comparison) comparison = compare_hosts(from, to);
    Outcome worst = OUTCOME_KEPT;

    for (guint i = 0; i < comparison->findings->len; i++) {
        const Finding *finding = &g_array_index(comparison->findings, Finding,
                                                i);

        worst = MAX(worst, finding->outcome);
        fuzz_check_text(finding->text, SIZE_MAX);
    }
    g_assert_true((worst == OUTCOME_REFUSED) ==
                  (comparison->verdict == VERDICT_REFUSED));
    g_assert_true(worst < OUTCOME_UNKNOWN ||
                  comparison->verdict != VERDICT_COMPATIBLE);
}

static void check_pool(HostDump *dump, HostDump *host)
{
    g_autofree char *fault = baseline_fault(dump);
    g_autoptr(GPtrArray) dumps = g_ptr_array_new();

    if (fault) {
        fuzz_check_text(fault, SIZE_MAX);
        return;
    }
    g_ptr_array_add(dumps, dump);
    g_ptr_array_add(dumps, host);
    for (int impls = 0; impls < 2; impls++) {
        g_autoptr(Baseline) baseline = baseline_make(dumps, impls);

        for (guint i = 0; i < baseline->conflicts->len; i++) {
            fuzz_check_text(g_array_index(baseline->conflicts,
                                          BaselineConflict, i).text, SIZE_MAX);
        }
        if (!baseline->conflicts->len) {
            g_autofree char *json = baseline_to_json(baseline);
            g_autoptr(HostDump) again = parse_good(json);

            g_assert_nonnull(again->manifest);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *fault = NULL;
    g_autoptr(HostDump) dump = NULL;
    g_autoptr(HostDump) again = NULL;
    g_autoptr(HostDump) host = NULL;
    g_autofree char *json = NULL;
    g_autofree char *json2 = NULL;

    if (size > HOST_DUMP_MAX) {
        return 0;
    }
    dump = parse((const char *)data, size, &fault);
    if (!dump) {
        fuzz_check_text(fault, SIZE_MAX);
        return 0;
    }
    dump->path = g_strdup("fuzz.json");
    json = host_dump_to_json(dump);
    again = parse_good(json);
    json2 = host_dump_to_json(again);
    g_assert_cmpstr(json, ==, json2);

    host = parse_good(host_text);
    check_comparison(dump, host);
    check_comparison(host, dump);
    check_comparison(dump, again);
    check_pool(dump, host);
    return 0;
}
