/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What all verbs of kvm-arm-regs share. */

#include "qemu/osdep.h"
#include "host-dump-read.h"
#include "verb.h"

int verb_fail(const char *format, ...)
{
    g_autofree char *text = NULL;
    va_list args;

    va_start(args, format);
    text = g_strdup_vprintf(format, args);
    va_end(args);
    fprintf(stderr, "kvm-arm-regs: %s\n", text);
    return EXIT_ERROR;
}

/* Are there as many files as the verb takes? */
static bool verb_check_files(const Verb *verb, char **files)
{
    guint len = g_strv_length(files);
    bool few = len < verb->least;

    if (!few && (!verb->most || len <= verb->most)) {
        return true;
    }
    verb_fail("%s: %u file%s given, %s%u needed; see kvm-arm-regs %s --help",
              verb->name, len, len == 1 ? "" : "s",
              verb->least == verb->most ? "" : few ? "at least " : "at most ",
              few ? verb->least : verb->most, verb->name);
    return false;
}

char **verb_parse(const Verb *verb, int argc, char **argv,
                  const GOptionEntry *options)
{
    g_autoptr(GOptionContext) context = g_option_context_new(verb->arguments);
    g_autofree char *program = g_strdup_printf("kvm-arm-regs %s", verb->name);
    g_autoptr(GError) err = NULL;
    g_auto(GStrv) files = NULL;
    const GOptionEntry remaining[] = {
        { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &files,
          NULL, NULL },
        { NULL }
    };

    g_set_prgname(program);
    g_option_context_set_summary(context, verb->summary);
    g_option_context_set_description(context, verb->notes);
    if (options) {
        g_option_context_add_main_entries(context, options, NULL);
    }
    g_option_context_add_main_entries(context, remaining, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &err)) {
        verb_fail("%s: %s; see kvm-arm-regs %s --help", verb->name,
                  err->message, verb->name);
        return NULL;
    }
    files = files ?: g_new0(char *, 1);
    return verb_check_files(verb, files) ? g_steal_pointer(&files) : NULL;
}

GPtrArray *verb_read(char **files)
{
    g_autoptr(GPtrArray) dumps = g_ptr_array_new_with_free_func(
        (GDestroyNotify)host_dump_free);
    g_autoptr(GHashTable) known = host_dumps_known();
    g_autoptr(GError) err = NULL;

    for (char **file = files; *file; file++) {
        HostDump *dump = host_dump_read(*file, known, &err);

        if (!dump) {
            verb_fail("%s", err->message);
            return NULL;
        }
        g_ptr_array_add(dumps, dump);
    }
    return g_steal_pointer(&dumps);
}

void verb_drop_repeated(GPtrArray *dumps, guint len)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

    for (guint i = 0; i < len;) {
        HostDump *dump = g_ptr_array_index(dumps, i);

        if (g_hash_table_contains(seen, dump->path)) {
            g_ptr_array_remove_index(dumps, i);
            len--;
        } else {
            g_hash_table_add(seen, dump->path);
            i++;
        }
    }
}
