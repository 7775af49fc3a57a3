/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the core knows, for the rig:
 *
 *   cpreg-name
 *     Names for KVM register indexes: one index (0x...) a line on standard
 *     input, one name a line on standard output, in the same order.
 *   cpreg-name --alterations
 *     The rows of target/arm/cpreg/altered.h.inc, one a line, with tabs: names
 *     of the registers (with commas), bits, what KVM holds, what was written
 *     ("-": anything), the condition ("-": none), the releases of Linux since
 *     and before which it is so ("-": any), reason.
 *
 * The names are those of messages and traces.  Core and SVE registers, which
 * are not in the cpreg list, are "core" and "SVE".
 */

#include "qemu/osdep.h"
#include "target/arm/cpreg/altered.h"

static char *name_of(uint64_t regidx)
{
    if ((regidx & ARM_CPREG_ARCH_MASK) == ARM_CPREG_ARCH_ARM64) {
        switch (regidx & ARM_CPREG_KIND_MASK) {
        case ARM_CPREG_KIND_CORE:
            return g_strdup("core");
        case ARM_CPREG_KIND_SVE:
            return g_strdup("SVE");
        }
    }
    return arm_cpreg_short_name(regidx);
}

static void print_value(bool any, uint64_t value)
{
    if (any) {
        printf("\t-");
    } else {
        printf("\t0x%" PRIx64, value);
    }
}

static void print_release(unsigned release)
{
    if (release) {
        printf("\t%u.%u", release >> 8, release & 0xff);
    } else {
        printf("\t-");
    }
}

static void print_row(const ARMCPRegAlteration *row)
{
    for (uint64_t i = row->first; i <= row->last; i++) {
        g_autofree char *name = arm_cpreg_short_name(i);

        printf("%s%s", i == row->first ? "" : ",", name);
    }
    print_value(false, row->bits);
    print_value(row->any_held, row->held);
    print_value(!row->has_written, row->written);
    if (row->field) {
        printf("\t%s%c%" PRIu64, row->field->name, row->below ? '<' : '=',
               row->below ?: row->equal);
    } else {
        printf("\t%s", row->beyond_n ? "PMCR_EL0.N" : "-");
    }
    print_release(row->since);
    print_release(row->until);
    printf("\t%s\n", row->why);
}

static int print_names(void)
{
    char line[64];

    while (fgets(line, sizeof(line), stdin)) {
        g_autofree char *name = NULL;
        uint64_t regidx;
        char *end;

        errno = 0;
        regidx = g_ascii_strtoull(line, &end, 16);
        if (!g_str_has_prefix(line, "0x") || errno || strcmp(end, "\n")) {
            fprintf(stderr, "cpreg-name: not a register index: %s\n",
                    g_strchomp(line));
            return 1;
        }
        name = name_of(regidx);
        puts(name);
    }
    return ferror(stdin) ? -1 : 0;
}

int main(int argc, char **argv)
{
    int ret = 0;

    if (argc == 1) {
        ret = print_names();
    } else if (argc == 2 && !strcmp(argv[1], "--alterations")) {
        for (size_t i = 0; i < arm_cpreg_alterations_len; i++) {
            print_row(&arm_cpreg_alterations[i]);
        }
    } else {
        fprintf(stderr, "usage: cpreg-name [--alterations]\n");
        return 1;
    }
    if (ret < 0 || fflush(stdout)) {
        perror("cpreg-name");
        return 1;
    }
    return ret;
}
