/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Registers of other sizes than 32 and 64 bits. */

#include "qemu/osdep.h"
#include "cpreg-wide.h"

/* So many bytes of a value are printed. */
#define SHOWN 32

size_t arm_cpreg_size(uint64_t regidx)
{
    return (size_t)1 << ((regidx & ARM_CPREG_SIZE_MASK) >>
                         ARM_CPREG_SIZE_SHIFT);
}

bool arm_cpreg_is_wide(uint64_t regidx)
{
    uint64_t size = regidx & ARM_CPREG_SIZE_MASK;
    uint64_t kind = regidx & ARM_CPREG_KIND_MASK;

    return size != ARM_CPREG_SIZE_U32 && size != ARM_CPREG_SIZE_U64 &&
           kind != ARM_CPREG_KIND_CORE && kind != ARM_CPREG_KIND_SVE;
}

static void clear(gpointer entry)
{
    g_free(((ARMCPRegWide *)entry)->value);
}

GArray *arm_cpreg_wide_new(void)
{
    GArray *list = g_array_new(false, false, sizeof(ARMCPRegWide));

    g_array_set_clear_func(list, clear);
    return list;
}

static ARMCPRegWide *entry(GArray *list, guint i)
{
    return &g_array_index(list, ARMCPRegWide, i);
}

ARMCPRegWide *arm_cpreg_wide_add(GArray *list, uint64_t regidx)
{
    ARMCPRegWide reg = {
        .regidx = regidx,
        .value = g_malloc0(arm_cpreg_size(regidx)),
    };

    g_array_append_val(list, reg);
    return entry(list, list->len - 1);
}

ARMCPRegWide *arm_cpreg_wide_find(GArray *list, uint64_t regidx)
{
    for (guint i = 0; list && i < list->len; i++) {
        if (entry(list, i)->regidx == regidx) {
            return entry(list, i);
        }
    }
    return NULL;
}

char *arm_cpreg_wide_fault(GArray *list)
{
    for (guint i = 0; i < list->len; i++) {
        uint64_t regidx = entry(list, i)->regidx;
        const char *what = NULL;
        g_autofree char *name = NULL;

        if (!arm_cpreg_is_wide(regidx)) {
            what = "is not of a size that belongs there";
        } else if (i > 0 && entry(list, i - 1)->regidx == regidx) {
            what = "is in the list twice";
        } else if (i > 0 && entry(list, i - 1)->regidx > regidx) {
            what = "is out of order";
        }
        if (what) {
            name = arm_cpreg_name(regidx);
            return g_strdup_printf("entry %u of the wide registers, %s, %s",
                                   i, name, what);
        }
    }
    return NULL;
}

char *arm_cpreg_wide_text(const ARMCPRegWide *reg)
{
    g_autofree char *name = arm_cpreg_name(reg->regidx);
    size_t size = arm_cpreg_size(reg->regidx);
    GString *text = g_string_new(NULL);

    g_string_printf(text, "%s of %zu byte%s = ", name, size,
                    size == 1 ? "" : "s");
    for (size_t i = 0; i < MIN(size, SHOWN); i++) {
        g_string_append_printf(text, "%02x", reg->value[i]);
    }
    if (size > SHOWN) {
        g_string_append(text, "...");
    }
    return g_string_free(text, false);
}

void arm_cpreg_wide_append(GString *text, const ARMCPRegWide *reg,
                           const char *what)
{
    g_autofree char *said = arm_cpreg_wide_text(reg);

    g_string_append_printf(text, "%s%s%s", text->len ? "; " : "", said, what);
}

void arm_cpreg_wide_unknown(GArray *source, GArray *own, GString *refused)
{
    for (guint i = 0; source && i < source->len; i++) {
        if (!arm_cpreg_wide_find(own, entry(source, i)->regidx)) {
            arm_cpreg_wide_append(refused, entry(source, i), " is unknown "
                                  "here, and no rule lets it stay behind");
        }
    }
}
