/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names for KVM register indexes: one index (0x...) a line on standard
 * input, one name a line on standard output, in the same order.
 *
 * The names are those of the messages and the traces, so that a recorded
 * list reads like them.  Core and SVE registers, which QEMU does not keep in
 * the cpreg list, have none there: they are "core" and "SVE".
 */

#include "qemu/osdep.h"
#include "target/arm/cpreg-names.h"

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

int main(void)
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
    if (ferror(stdin) || fflush(stdout)) {
        perror("cpreg-name");
        return 1;
    }
    return 0;
}
