/* SPDX-License-Identifier: GPL-2.0-or-later */
/* compare: can guests go from one dumped host to another? */

#include "qemu/osdep.h"
#include "report.h"
#include "verbs.h"

static const char summary[] =
    "Tell whether a guest of one host can migrate to another, as QEMU would\n"
    "decide it when the guest arrives.  Of three and more hosts: which kinds\n"
    "there are, and which groups can exchange guests.";

static const char examples[] =
    "The guest is one started on the first host with the options of its dump\n"
    "(kvm-arm-regs dump --cpu-feature).  \"-\" is standard input.\n"
    "\n"
    "Examples:\n"
    "  kvm-arm-regs compare old.json new.json\n"
    "  kvm-arm-regs compare --one-way old.json new.json && echo go\n"
    "  kvm-arm-regs compare --json host-*.json | jq .groups\n"
    "\n"
    "Exit status: 0 compatible in both directions (--one-way: from the first\n"
    "to the second), 1 not, or not known, 2 error.";

static int compare_two(const HostDump *a, const HostDump *b, bool one_way,
                       bool as_json)
{
    const HostDump *ways[][2] = { { a, b }, { b, a } };
    g_autoptr(JsonBuilder) json = json_builder_new();
    Verdict worst = VERDICT_COMPATIBLE;

    json_builder_begin_object(json);
    json_out_array(json, "directions");
    for (int i = 0; i < (one_way ? 1 : 2); i++) {
        g_autoptr(Decision) decision = decide(ways[i][0], ways[i][1]);

        worst = MAX(worst, decision->verdict);
        if (as_json) {
            report_json(json, ways[i][0], ways[i][1], decision,
                        OUTCOME_KEPT);
        } else {
            fputs(i ? "\n" : "", stdout);
            report_print(ways[i][0], ways[i][1], decision);
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

int verb_compare(int argc, char **argv)
{
    gboolean one_way = false, as_json = false;
    const GOptionEntry options[] = {
        { "one-way", 0, 0, G_OPTION_ARG_NONE, &one_way,
          "Only from the first host to the second", NULL },
        { "json", 0, 0, G_OPTION_ARG_NONE, &as_json,
          "The result as JSON, with every register that is not the same",
          NULL },
        { NULL }
    };
    g_auto(GStrv) files = verb_parse(argc, argv, "compare",
                                     "FILE FILE [FILE...]", options, summary,
                                     examples);
    g_autoptr(GPtrArray) dumps = NULL;

    if (!files) {
        return EXIT_ERROR;
    }
    if (g_strv_length(files) < 2) {
        return verb_fail("compare: %u file%s, at least two are compared; see "
                         "kvm-arm-regs compare --help", g_strv_length(files),
                         *files ? "" : "s");
    }
    if (one_way && files[2]) {
        return verb_fail("compare: --one-way is from one file to one other, "
                         "not among %u", g_strv_length(files));
    }
    dumps = verb_read(files);
    if (!dumps) {
        return EXIT_ERROR;
    }
    if (dumps->len == 2) {
        return compare_two(dumps->pdata[0], dumps->pdata[1], one_way, as_json);
    }
    verb_drop_repeated(dumps, dumps->len);
    return compare_many(dumps, as_json);
}
