/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A baseline for people, and as JSON: what it costs, and its conflicts. */

#include "qemu/osdep.h"
#include "baseline-explain.h"
#include "baseline-loss.h"
#include "host-dump-write.h"
#include "host-groups.h"
#include "json-out.h"
#include "terminal-text.h"

/* For people */

static void print_head(const Baseline *baseline)
{
    const ARMCPRegManifest *pool = baseline->pool->manifest;
    g_autofree char *features = host_dump_features(&pool->init);
    g_autofree char *lengths = arm_cpreg_lengths(pool->init.sve_vls);
    g_autofree char *caps = g_strjoinv(", ", baseline->pool->capabilities);
    g_autofree char *head = g_strdup_printf(
        "%u host%s, Linux %s and later",
        g_strv_length(baseline->pool->members),
        g_strv_length(baseline->pool->members) == 1 ? "" : "s", pool->kernel);
    g_autofree char *shown = terminal_coloured(COLOUR_BOLD, head);

    printf("%s\nfeatures      ", shown);
    terminal_print(14, *features ? features : "none");
    printf("SVE           ");
    terminal_print(14, *lengths ? lengths : "none");
    printf("capabilities  ");
    terminal_print(14, *caps ? caps : "none in common");
}

static void print_holder(const Baseline *baseline, const GPtrArray *losers,
                         guint holder)
{
    g_autoptr(GPtrArray) held = baseline_held_back(baseline, losers, holder);
    const GPtrArray *hosts = baseline_hosts(baseline, holder);
    g_autofree char *titles = host_titles(hosts);
    g_autoptr(GString) line = g_string_new(titles);
    bool caches = false;

    g_string_append_printf(line, " alone hold%s back the pool:",
                           hosts->len > 1 ? "" : "s");
    for (guint i = 0; i < held->len; i++) {
        const BaselineLoss *loss = g_ptr_array_index(held, i);
        bool is_cache = baseline_is_cache(loss->regidx);

        if (!is_cache || !caches) {
            g_string_append_printf(line, "%s %s", i ? "," : "",
                                   is_cache ? "caches" : loss->name);
        }
        caches |= is_cache;
    }
    if (held->len) {
        putchar('\n');
        terminal_print(0, line->str);
    }
}

static void print_conflicts(const Baseline *baseline)
{
    g_autofree char *shown = terminal_coloured(COLOUR_RED, "no baseline");

    if (!baseline->conflicts->len) {
        return;
    }
    printf("\n%s:\n", shown);
    for (guint i = 0; i < baseline->conflicts->len; i++) {
        printf("  ");
        terminal_print(4, g_array_index(baseline->conflicts, BaselineConflict,
                                        i).text);
    }
}

/* The hosts with these caches: with all of them, if there is such a host. */
static void print_caches(const GPtrArray *losses)
{
    g_autoptr(GPtrArray) some = g_ptr_array_new();
    g_autoptr(GPtrArray) all = NULL;
    g_autofree char *files = NULL;
    g_autofree char *line = NULL;

    for (guint i = 0; i < losses->len; i++) {
        const BaselineLoss *loss = g_ptr_array_index(losses, i);

        if (!baseline_is_cache(loss->regidx)) {
            continue;
        }
        if (!all) {
            all = g_ptr_array_copy(loss->holders, NULL, NULL);
        }
        for (guint n = all->len; n-- > 0;) {
            if (!g_ptr_array_find(loss->holders, all->pdata[n], NULL)) {
                g_ptr_array_remove_index(all, n);
            }
        }
        for (guint n = 0; n < loss->holders->len; n++) {
            if (!g_ptr_array_find(some, loss->holders->pdata[n], NULL)) {
                g_ptr_array_add(some, loss->holders->pdata[n]);
            }
        }
    }
    if (all) {
        files = host_files(all->len ? all : some);
        line = g_strdup_printf("caches: as on %s", files);
        printf("  ");
        terminal_print(4, line);
    }
}

/* Losses from @first on to the same hosts; mark them in @printed. */
static void print_losses_for(const GPtrArray *losses, guint first,
                             bool *printed)
{
    const BaselineLoss *like = g_ptr_array_index(losses, first);
    g_autofree char *files = host_files(like->holders);
    g_autofree char *head = g_strdup_printf("for %s:", *files ? files
                                            : "the pool as a whole");

    printf("  ");
    terminal_print(4, head);
    for (guint i = first; i < losses->len; i++) {
        const BaselineLoss *loss = g_ptr_array_index(losses, i);
        g_autofree char *line = g_strdup_printf("%s: %s -> %s", loss->name,
                                                loss->has, loss->gets);

        if (!printed[i] && baseline_same_hosts(loss->holders, like->holders)) {
            printed[i] = true;
            printf("    ");
            terminal_print(6, line);
        }
    }
}

static void print_losers(const BaselineLosers *losers)
{
    const GPtrArray *losses = losers->losses;
    g_autofree char *titles = host_titles(losers->dumps);
    g_autofree char *line = g_strdup_printf(
        "%s lose%s%s", titles, losers->dumps->len > 1 ? "" : "s",
        losses->len ? ":" : " nothing");
    g_autofree bool *printed = g_new0(bool, losses->len);

    putchar('\n');
    terminal_print(0, line);
    for (guint i = 0; i < losses->len; i++) {
        const BaselineLoss *loss = g_ptr_array_index(losses, i);

        printed[i] = baseline_is_cache(loss->regidx);
    }
    for (guint i = 0; i < losses->len; i++) {
        if (!printed[i]) {
            print_losses_for(losses, i, printed);
        }
    }
    print_caches(losses);
}

void baseline_explain(const Baseline *baseline)
{
    g_autoptr(GPtrArray) losers = baseline_losers(baseline);

    print_head(baseline);
    for (guint i = 0; i < baseline->kinds->len; i++) {
        print_holder(baseline, losers, i);
    }
    print_conflicts(baseline);
    for (guint i = 0; i < losers->len; i++) {
        print_losers(g_ptr_array_index(losers, i));
    }
}

/* As JSON */

static void add_hosts(JsonBuilder *json, const char *name,
                      const GPtrArray *dumps)
{
    json_out_array(json, name);
    for (guint i = 0; i < dumps->len; i++) {
        const HostDump *dump = g_ptr_array_index(dumps, i);

        json_builder_begin_object(json);
        json_out_string(json, "file", dump->path);
        if (dump->host) {
            json_out_string(json, "host", dump->host);
        }
        json_out_string(json, "kernel", dump->manifest->kernel);
        json_builder_end_object(json);
    }
    json_builder_end_array(json);
}

static void add_kind(JsonBuilder *json, const Baseline *baseline, guint i)
{
    g_autoptr(GPtrArray) losses = baseline_losses(baseline, i);

    json_builder_begin_object(json);
    add_hosts(json, "hosts", baseline_hosts(baseline, i));
    json_out_array(json, "loses");
    for (guint n = 0; n < losses->len; n++) {
        const BaselineLoss *loss = g_ptr_array_index(losses, n);

        json_builder_begin_object(json);
        json_out_string(json, "name", loss->name);
        json_out_string(json, "has", loss->has);
        json_out_string(json, "gets", loss->gets);
        add_hosts(json, "for", loss->holders);
        json_builder_end_object(json);
    }
    json_builder_end_array(json);
    json_builder_end_object(json);
}

static void add_holder(JsonBuilder *json, const Baseline *baseline,
                       const GPtrArray *losers, guint holder)
{
    g_autoptr(GPtrArray) held = baseline_held_back(baseline, losers, holder);

    if (!held->len) {
        return;
    }
    json_builder_begin_object(json);
    add_hosts(json, "hosts", baseline_hosts(baseline, holder));
    json_out_array(json, "names");
    for (guint i = 0; i < held->len; i++) {
        const BaselineLoss *loss = g_ptr_array_index(held, i);

        json_builder_add_string_value(json, loss->name);
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
    g_autoptr(GPtrArray) losers = baseline_losers(baseline);

    json_builder_begin_object(json);
    host_dump_write_vcpu(json, baseline->pool);
    json_out_array(json, "kinds");
    for (guint i = 0; i < baseline_joined(baseline); i++) {
        add_kind(json, baseline, i);
    }
    json_builder_end_array(json);
    json_out_array(json, "alone-holds-back");
    for (guint i = 0; i < baseline->kinds->len; i++) {
        add_holder(json, baseline, losers, i);
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
