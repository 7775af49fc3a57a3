/* SPDX-License-Identifier: GPL-2.0-or-later */
/* compare: can guests go from one dumped host to another? */

#include "qemu/osdep.h"
#include "compare-matrix.h"
#include "compare-report.h"
#include "json-out.h"
#include "verbs.h"

static int compare_two(const HostDump *a, const HostDump *b, bool one_way,
                       bool as_json)
{
    const HostDump *ways[][2] = { { a, b }, { b, a } };
    g_autoptr(JsonBuilder) json = json_builder_new();
    Verdict worst = VERDICT_COMPATIBLE;

    json_builder_begin_object(json);
    json_out_array(json, "directions");
    for (int i = 0; i < (one_way ? 1 : 2); i++) {
        g_autoptr(Comparison) comparison = compare_hosts(ways[i][0],
                                                         ways[i][1]);

        worst = MAX(worst, comparison->verdict);
        if (as_json) {
            compare_report_json(json, ways[i][0], ways[i][1], comparison,
                                OUTCOME_KEPT);
        } else {
            fputs(i ? "\n" : "", stdout);
            compare_report_print(ways[i][0], ways[i][1], comparison);
        }
    }
    json_builder_end_array(json);
    json_out_string(json, "verdict", verdict_names[worst]);
    json_builder_end_object(json);
    if (as_json) {
        g_autofree char *text = json_out_text(json);

        fputs(text, stdout);
    }
    return worst == VERDICT_COMPATIBLE ? EXIT_COMPATIBLE : EXIT_INCOMPATIBLE;
}

static int run_compare(const Verb *verb, int argc, char **argv)
{
    gboolean one_way = false, as_json = false;
    const GOptionEntry options[] = {
        { "one-way", 0, 0, G_OPTION_ARG_NONE, &one_way,
          "Compare only from the first host to the second", NULL },
        { "json", 0, 0, G_OPTION_ARG_NONE, &as_json,
          "Print JSON, with all registers that differ", NULL },
        { NULL }
    };
    g_auto(GStrv) files = verb_parse(verb, argc, argv, options);
    g_autoptr(GPtrArray) dumps = NULL;

    if (!files) {
        return EXIT_ERROR;
    }
    if (one_way && files[2]) {
        return verb_fail("compare: %u files given with --one-way; give two, "
                         "the source first", g_strv_length(files));
    }
    dumps = verb_read(files);
    if (!dumps) {
        return EXIT_ERROR;
    }
    if (dumps->len == 2) {
        return compare_two(dumps->pdata[0], dumps->pdata[1], one_way, as_json);
    }
    verb_drop_repeated(dumps, dumps->len);
    return compare_matrix_print(dumps, as_json) ? EXIT_COMPATIBLE
                                                : EXIT_INCOMPATIBLE;
}

const Verb verb_compare = {
    .name = "compare",
    .brief = "can guests go from one dumped host to another?",
    .arguments = "FILE FILE [FILE...]",
    .least = 2,
    .summary =
        "Tell whether a guest can migrate from one host to another, as QEMU\n"
        "decides it when the guest arrives.  With three or more hosts: find\n"
        "the kinds of hosts, and the groups that can exchange guests.",
    .notes =
        "The guest starts on the first host with the options of its dump\n"
        "(kvm-arm-regs dump --cpu-feature).  \"-\" is standard input.\n"
        "\n"
        "Examples:\n"
        "  kvm-arm-regs compare old.json new.json\n"
        "  kvm-arm-regs compare --one-way old.json new.json && echo go\n"
        "  kvm-arm-regs compare --json host-*.json | jq .groups\n"
        "\n"
        "Exit status: 0 compatible in both directions (--one-way: from the\n"
        "first to the second), 1 not compatible or not known, 2 error.",
    .run = run_compare,
};
