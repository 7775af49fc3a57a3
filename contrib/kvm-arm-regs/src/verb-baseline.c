/* SPDX-License-Identifier: GPL-2.0-or-later */
/* baseline: what all hosts of a pool can show a guest. */

#include "qemu/osdep.h"
#include "baseline-explain.h"
#include "baseline-make.h"
#include "baseline-qemu.h"
#include "host-dump-write.h"
#include "verbs.h"

static int print_conflicts(const Baseline *baseline)
{
    for (guint i = 0; i < baseline->conflicts->len; i++) {
        const BaselineConflict *conflict = &g_array_index(
            baseline->conflicts, BaselineConflict, i);

        fprintf(stderr, "kvm-arm-regs: %s\n", conflict->text);
    }
    return EXIT_INCOMPATIBLE;
}

/* The file of the baseline, if that is what was read; else a new one. */
static const char *pool_file(GPtrArray *dumps)
{
    const HostDump *first = g_ptr_array_index(dumps, 0);

    return dumps->len == 1 && first->members && !g_str_equal(first->path, "-")
           ? first->path : "pool.json";
}

static int run_baseline(const Verb *verb, int argc, char **argv)
{
    gboolean impls = false, explain = false, as_json = false, qemu = false;
    const GOptionEntry options[] = {
        { "target-impl-cpus", 0, 0, G_OPTION_ARG_NONE, &impls,
          "Allow different CPUs; give guests the list", NULL },
        { "explain", 0, 0, G_OPTION_ARG_NONE, &explain,
          "Print what each host loses, and conflicts", NULL },
        { "json", 0, 0, G_OPTION_ARG_NONE, &as_json,
          "Print the same as JSON", NULL },
        { "qemu", 0, 0, G_OPTION_ARG_NONE, &qemu,
          "Print options for QEMU and for libvirt", NULL },
        { NULL }
    };
    g_auto(GStrv) files = verb_parse(verb, argc, argv, options);
    g_autoptr(GPtrArray) dumps = NULL;
    g_autoptr(Baseline) baseline = NULL;
    g_autofree char *text = NULL;

    if (!files) {
        return EXIT_ERROR;
    }
    if (explain + as_json + qemu > 1) {
        return verb_fail("baseline: --explain, --json and --qemu exclude each "
                         "other; give only one of them");
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
    baseline = baseline_make(dumps, impls);
    if (explain) {
        baseline_explain(baseline);
    } else if (as_json) {
        text = baseline_to_json(baseline);
        fputs(text, stdout);
    } else if (baseline->conflicts->len) {
        return print_conflicts(baseline);
    } else if (qemu) {
        baseline_print_qemu(pool_file(dumps));
    } else {
        text = host_dump_to_json(baseline->pool);
        fputs(text, stdout);
    }
    return baseline->conflicts->len ? EXIT_INCOMPATIBLE : EXIT_COMPATIBLE;
}

const Verb verb_baseline = {
    .name = "baseline",
    .brief = "what all hosts of a pool can show a guest",
    .arguments = "FILE...",
    .least = 1,
    .summary =
        "Write the baseline of a pool of hosts: what every host can show a\n"
        "guest.  A guest that QEMU starts with it can run on every host.",
    .notes =
        "FILE is the dump of a host, or a baseline; \"-\" is standard input.\n"
        "Make the dumps with the CPU features that the guests will have\n"
        "(kvm-arm-regs dump --cpu-feature).\n"
        "\n"
        "Examples:\n"
        "  kvm-arm-regs baseline host-*.json > pool.json\n"
        "  kvm-arm-regs baseline pool.json new.json > pool-2.json\n"
        "  kvm-arm-regs baseline --explain host-*.json | less\n"
        "  kvm-arm-regs baseline --qemu pool.json\n"
        "\n"
        "Exit status: 0 done, 1 the hosts have no baseline (each reason is\n"
        "printed), 2 error.",
    .run = run_baseline,
};
