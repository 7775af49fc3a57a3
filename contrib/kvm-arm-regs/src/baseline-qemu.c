/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The QEMU options that start a guest with a baseline. */

#include "qemu/osdep.h"
#include "baseline-qemu.h"

/* The argument of -object, where a comma in a value is written twice. */
static char *qemu_object(const char *file)
{
    g_auto(GStrv) parts = g_strsplit(file, ",", -1);
    g_autofree char *value = g_strjoinv(",,", parts);

    return g_strdup_printf("arm-kvm-baseline,id=pool,file=%s", value);
}

static void qemu_print_arg(const char *value)
{
    g_autofree char *escaped = g_markup_escape_text(value, -1);

    printf("    <qemu:arg value='%s'/>\n", escaped);
}

void baseline_print_qemu(const char *file)
{
    g_autofree char *object = qemu_object(file);
    g_autofree char *quoted = g_shell_quote(object);
    /* libvirt starts QEMU in a folder of its own. */
    g_autofree char *absolute = g_canonicalize_filename(file, NULL);
    g_autofree char *libvirt_object = qemu_object(absolute);
    bool plain = strspn(object, "abcdefghijklmnopqrstuvwxyz"
                        "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_,.=/+") ==
                 strlen(object);

    printf("-object %s \\\n-cpu host,kvm-baseline=pool\n\n",
           plain ? object : quoted);
    printf("<domain type='kvm' "
           "xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>\n"
           "  <cpu mode='host-passthrough'/>\n"
           "  <qemu:commandline>\n");
    qemu_print_arg("-object");
    qemu_print_arg(libvirt_object);
    qemu_print_arg("-global");
    qemu_print_arg("host-arm-cpu.kvm-baseline=pool");
    printf("  </qemu:commandline>\n</domain>\n"
           "<!-- The file must have this name and this content on each host. "
           "-->\n");
}
