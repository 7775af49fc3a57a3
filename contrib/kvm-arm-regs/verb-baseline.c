/* SPDX-License-Identifier: GPL-2.0-or-later */
/* baseline: what all hosts of a pool can show a guest. */

#include "qemu/osdep.h"
#include "baseline.h"
#include "verbs.h"

static const char summary[] =
    "Write the baseline of a pool of hosts: what each of them can show a\n"
    "guest.  A guest that QEMU starts with it can go on at every host.";

static const char examples[] =
    "A file is a dump of a host, made with the options that guests will have\n"
    "(kvm-arm-regs dump --cpu-feature), or a baseline.  \"-\" is standard\n"
    "input.\n"
    "\n"
    "Examples:\n"
    "  kvm-arm-regs baseline host-*.json > pool.json\n"
    "  kvm-arm-regs baseline pool.json new.json > pool-2.json\n"
    "  kvm-arm-regs baseline --explain host-*.json | less\n"
    "  kvm-arm-regs baseline --qemu pool.json\n"
    "\n"
    "Exit status: 0 done, 1 the hosts have no baseline, and why is said, 2\n"
    "error.";

static int tell_conflicts(const Baseline *baseline)
{
    for (guint i = 0; i < baseline->conflicts->len; i++) {
        const BaselineConflict *conflict = &g_array_index(
            baseline->conflicts, BaselineConflict, i);

        fprintf(stderr, "kvm-arm-regs: %s\n", conflict->text);
    }
    return EXIT_INCOMPATIBLE;
}

/* What was read, if it is a baseline by itself; else a file that is to be. */
static const char *file_of(GPtrArray *dumps)
{
    const HostDump *first = g_ptr_array_index(dumps, 0);

    return dumps->len == 1 && first->members && !g_str_equal(first->path, "-")
           ? first->path : "pool.json";
}

int verb_baseline(int argc, char **argv)
{
    gboolean impls = false, explain = false, as_json = false, qemu = false;
    const GOptionEntry options[] = {
        { "target-impl-cpus", 0, 0, G_OPTION_ARG_NONE, &impls,
          "Let CPUs be different, and tell the guest of all",
          NULL },
        { "explain", 0, 0, G_OPTION_ARG_NONE, &explain,
          "What each host loses, and what is in the way",
          NULL },
        { "json", 0, 0, G_OPTION_ARG_NONE, &as_json, "The same as JSON",
          NULL },
        { "qemu", 0, 0, G_OPTION_ARG_NONE, &qemu,
          "The options of QEMU and of libvirt that use it", NULL },
        { NULL }
    };
    g_auto(GStrv) files = verb_parse(argc, argv, "baseline", "FILE...",
                                     options, summary, examples);
    g_autoptr(GPtrArray) dumps = NULL;
    g_autoptr(Baseline) baseline = NULL;
    g_autofree char *text = NULL;

    if (!files) {
        return EXIT_ERROR;
    }
    if (!*files) {
        return verb_fail("baseline: 0 files, at least one is needed; see "
                         "kvm-arm-regs baseline --help");
    }
    if (explain + as_json + qemu > 1) {
        return verb_fail("baseline: --explain, --json and --qemu are one or "
                         "the other; leave all but one away");
    }
    dumps = verb_read(files);
    if (!dumps) {
        return EXIT_ERROR;
    }
    verb_drop_repeated(dumps, dumps->len);
    for (guint i = 0; i < dumps->len; i++) {
        g_autofree char *fault = baseline_fault(dumps->pdata[i]);

        if (fault) {
            return verb_fail("%s", fault);
        }
    }
    baseline = baseline_of(dumps, impls);
    if (explain) {
        baseline_explain(baseline);
    } else if (as_json) {
        text = baseline_to_json(baseline);
        fputs(text, stdout);
    } else if (baseline->conflicts->len) {
        return tell_conflicts(baseline);
    } else if (qemu) {
        baseline_print_qemu(file_of(dumps));
    } else {
        text = host_dump_to_json(baseline->pool);
        fputs(text, stdout);
    }
    return baseline->conflicts->len ? EXIT_INCOMPATIBLE : EXIT_COMPATIBLE;
}
