/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which KVM hosts can exchange Arm guests? Asked before any guest moves. */

#include "qemu/osdep.h"
#include <locale.h>

#include "verbs.h"

static const char usage[] =
    "Usage: kvm-arm-regs VERB [OPTION...] [FILE...]\n"
    "\n"
    "Tell whether Arm guests can migrate between KVM hosts, without a guest.\n"
    "\n"
    "  dump      ask this host's KVM, and write what it says as JSON\n"
    "  show      a dump for people: registers, values, ID fields\n"
    "  compare   can guests go from one dumped host to another?\n"
    "  baseline  what all hosts of a pool can show a guest\n"
    "  fits      can hosts start and take guests of a baseline?\n"
    "\n"
    "  --help    this; of a verb, \"kvm-arm-regs VERB --help\"\n"
    "  --version\n"
    "\n"
    "Examples:\n"
    "  kvm-arm-regs dump > host.json            on each host\n"
    "  kvm-arm-regs show host.json | less\n"
    "  kvm-arm-regs compare old.json new.json   both directions\n"
    "  kvm-arm-regs compare host-*.json         which groups are there?\n"
    "  kvm-arm-regs baseline host-*.json > pool.json\n"
    "\n"
    "Exit status: 0 done or compatible, 1 not compatible, 2 error.\n";

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
} verbs[] = {
    { "dump", verb_dump },
    { "show", verb_show },
    { "compare", verb_compare },
    { "baseline", verb_baseline },
    { "fits", verb_fits },
};

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

char **verb_parse(int argc, char **argv, const char *name, const char *rest,
                  const GOptionEntry *options, const char *summary,
                  const char *examples)
{
    g_autoptr(GOptionContext) context = g_option_context_new(rest);
    g_autofree char *program = g_strdup_printf("kvm-arm-regs %s", name);
    g_autoptr(GError) err = NULL;
    char **files = NULL;
    const GOptionEntry remaining[] = {
        { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &files,
          NULL, NULL },
        { NULL }
    };

    g_set_prgname(program);
    g_option_context_set_summary(context, summary);
    g_option_context_set_description(context, examples);
    if (options) {
        g_option_context_add_main_entries(context, options, NULL);
    }
    g_option_context_add_main_entries(context, remaining, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &err)) {
        verb_fail("%s: %s; see kvm-arm-regs %s --help", name, err->message,
                  name);
        g_strfreev(files);
        return NULL;
    }
    return files ?: g_new0(char *, 1);
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

static int run(int argc, char **argv)
{
    if (argc < 2) {
        fputs(usage, stderr);
        return EXIT_ERROR;
    }
    if (g_str_equal(argv[1], "--help") || g_str_equal(argv[1], "-h") ||
        g_str_equal(argv[1], "help")) {
        fputs(usage, stdout);
        return 0;
    }
    if (g_str_equal(argv[1], "--version")) {
        puts("kvm-arm-regs " VERSION);
        return 0;
    }
    for (size_t i = 0; i < ARRAY_SIZE(verbs); i++) {
        if (g_str_equal(argv[1], verbs[i].name)) {
            return verbs[i].run(argc - 1, argv + 1);
        }
    }
    return verb_fail("%s: not a verb; dump, show, compare, baseline or "
                     "fits, see kvm-arm-regs --help", argv[1]);
}

int main(int argc, char **argv)
{
    int status;

    setlocale(LC_ALL, "");
    status = run(argc, argv);
    /* A full disk must not look like a dump. */
    if (fflush(stdout) || ferror(stdout)) {
        return verb_fail("cannot write: %s", g_strerror(errno));
    }
    return status;
}
