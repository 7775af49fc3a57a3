/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fits: can hosts start and take guests of a baseline? */

#include "qemu/osdep.h"
#include "baseline.h"
#include "fits.h"
#include "terminal.h"
#include "verbs.h"

static const char summary[] =
    "Tell whether hosts can start guests of a baseline, and take them from\n"
    "the hosts of its pool.";

static const char examples[] =
    "BASELINE is a file of kvm-arm-regs baseline, or what QEMU's\n"
    "query-arm-cpreg-manifest says of a guest.  \"-\" is standard input.\n"
    "\n"
    "Examples:\n"
    "  kvm-arm-regs fits new.json pool.json && echo it can join\n"
    "  kvm-arm-regs fits host-*.json pool.json\n"
    "\n"
    "Exit status: 0 every host can, 1 one cannot, and why is said, 2 error.";

/* A guest's manifest is taken too, so that two files are soon mixed up. */
static void print_pool(const HostDump *pool)
{
    guint hosts = pool->members ? g_strv_length(pool->members) : 0;
    g_autofree char *title = host_dump_title(pool);
    g_autofree char *line = pool->members
        ? g_strdup_printf("baseline: %s, of %u host%s", pool->path, hosts,
                          hosts == 1 ? "" : "s")
        : g_strdup_printf("guest or host: %s, no baseline of a pool", title);

    print_wrapped(0, line);
}

static bool print_host(const HostDump *host, const HostDump *pool)
{
    g_autoptr(GPtrArray) faults = fits_faults(host, pool);
    g_autofree char *title = host_dump_title(host);
    g_autofree char *verdict = coloured(faults->len ? RED : GREEN,
                                        faults->len ? "does not fit" : "fits");
    g_autofree char *line = g_strdup_printf("%s: %s", title, verdict);

    print_wrapped(0, line);
    for (guint i = 0; i < faults->len; i++) {
        printf("  ");
        print_wrapped(4, faults->pdata[i]);
    }
    return faults->len == 0;
}

int verb_fits(int argc, char **argv)
{
    g_auto(GStrv) files = verb_parse(argc, argv, "fits", "FILE... BASELINE",
                                     NULL, summary, examples);
    g_autoptr(GPtrArray) dumps = NULL;
    g_autofree char *broken = NULL;
    const HostDump *pool;
    bool all = true;

    if (!files) {
        return EXIT_ERROR;
    }
    if (g_strv_length(files) < 2) {
        return verb_fail("fits: %u file%s, a host and a baseline at least; "
                         "see kvm-arm-regs fits --help", g_strv_length(files),
                         *files ? "" : "s");
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
            return verb_fail("fits: the baseline is to be the last file; %s "
                             "is one, %s is a host", host->path, pool->path);
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
