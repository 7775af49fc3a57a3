/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hosts that no comparison tells apart. */

#include "qemu/osdep.h"
#include "host-kinds.h"
#include "target/arm/cpreg/manifest-stream.h"

GBytes *host_kind_key(const HostDump *dump)
{
    GByteArray *key = arm_cpreg_manifest_encode(dump->manifest);

    for (guint i = 0; i < dump->regs->len; i++) {
        const HostReg *reg = &g_array_index(dump->regs, HostReg, i);

        if (reg->has_mask) {
            g_byte_array_append(key, (const guint8 *)&reg->regidx,
                                sizeof(reg->regidx));
            g_byte_array_append(key, (const guint8 *)&reg->writable,
                                sizeof(reg->writable));
        }
    }
    return g_byte_array_free_to_bytes(key);
}

static void host_kind_free(gpointer data)
{
    HostKind *kind = data;

    g_ptr_array_unref(kind->dumps);
    g_free(kind);
}

GPtrArray *host_kinds_new(GPtrArray *dumps,
                          GBytes *(*key)(const HostDump *dump))
{
    g_autoptr(GHashTable) known = g_hash_table_new_full(
        g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
    GPtrArray *kinds = g_ptr_array_new_with_free_func(host_kind_free);

    for (guint i = 0; i < dumps->len; i++) {
        g_autoptr(GBytes) bytes = key(dumps->pdata[i]);
        HostKind *found = g_hash_table_lookup(known, bytes);

        if (!found) {
            found = g_new0(HostKind, 1);
            found->dumps = g_ptr_array_new();
            g_ptr_array_add(kinds, found);
            g_hash_table_insert(known, g_steal_pointer(&bytes), found);
        }
        g_ptr_array_add(found->dumps, dumps->pdata[i]);
    }
    return kinds;
}
