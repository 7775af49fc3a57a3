/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Predict the outcome of a migration between two recorded kernels.
 *
 *   cpreg-predict [--set REG=VALUE ...] SOURCE.txt DESTINATION.txt
 *   cpreg-predict --batch       lines "SOURCE DESTINATION [REG=VALUE ...]"
 *
 * The register list of the source's kernel is saved and restored onto the
 * destination's with the code that QEMU runs, on a scripted kernel.  For each
 * migration one line of JSON: verdict ("migrated" or "refused"), refused,
 * left_behind, kept (names of registers) and error.  REG=VALUE is a value
 * that the guest has at the source: PSCI_VERSION=0x10001 is one that was
 * started with -cpu host,kvm-psci-version=1.1.
 *
 * Exit status 0 if all were answered, 1 if not: a list that cannot be read,
 * a register that the source does not list.
 */

#include "qemu/osdep.h"
#include <json-glib/json-glib.h>

#include "qapi/error.h"
#include "target/arm/cpreg/names.h"
#include "standalone/kvm/scripted-migration.h"
#include "trace.h"

/* Path to ScriptedKVM: a source, and a destination, are used many times. */
static GHashTable *loaded[2];

/* A new vCPU on the kernel of this list, as source (0) or destination (1). */
static ScriptedKVM *kernel_of(int side, const char *path, GError **err)
{
    ScriptedKVM *kvm;

    if (!loaded[side]) {
        loaded[side] = g_hash_table_new_full(
            g_str_hash, g_str_equal, g_free,
            (GDestroyNotify)scripted_kvm_free);
    }
    kvm = g_hash_table_lookup(loaded[side], path);
    if (kvm) {
        scripted_kvm_reset(kvm);
        return kvm;
    }
    kvm = scripted_kvm_load(path, err);
    if (kvm) {
        g_hash_table_insert(loaded[side], g_strdup(path), kvm);
    }
    return kvm;
}

/* REG=VALUE, as if the guest at the source had that value. */
static bool set_value(ScriptedKVM *kvm, const char *setting, GError **err)
{
    g_auto(GStrv) part = g_strsplit(setting, "=", 2);
    uint64_t value;

    if (g_strv_length(part) != 2 ||
        !g_ascii_string_to_unsigned(
            part[1] + 2 * g_str_has_prefix(part[1], "0x"),
            g_str_has_prefix(part[1], "0x") ? 16 : 10, 0, UINT64_MAX,
            &value, NULL)) {
        g_set_error(err, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                    "%s: not REG=VALUE, as in PSCI_VERSION=0x10001", setting);
        return false;
    }
    for (guint i = 0; i < kvm->regs->len; i++) {
        ScriptedReg *reg = &g_array_index(kvm->regs, ScriptedReg, i);
        g_autofree char *name = arm_cpreg_short_name(reg->regidx);

        if (g_str_equal(name, part[0])) {
            reg->value = value;
            return true;
        }
    }
    g_set_error(err, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                "%s: %s has no register %s", setting, kvm->name, part[0]);
    return false;
}

/* Array member @member: the names of all registers that @text has. */
static void add_names(JsonBuilder *json, const char *text)
{
    g_autoptr(GRegex) name = g_regex_new("(\\S+) \\(0x[0-9a-f]{16}\\)", 0, 0,
                                         NULL);
    g_autoptr(GMatchInfo) info = NULL;
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal,
                                                       g_free, NULL);

    for (g_regex_match(name, text, 0, &info); g_match_info_matches(info);
         g_match_info_next(info, NULL)) {
        char *one = g_match_info_fetch(info, 1);

        if (!g_hash_table_contains(seen, one)) {
            json_builder_add_string_value(json, one);
        }
        g_hash_table_add(seen, one);
    }
}

static void add_traced(JsonBuilder *json, const char *member, TraceEvent event)
{
    g_autoptr(GString) text = g_string_new(NULL);

    for (guint i = 0; i < standalone_trace->len; i++) {
        TraceLine *line = &g_array_index(standalone_trace, TraceLine, i);

        if (line->event == event) {
            g_string_append_printf(text, "%s\n", line->name);
        }
    }
    json_builder_set_member_name(json, member);
    json_builder_begin_array(json);
    add_names(json, text->str);
    json_builder_end_array(json);
}

static void print_verdict(const Error *err)
{
    g_autoptr(JsonBuilder) json = json_builder_new();
    g_autoptr(JsonGenerator) generator = json_generator_new();
    g_autoptr(JsonNode) root = NULL;
    g_autofree char *text = NULL;

    json_builder_begin_object(json);
    json_builder_set_member_name(json, "verdict");
    json_builder_add_string_value(json, err ? "refused" : "migrated");
    json_builder_set_member_name(json, "refused");
    json_builder_begin_array(json);
    add_names(json, err ? error_get_pretty(err) : "");
    json_builder_end_array(json);
    add_traced(json, "left_behind", TRACE_ARM_CPREG_TOLERATED);
    add_traced(json, "kept", TRACE_ARM_CPREG_MISSING);
    json_builder_set_member_name(json, "error");
    if (err) {
        json_builder_add_string_value(json, error_get_pretty(err));
    } else {
        json_builder_add_null_value(json);
    }
    json_builder_end_object(json);

    root = json_builder_get_root(json);
    json_generator_set_root(generator, root);
    text = json_generator_to_data(generator, NULL);
    puts(text);
}

static bool predict(const char *source, const char *destination,
                    char **settings, GError **gerr)
{
    ScriptedKVM *from = kernel_of(0, source, gerr);
    ScriptedKVM *to = from ? kernel_of(1, destination, gerr) : NULL;
    g_autoptr(Error) err = NULL;

    if (!to) {
        return false;
    }
    for (; settings && *settings; settings++) {
        if (!set_value(from, *settings, gerr)) {
            return false;
        }
    }
    g_array_set_size(standalone_trace, 0);
    scripted_migrate(from, to, &err);
    print_verdict(err);
    return true;
}

/* The lines of standard input. */
static bool batch(GError **err)
{
    g_autoptr(GIOChannel) in = g_io_channel_unix_new(0);
    GIOStatus status;
    char *line;

    while ((status = g_io_channel_read_line(in, &line, NULL, NULL, err)) ==
           G_IO_STATUS_NORMAL) {
        g_autofree char *text = g_strstrip(line);
        g_auto(GStrv) word = NULL;

        if (!*text) {
            continue;
        }
        if (!g_shell_parse_argv(text, NULL, &word, err)) {
            return false;
        }
        if (!word[1]) {
            g_set_error(err, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                        "%s: not SOURCE DESTINATION [REG=VALUE ...]", text);
            return false;
        }
        if (!predict(word[0], word[1], word + 2, err)) {
            return false;
        }
    }
    return status == G_IO_STATUS_EOF;
}

int main(int argc, char **argv)
{
    g_auto(GStrv) settings = NULL;
    g_auto(GStrv) lists = NULL;
    gboolean many = false;
    GOptionEntry options[] = {
        { "set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &settings,
          "A value that the guest has at the source", "REG=VALUE" },
        { "batch", 0, 0, G_OPTION_ARG_NONE, &many,
          "Migrations from standard input, one a line", NULL },
        { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &lists,
          NULL, "SOURCE.txt DESTINATION.txt" },
        { NULL }
    };
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_autoptr(GError) err = NULL;
    guint given;
    bool ok;

    g_option_context_add_main_entries(context, options, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &err)) {
        fprintf(stderr, "cpreg-predict: %s\n", err->message);
        return 1;
    }
    given = lists ? g_strv_length(lists) : 0;
    if (given != (many ? 0 : 2) || (many && settings)) {
        fprintf(stderr, "cpreg-predict: two lists, or --batch alone; "
                "see --help\n");
        return 1;
    }
    standalone_trace = trace_lines_new();
    ok = many ? batch(&err) : predict(lists[0], lists[1], settings, &err);
    if (ok && fflush(stdout)) {
        perror("cpreg-predict");
        ok = false;
    }
    if (err) {
        fprintf(stderr, "cpreg-predict: %s\n", err->message);
    }
    for (int side = 0; side < 2; side++) {
        g_clear_pointer(&loaded[side], g_hash_table_unref);
    }
    g_clear_pointer(&standalone_trace, g_array_unref);
    return ok ? 0 : 1;
}
