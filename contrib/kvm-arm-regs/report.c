/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A decision in words, and as JSON. */

#include "qemu/osdep.h"
#include "report.h"

#define MARK_WIDTH 12

Colour verdict_colour(Verdict verdict)
{
    return verdict == VERDICT_COMPATIBLE ? GREEN :
           verdict == VERDICT_UNKNOWN ? YELLOW : RED;
}

static char *name_of(const Finding *finding)
{
    return finding->regidx ? arm_cpreg_short_name(finding->regidx)
                           : g_strdup("vCPU features");
}

char *report_names(const Decision *decision, Outcome outcome)
{
    g_autoptr(GString) text = g_string_new(NULL);

    for (guint i = 0; i < decision->findings->len; i++) {
        const Finding *finding = &g_array_index(decision->findings, Finding,
                                                i);
        g_autofree char *name = name_of(finding);

        if (finding->outcome == outcome) {
            g_string_append_printf(text, "%s%s", text->len ? ", " : "", name);
        }
    }
    return g_string_free(g_steal_pointer(&text), false);
}

/* "  refused     text", wrapped behind the mark. */
static void print_line(Colour colour, const char *mark, const char *text)
{
    g_autofree char *shown = coloured(colour, mark);

    printf("  %s%*s", shown, (int)(MARK_WIDTH - strlen(mark)), "");
    print_wrapped(2 + MARK_WIDTH, text);
}

/* What does not stand in the way needs no more than the names. */
static void print_names(const Decision *decision, Outcome outcome)
{
    g_autofree char *names = report_names(decision, outcome);

    if (*names) {
        print_line(PLAIN, outcome_names[outcome], names);
    }
}

void report_print(const HostDump *source, const HostDump *destination,
                  const Decision *decision)
{
    g_autofree char *from = host_dump_title(source);
    g_autofree char *to = host_dump_title(destination);
    g_autofree char *verdict = coloured(verdict_colour(decision->verdict),
                                        verdict_names[decision->verdict]);

    g_autofree char *line = g_strdup_printf("-> %s: %s", to, verdict);

    print_wrapped(0, from);
    printf("  ");
    print_wrapped(2, line);
    for (guint i = 0; i < decision->findings->len; i++) {
        const Finding *finding = &g_array_index(decision->findings, Finding,
                                                i);

        if (finding->outcome >= OUTCOME_UNKNOWN) {
            print_line(finding->outcome == OUTCOME_REFUSED ? RED : YELLOW,
                       outcome_names[finding->outcome], finding->text);
        }
    }
    print_names(decision, OUTCOME_LEFT_BEHIND);
    print_names(decision, OUTCOME_TAKEN);
    print_names(decision, OUTCOME_KEPT);
}

void report_json(JsonBuilder *json, const HostDump *source,
                 const HostDump *destination, const Decision *decision,
                 Outcome least)
{
    json_builder_begin_object(json);
    json_out_string(json, "from", source->path);
    json_out_string(json, "to", destination->path);
    json_out_string(json, "verdict", verdict_names[decision->verdict]);
    json_out_array(json, "findings");
    for (guint i = 0; i < decision->findings->len; i++) {
        const Finding *finding = &g_array_index(decision->findings, Finding,
                                                i);

        if (finding->outcome < least) {
            continue;
        }
        json_builder_begin_object(json);
        json_out_string(json, "outcome", outcome_names[finding->outcome]);
        if (finding->regidx) {
            g_autofree char *name = name_of(finding);
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
