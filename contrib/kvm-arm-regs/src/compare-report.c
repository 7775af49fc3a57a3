/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A comparison in words, and as JSON. */

#include "qemu/osdep.h"
#include "compare-report.h"
#include "json-out.h"

#define MARK_WIDTH 12

Colour verdict_colour(Verdict verdict)
{
    return verdict == VERDICT_COMPATIBLE ? COLOUR_GREEN :
           verdict == VERDICT_UNKNOWN ? COLOUR_YELLOW : COLOUR_RED;
}

static char *finding_name(const Finding *finding)
{
    return finding->regidx ? arm_cpreg_short_name(finding->regidx)
                           : g_strdup("vCPU features");
}

char *compare_report_names(const Comparison *comparison, Outcome outcome)
{
    g_autoptr(GString) text = g_string_new(NULL);

    for (guint i = 0; i < comparison->findings->len; i++) {
        const Finding *finding = &g_array_index(comparison->findings, Finding,
                                                i);
        g_autofree char *name = finding_name(finding);

        if (finding->outcome == outcome) {
            g_string_append_printf(text, "%s%s", text->len ? ", " : "", name);
        }
    }
    return g_string_free(g_steal_pointer(&text), false);
}

/* "  refused     text", wrapped behind the mark. */
static void print_line(Colour colour, const char *mark, const char *text)
{
    g_autofree char *shown = terminal_coloured(colour, mark);

    printf("  %s%*s", shown, (int)(MARK_WIDTH - strlen(mark)), "");
    terminal_print(2 + MARK_WIDTH, text);
}

/* For what is not refused the names are enough. */
static void print_names(const Comparison *comparison, Outcome outcome)
{
    g_autofree char *names = compare_report_names(comparison, outcome);

    if (*names) {
        print_line(COLOUR_PLAIN, outcome_names[outcome], names);
    }
}

void compare_report_print(const HostDump *source, const HostDump *destination,
                          const Comparison *comparison)
{
    g_autofree char *from = host_dump_title(source);
    g_autofree char *to = host_dump_title(destination);
    g_autofree char *verdict = terminal_coloured(
        verdict_colour(comparison->verdict),
        verdict_names[comparison->verdict]);
    g_autofree char *line = g_strdup_printf("-> %s: %s", to, verdict);

    terminal_print(0, from);
    printf("  ");
    terminal_print(2, line);
    for (guint i = 0; i < comparison->findings->len; i++) {
        const Finding *finding = &g_array_index(comparison->findings, Finding,
                                                i);

        if (finding->outcome >= OUTCOME_UNKNOWN) {
            print_line(finding->outcome == OUTCOME_REFUSED ? COLOUR_RED
                                                           : COLOUR_YELLOW,
                       outcome_names[finding->outcome], finding->text);
        }
    }
    print_names(comparison, OUTCOME_DROPPED);
    print_names(comparison, OUTCOME_TAKEN);
    print_names(comparison, OUTCOME_KEPT);
}

void compare_report_json(JsonBuilder *json, const HostDump *source,
                         const HostDump *destination,
                         const Comparison *comparison, Outcome least)
{
    json_builder_begin_object(json);
    json_out_string(json, "from", source->path);
    json_out_string(json, "to", destination->path);
    json_out_string(json, "verdict", verdict_names[comparison->verdict]);
    json_out_array(json, "findings");
    for (guint i = 0; i < comparison->findings->len; i++) {
        const Finding *finding = &g_array_index(comparison->findings, Finding,
                                                i);

        if (finding->outcome < least) {
            continue;
        }
        json_builder_begin_object(json);
        json_out_string(json, "outcome", outcome_names[finding->outcome]);
        if (finding->regidx) {
            g_autofree char *name = finding_name(finding);
            g_autofree char *index = g_strdup_printf("0x%016" PRIx64,
                                                     finding->regidx);

            json_out_string(json, "name", name);
            json_out_string(json, "index", index);
        }
        json_out_string(json, "text", finding->text);
        json_builder_end_object(json);
    }
    json_builder_end_array(json);
    json_builder_end_object(json);
}
