/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A baseline for people, and as JSON: what it costs, and what is in the way. */

#include "qemu/osdep.h"
#include "baseline-loss.h"
#include "host-groups.h"
#include "json-out.h"
#include "terminal.h"

static const GPtrArray *hosts_of(const Baseline *baseline, guint i)
{
    const HostKind *kind = g_ptr_array_index(baseline->kinds, i);

    return kind->dumps;
}

static void print_head(const Baseline *baseline)
{
    const ARMCPRegManifest *pool = baseline->pool->manifest;
    g_autofree char *features = host_dump_features(&pool->init);
    g_autofree char *lengths = host_dump_lengths(pool->init.sve_vls);
    g_autofree char *caps = g_strjoinv(", ", baseline->pool->capabilities);
    g_autofree char *head = g_strdup_printf(
        "%u host%s, Linux %s and later",
        g_strv_length(baseline->pool->members),
        g_strv_length(baseline->pool->members) == 1 ? "" : "s", pool->kernel);
    g_autofree char *shown = coloured(BOLD, head);

    printf("%s\nfeatures      ", shown);
    print_wrapped(14, *features ? features : "none");
    printf("SVE           ");
    print_wrapped(14, *lengths ? lengths : "none");
    printf("capabilities  ");
    print_wrapped(14, *caps ? caps : "none that all have");
}

static void print_losses(const Baseline *baseline, guint i)
{
    g_autoptr(GPtrArray) losses = baseline_losses(baseline, i);
    g_autofree char *titles = host_titles(hosts_of(baseline, i));
    g_autofree char *line = g_strdup_printf(
        "%s %s", titles, hosts_of(baseline, i)->len > 1
        ? (losses->len ? "lose:" : "lose nothing")
        : (losses->len ? "loses:" : "loses nothing"));

    putchar('\n');
    print_wrapped(0, line);
    for (guint n = 0; n < losses->len; n++) {
        const BaselineLoss *loss = g_ptr_array_index(losses, n);
        g_autofree char *who = host_titles(loss->holders);
        g_autofree char *text = g_strdup_printf(
            "%s: %s -> %s%s%s", loss->name, loss->has, loss->gets,
            *who ? ", for " : ", for all together", who);

        printf("  ");
        print_wrapped(4, text);
    }
}

/* What all others would keep without the hosts of one kind. */
static void print_holder(const Baseline *baseline, guint holder)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal,
                                                       g_free, NULL);
    g_autoptr(GString) text = g_string_new(NULL);
    g_autofree char *titles = host_titles(hosts_of(baseline, holder));

    for (guint i = 0; i < baseline->kinds->len; i++) {
        g_autoptr(GPtrArray) losses = baseline_losses(baseline, i);

        for (guint n = 0; n < losses->len; n++) {
            const BaselineLoss *loss = g_ptr_array_index(losses, n);

            if (loss->holder == (int)holder &&
                g_hash_table_add(seen, g_strdup(loss->name))) {
                g_string_append_printf(text, "%s%s", text->len ? ", " : "",
                                       loss->name);
            }
        }
    }
    if (text->len) {
        g_autofree char *line = g_strdup_printf(
            "%s alone hold%s the pool back in %s", titles,
            hosts_of(baseline, holder)->len > 1 ? "" : "s", text->str);

        putchar('\n');
        print_wrapped(0, line);
    }
}

static void print_conflicts(const Baseline *baseline)
{
    g_autofree char *shown = coloured(RED, "no baseline");

    if (!baseline->conflicts->len) {
        return;
    }
    printf("\n%s:\n", shown);
    for (guint i = 0; i < baseline->conflicts->len; i++) {
        printf("  ");
        print_wrapped(4, g_array_index(baseline->conflicts, BaselineConflict,
                                       i).text);
    }
}

void baseline_explain(const Baseline *baseline)
{
    print_head(baseline);
    /* Without registers nothing was joined. */
    for (guint i = 0; baseline->pool->regs->len && i < baseline->kinds->len;
         i++) {
        print_losses(baseline, i);
    }
    for (guint i = 0; baseline->kinds->len > 1 && i < baseline->kinds->len;
         i++) {
        print_holder(baseline, i);
    }
    print_conflicts(baseline);
}

static void add_titles(JsonBuilder *json, const char *name,
                       const GPtrArray *dumps)
{
    json_out_array(json, name);
    for (guint i = 0; i < dumps->len; i++) {
        g_autofree char *title = host_dump_title(dumps->pdata[i]);

        json_builder_add_string_value(json, title);
    }
    json_builder_end_array(json);
}

static void add_kind(JsonBuilder *json, const Baseline *baseline, guint i)
{
    g_autoptr(GPtrArray) losses = baseline_losses(baseline, i);

    json_builder_begin_object(json);
    add_titles(json, "hosts", hosts_of(baseline, i));
    json_out_array(json, "loses");
    for (guint n = 0; n < losses->len; n++) {
        const BaselineLoss *loss = g_ptr_array_index(losses, n);

        json_builder_begin_object(json);
        json_out_string(json, "name", loss->name);
        json_out_string(json, "has", loss->has);
        json_out_string(json, "gets", loss->gets);
        add_titles(json, "for", loss->holders);
        json_builder_end_object(json);
    }
    json_builder_end_array(json);
    json_builder_end_object(json);
}

static void add_conflict(JsonBuilder *json, const BaselineConflict *conflict)
{
    json_builder_begin_object(json);
    json_out_string(json, "name", conflict->name);
    if (conflict->regidx) {
        g_autofree char *index = g_strdup_printf("0x%016" PRIx64,
                                                 conflict->regidx);

        json_out_string(json, "index", index);
    }
    json_out_string(json, "text", conflict->text);
    json_builder_end_object(json);
}

char *baseline_to_json(const Baseline *baseline)
{
    g_autoptr(JsonBuilder) json = json_builder_new();

    json_builder_begin_object(json);
    json_out_array(json, "kinds");
    for (guint i = 0; baseline->pool->regs->len && i < baseline->kinds->len;
         i++) {
        add_kind(json, baseline, i);
    }
    json_builder_end_array(json);
    json_out_array(json, "conflicts");
    for (guint i = 0; i < baseline->conflicts->len; i++) {
        add_conflict(json, &g_array_index(baseline->conflicts,
                                          BaselineConflict, i));
    }
    json_builder_end_array(json);
    json_builder_end_object(json);
    return json_out_text(json);
}
