/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fits: can hosts start and take guests of a baseline? */

#include "qemu/osdep.h"
#include "baseline-fits.h"
#include "terminal-text.h"
#include "verbs.h"

/* Say what the last file is: a guest's manifest or a dump would do as well. */
static void print_pool(const HostDump *pool)
{
    guint hosts = pool->members ? g_strv_length(pool->members) : 0;
    g_autofree char *title = host_dump_title(pool);
    g_autofree char *line = pool->members
        ? g_strdup_printf("baseline: %s, of %u host%s", pool->path, hosts,
                          hosts == 1 ? "" : "s")
        : g_strdup_printf("guest or host: %s, no baseline of a pool", title);

    terminal_print(0, line);
}

static bool print_host(const HostDump *host, const HostDump *pool)
{
    g_autoptr(GPtrArray) faults = baseline_fits_faults(host, pool);
    g_autofree char *title = host_dump_title(host);
    g_autofree char *verdict = terminal_coloured(
        faults->len ? COLOUR_RED : COLOUR_GREEN,
        faults->len ? "does not fit" : "fits");
    g_autofree char *line = g_strdup_printf("%s: %s", title, verdict);

    terminal_print(0, line);
    for (guint i = 0; i < faults->len; i++) {
        printf("  ");
        terminal_print(4, faults->pdata[i]);
    }
    return faults->len == 0;
}

static int run_fits(const Verb *verb, int argc, char **argv)
{
    g_auto(GStrv) files = verb_parse(verb, argc, argv, NULL);
    g_autoptr(GPtrArray) dumps = NULL;
    g_autofree char *broken = NULL;
    const HostDump *pool;
    bool all = true;

    if (!files) {
        return EXIT_ERROR;
    }
    dumps = verb_read(files);
    if (!dumps) {
        return EXIT_ERROR;
    }
    pool = g_ptr_array_index(dumps, dumps->len - 1);
    verb_drop_repeated(dumps, dumps->len - 1);
    for (guint i = 0; i + 1 < dumps->len; i++) {
        const HostDump *host = g_ptr_array_index(dumps, i);
        g_autofree char *fault = baseline_fault(host);

        if (fault) {
            return verb_fail("%s", fault);
        }
        if (host->members && !pool->members) {
            return verb_fail("fits: %s is a baseline, %s is a host; give the "
                             "baseline last", host->path, pool->path);
        }
    }
    broken = baseline_kernel_fault(pool);
    if (broken) {
        return verb_fail("%s", broken);
    }
    print_pool(pool);
    for (guint i = 0; i + 1 < dumps->len; i++) {
        all &= print_host(dumps->pdata[i], pool);
    }
    return all ? EXIT_COMPATIBLE : EXIT_INCOMPATIBLE;
}

const Verb verb_fits = {
    .name = "fits",
    .brief = "can hosts start and receive guests of a baseline?",
    .arguments = "FILE... BASELINE",
    .least = 2,
    .summary =
        "Tell whether hosts can start guests of a baseline, and receive them\n"
        "from the hosts of its pool.",
    .notes =
        "BASELINE is a file from kvm-arm-regs baseline, or the answer of\n"
        "QEMU's query-arm-migration-manifest about a guest; \"-\" is\n"
        "standard input.\n"
        "\n"
        "Examples:\n"
        "  kvm-arm-regs fits new.json pool.json && echo it can join\n"
        "  kvm-arm-regs fits host-*.json pool.json\n"
        "\n"
        "Exit status: 0 every host fits, 1 a host does not (each reason is\n"
        "printed), 2 error.",
    .run = run_fits,
};
