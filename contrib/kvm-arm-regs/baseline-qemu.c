/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options of QEMU that start a guest with a baseline. */

#include "qemu/osdep.h"
#include "baseline.h"

#define PMU_V3 3
#define PTRAUTH_ADDRESS 5

/* As QEMU's -object and -cpu want it: a comma in a value is written twice. */
static char *with_commas(const char *value)
{
    g_auto(GStrv) parts = g_strsplit(value, ",", -1);

    return g_strjoinv(",,", parts);
}

/* What the baseline's vCPU has; it sets the same itself. */
static char *cpu_option(const ARMCPRegVCPUInit *init)
{
    GString *text = g_string_new("host");

    g_string_append_printf(text, ",pmu=%s",
                           arm_cpreg_has_feature(init, PMU_V3) ? "on" : "off");
    if (arm_cpreg_has_feature(init, ARM_CPREG_FEATURE_SVE)) {
        g_string_append(text, ",sve=on");
    }
    for (unsigned n = 0; n < 64; n++) {
        if (init->sve_vls >> n & 1) {
            g_string_append_printf(text, ",sve%u=on", (n + 1) * 128);
        }
    }
    if (arm_cpreg_has_feature(init, PTRAUTH_ADDRESS)) {
        g_string_append(text, ",pauth=on");
    }
    g_string_append(text, ",kvm-baseline=pool");
    return g_string_free(text, false);
}

static void print_arg(const char *value)
{
    g_autofree char *escaped = g_markup_escape_text(value, -1);

    printf("    <qemu:arg value='%s'/>\n", escaped);
}

void baseline_print_qemu(const HostDump *pool, const char *file)
{
    g_autofree char *name = with_commas(file);
    g_autofree char *object = g_strdup_printf(
        "arm-kvm-baseline,id=pool,file=%s", name);
    g_autofree char *quoted = g_shell_quote(object);
    g_autofree char *cpu = cpu_option(&pool->manifest->init);
    bool plain = strspn(object, "abcdefghijklmnopqrstuvwxyz"
                        "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_,.=/+") ==
                 strlen(object);

    printf("-object %s\n-cpu %s\n\n", plain ? object : quoted, cpu);
    printf("<domain type='kvm' "
           "xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>\n"
           "  <cpu mode='host-passthrough'/>\n"
           "  <qemu:commandline>\n");
    print_arg("-object");
    print_arg(object);
    print_arg("-global");
    print_arg("host-arm-cpu.kvm-baseline=pool");
    printf("  </qemu:commandline>\n</domain>\n");
}
