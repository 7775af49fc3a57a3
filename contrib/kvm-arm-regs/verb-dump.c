/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dump: ask this host's KVM, and write what it says as JSON. */

#include "qemu/osdep.h"
#include <sys/utsname.h>

#include "kvm-vcpu.h"
#include "verbs.h"

static const char summary[] =
    "Ask this host's KVM what a new vCPU has, and write it as JSON to\n"
    "standard output.  No guest is needed, and none is touched.";

static const char examples[] =
    "The vCPU is that of QEMU's \"-cpu host\".  FEATURE is one of QEMU's CPU\n"
    "properties: pmu, sve, sve128 to sve2048, pauth (=on or =off), and\n"
    "kvm-psci-version=1.1.  Give those that the guests are started with.\n"
    "\n"
    "Examples:\n"
    "  kvm-arm-regs dump > host.json\n"
    "  kvm-arm-regs dump --cpu-feature pmu=off --cpu-feature sve=off > h.json\n"
    "  kvm-arm-regs dump --cpu-feature kvm-psci-version=1.1 > host.json\n"
    "  ssh host kvm-arm-regs dump | kvm-arm-regs compare - other.json";

int verb_dump(int argc, char **argv)
{
    g_auto(GStrv) features = NULL;
    g_autofree char *host = NULL;
    const GOptionEntry entries[] = {
        { "cpu-feature", 0, 0, G_OPTION_ARG_STRING_ARRAY, &features,
          "A CPU property, as in -cpu host,FEATURE=VALUE", "FEATURE=VALUE" },
        { "host", 0, 0, G_OPTION_ARG_STRING, &host,
          "The host's name in the dump, not uname -n", "NAME" },
        { NULL }
    };
    g_auto(GStrv) files = verb_parse(argc, argv, "dump", "> FILE", entries,
                                     summary, examples);
    g_autoptr(HostDump) dump = NULL;
    g_autoptr(GError) err = NULL;
    g_autofree char *text = NULL;
    VCPUOptions options = { 0 };
    struct utsname system;

    if (!files) {
        return EXIT_ERROR;
    }
    if (*files) {
        return verb_fail("dump: takes no file name; it writes to standard "
                         "output: kvm-arm-regs dump > %s", *files);
    }
    for (char **one = features; one && *one; one++) {
        if (!vcpu_options_add(&options, *one, &err)) {
            return verb_fail("dump: %s", err->message);
        }
    }
    if (!vcpu_options_check(&options, &err)) {
        return verb_fail("dump: %s", err->message);
    }
    dump = kvm_vcpu_dump(&options, &err);
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
