/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which KVM hosts can exchange Arm guests?  Asked before a guest moves. */

#include "qemu/osdep.h"
#include <locale.h>

#include "verbs.h"

static const char usage_head[] =
    "Usage: kvm-arm-regs VERB [OPTION...] [FILE...]\n"
    "\n"
    "Tell whether Arm guests can migrate between KVM hosts, without a guest.\n"
    "\n";

static const char usage_tail[] =
    "\n"
    "  --help    show this; for a verb: kvm-arm-regs VERB --help\n"
    "  --version\n"
    "\n"
    "Examples:\n"
    "  kvm-arm-regs dump > host.json            on each host\n"
    "  kvm-arm-regs show host.json | less\n"
    "  kvm-arm-regs compare old.json new.json   both directions\n"
    "  kvm-arm-regs compare host-*.json         groups of hosts\n"
    "  kvm-arm-regs baseline host-*.json > pool.json\n"
    "\n"
    "Exit status: 0 done or compatible, 1 not compatible, 2 error.\n";

/* All that is said of verbs, and what runs, comes from here. */
static const Verb *const verbs[] = {
    &verb_dump, &verb_show, &verb_compare, &verb_baseline, &verb_fits,
};

static void print_usage(FILE *file)
{
    fputs(usage_head, file);
    for (size_t i = 0; i < ARRAY_SIZE(verbs); i++) {
        fprintf(file, "  %-8s  %s\n", verbs[i]->name, verbs[i]->brief);
    }
    fputs(usage_tail, file);
}

/* "dump, show or compare", as a new string */
static char *verb_names(void)
{
    GString *names = g_string_new(NULL);

    for (size_t i = 0; i < ARRAY_SIZE(verbs); i++) {
        g_string_append_printf(names, "%s%s", !i ? "" :
                               i + 1 < ARRAY_SIZE(verbs) ? ", " : " or ",
                               verbs[i]->name);
    }
    return g_string_free(names, false);
}

static int run_verb(int argc, char **argv)
{
    g_autofree char *names = NULL;

    if (argc < 2) {
        print_usage(stderr);
        return EXIT_ERROR;
    }
    if (g_str_equal(argv[1], "--help") || g_str_equal(argv[1], "-h") ||
        g_str_equal(argv[1], "help")) {
        print_usage(stdout);
        return 0;
    }
    if (g_str_equal(argv[1], "--version")) {
        puts("kvm-arm-regs " VERSION);
        return 0;
    }
    for (size_t i = 0; i < ARRAY_SIZE(verbs); i++) {
        if (g_str_equal(argv[1], verbs[i]->name)) {
            return verbs[i]->run(verbs[i], argc - 1, argv + 1);
        }
    }
    names = verb_names();
    return verb_fail("%s: not a verb; use %s, see kvm-arm-regs --help",
                     argv[1], names);
}

int main(int argc, char **argv)
{
    int status;

    setlocale(LC_ALL, "");
    status = run_verb(argc, argv);
    /* A full disk must not look like a dump. */
    if (fflush(stdout) || ferror(stdout)) {
        return verb_fail("cannot write: %s", g_strerror(errno));
    }
    return status;
}
