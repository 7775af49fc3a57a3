/* SPDX-License-Identifier: GPL-2.0-or-later */
/* show: a dump for people. */

#include "qemu/osdep.h"
#include "host-dump-read.h"
#include "terminal-text.h"
#include "verbs.h"

static void print_head(const HostDump *dump)
{
    const ARMCPRegVCPUInit *init = &dump->manifest->init;
    g_autofree char *impls = arm_cpu_impls_text(dump->manifest->impls);
    g_auto(GStrv) each = g_strsplit(impls, "-", -1);
    g_autofree char *cpus = g_strjoinv(", ", each);
    g_autofree char *caps = g_strjoinv(", ", dump->capabilities);
    g_autofree char *features = host_dump_features(init);
    g_autofree char *lengths = arm_cpreg_lengths(init->sve_vls);

    if (dump->host) {
        printf("host          %s\n", dump->host);
    }
    printf("kernel        %s\n", dump->manifest->kernel);
    for (char **name = dump->members; name && *name; name++) {
        printf("%s", name == dump->members ? "members       "
                                           : "              ");
        terminal_print(14, *name);
    }
    printf("target        %" PRIu32 "\n", init->target);
    printf("features      %s\n", *features ? features : "none");
    printf("SVE           %s%s\n", *lengths ? lengths : "none",
           *lengths ? " bits" : "");
    printf("capabilities  ");
    terminal_print(14, *caps ? caps : dump->members ? "none in common"
                                                    : "none listed");
    if (*impls) {
        printf("target CPUs   ");
        terminal_print(14, cpus);
    }
    printf("registers     %u\n\n", dump->regs->len);
}

/* The value for people, "TCRX=1 S1PIE=1"; "" if the number is enough. */
static char *value_meaning(const HostReg *reg)
{
    g_autoptr(GString) text = g_string_new(NULL);

    if (reg->regidx == ARM_CPREG_FW(0)) {
        return g_strdup_printf("PSCI %u.%u",
                               (unsigned)(reg->value >> 16 & 0x7fff),
                               (unsigned)(reg->value & 0xffff));
    }
    if ((reg->regidx & ARM_CPREG_KIND_MASK) == ARM_CPREG_KIND_FW_BMAP) {
        return arm_cpreg_services(reg->regidx, reg->value) ?: g_strdup("");
    }
    for (int i = 0; i < ARM_FIELD_COUNT; i++) {
        const ARMCPRegField *field = &arm_cpreg_fields[i];
        uint64_t value = arm_cpreg_field(field, reg->value);

        if (field->regidx == reg->regidx && value) {
            g_string_append_printf(text, "%s%s=%" PRIu64, text->len ? " " : "",
                                   strchr(field->name, '.') + 1, value);
        }
    }
    return g_string_free(g_steal_pointer(&text), false);
}

static void print_register(const HostReg *reg)
{
    g_autofree char *name = arm_cpreg_short_name(reg->regidx);
    g_autofree char *value = g_strdup_printf("0x%" PRIx64, reg->value);
    g_autofree char *text = NULL;

    printf("%-20s  0x%016" PRIx64, name, reg->regidx);
    if (reg->has_mask) {
        printf("  %-18s  0x%016" PRIx64 "\n", value, reg->writable);
    } else {
        printf("  %s\n", reg->has_value ? value : "-");
    }
    if (reg->has_value) {
        text = value_meaning(reg);
    }
    if (text && *text) {
        printf("    ");
        terminal_print(4, text);
    }
}

static int run_show(const Verb *verb, int argc, char **argv)
{
    g_auto(GStrv) files = verb_parse(verb, argc, argv, NULL);
    g_autoptr(HostDump) dump = NULL;
    g_autoptr(GError) err = NULL;
    g_autofree char *head = terminal_coloured(
        COLOUR_BOLD, "NAME                  INDEX               VALUE"
                     "               WRITABLE");

    if (!files) {
        return EXIT_ERROR;
    }
    dump = host_dump_read(files[0], NULL, &err);
    if (!dump) {
        return verb_fail("%s", err->message);
    }
    print_head(dump);
    puts(head);
    for (guint i = 0; i < dump->regs->len; i++) {
        print_register(&g_array_index(dump->regs, HostReg, i));
    }
    for (size_t i = 0; i < dump->manifest->wide_len; i++) {
        HostReg reg = { .regidx = dump->manifest->wide_indexes[i] };

        print_register(&reg);
    }
    for (guint i = 0; i < dump->state->len; i++) {
        HostReg reg = { .regidx = g_array_index(dump->state, uint64_t, i) };

        print_register(&reg);
    }
    return 0;
}

const Verb verb_show = {
    .name = "show",
    .brief = "a dump for people: registers, values, ID fields",
    .arguments = "FILE",
    .least = 1,
    .most = 1,
    .summary =
        "Show a dump: the kernel, the vCPU's features, and each register with\n"
        "its value.  For ID registers, also show the bits that user space can\n"
        "change, and the fields that are not 0.",
    .notes =
        "Examples:\n"
        "  kvm-arm-regs show host.json | less\n"
        "  kvm-arm-regs dump | kvm-arm-regs show -\n"
        "\n"
        "Exit status: 0 done, 2 error.",
    .run = run_show,
};
