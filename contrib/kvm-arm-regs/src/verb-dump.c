/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dump: ask this host's KVM, and write the answer as JSON. */

#include "qemu/osdep.h"
#include <sys/utsname.h>

#include "host-dump-write.h"
#include "kvm-dump.h"
#include "verbs.h"

static int run_dump(const Verb *verb, int argc, char **argv)
{
    g_auto(GStrv) features = NULL;
    g_autofree char *host = NULL;
    gboolean all = false;
    const GOptionEntry entries[] = {
        { "cpu-feature", 0, 0, G_OPTION_ARG_STRING_ARRAY, &features,
          "Set a CPU property, as -cpu host,... does", "FEATURE=VALUE" },
        { "all", 0, 0, G_OPTION_ARG_NONE, &all,
          "List core and SVE registers too", NULL },
        { "host", 0, 0, G_OPTION_ARG_STRING, &host,
          "The host's name in the dump; default: uname -n", "NAME" },
        { NULL }
    };
    g_auto(GStrv) files = verb_parse(verb, argc, argv, entries);
    g_autoptr(HostDump) dump = NULL;
    g_autoptr(GError) err = NULL;
    g_autofree char *text = NULL;
    VCPUOptions options = { 0 };
    struct utsname system;

    if (!files) {
        return EXIT_ERROR;
    }
    if (*files) {
        return verb_fail("dump: a file is given, but dump writes to standard "
                         "output; use kvm-arm-regs dump > %s", *files);
    }
    for (char **one = features; one && *one; one++) {
        if (!vcpu_options_add(&options, *one, &err)) {
            return verb_fail("dump: %s", err->message);
        }
    }
    if (!vcpu_options_check(&options, &err)) {
        return verb_fail("dump: %s", err->message);
    }
    dump = kvm_dump(&options, all, &err);
    if (!dump) {
        return verb_fail("%s", err->message);
    }
    if (!host && !uname(&system)) {
        host = g_strdup(system.nodename);
    }
    dump->host = g_steal_pointer(&host);
    text = host_dump_to_json(dump);
    fputs(text, stdout);
    return 0;
}

const Verb verb_dump = {
    .name = "dump",
    .brief = "ask this host's KVM, and write what it says as JSON",
    .arguments = "> FILE",
    .summary =
        "Ask this host's KVM what a new vCPU has, and write it as JSON to\n"
        "standard output.  It needs no guest, and touches none.",
    .notes =
        "The vCPU is that of QEMU's \"-cpu host\".  FEATURE is one of QEMU's\n"
        "CPU properties: pmu, sve, sve128 to sve2048, pauth (=on or =off),\n"
        "and kvm-psci-version=1.1.  Give those with which the guests start.\n"
        "\n"
        "Examples:\n"
        "  kvm-arm-regs dump > host.json\n"
        "  kvm-arm-regs dump --cpu-feature pmu=off --cpu-feature sve=off > "
        "h.json\n"
        "  kvm-arm-regs dump --cpu-feature kvm-psci-version=1.1 > host.json\n"
        "  ssh host kvm-arm-regs dump | kvm-arm-regs compare - other.json\n"
        "\n"
        "Exit status: 0 done, 2 error.",
    .run = run_dump,
};
