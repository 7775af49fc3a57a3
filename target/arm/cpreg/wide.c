/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Registers of other sizes than 32 and 64 bits. */

#include "qemu/osdep.h"
#include "index.h"
#include "names.h"
#include "wide.h"

/* At most this many bytes of a value are printed. */
#define SHOWN 32

ARMCPRegWide *arm_cpreg_wide_add(GPtrArray *list, uint64_t regidx)
{
    ARMCPRegWide *reg = g_malloc0(sizeof(*reg) + arm_cpreg_size(regidx));

    reg->regidx = regidx;
    g_ptr_array_add(list, reg);
    return reg;
}

ARMCPRegWide *arm_cpreg_wide_find(const GPtrArray *list, uint64_t regidx)
{
    for (guint i = 0; list && i < list->len; i++) {
        ARMCPRegWide *reg = list->pdata[i];

        if (reg->regidx == regidx) {
            return reg;
        }
    }
    return NULL;
}

void arm_cpreg_wide_append(GString *text, const ARMCPRegWide *reg,
                           const char *what)
{
    g_autofree char *name = arm_cpreg_name(reg->regidx);
    size_t size = arm_cpreg_size(reg->regidx);

    arm_cpreg_clause(text, "%s of %zu byte%s = ", name, size,
                     size == 1 ? "" : "s");
    for (size_t i = 0; i < MIN(size, SHOWN); i++) {
        g_string_append_printf(text, "%02x", reg->value[i]);
    }
    g_string_append_printf(text, "%s: %s", size > SHOWN ? "..." : "", what);
}

void arm_cpreg_wide_unknown(const GPtrArray *source, const GPtrArray *own,
                            GString *refused)
{
    for (guint i = 0; source && i < source->len; i++) {
        const ARMCPRegWide *reg = source->pdata[i];

        if (!arm_cpreg_wide_find(own, reg->regidx)) {
            arm_cpreg_wide_append(refused, reg, "the destination has no such "
                                  "register, and it cannot be dropped safely");
        }
    }
}
