/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A host's dump from a file. */

#include "qemu/osdep.h"
#include <json-glib/json-glib.h>

#include "host-dump-parse.h"
#include "host-dump-read.h"
#include "json-text.h"

/* The text without the host's name. */
static GBytes *read_key(const char *text, size_t len, JsonTextSpan host)
{
    GByteArray *key = g_byte_array_sized_new(len);

    g_byte_array_append(key, (const guint8 *)text, host.start);
    g_byte_array_append(key, (const guint8 *)text + host.end, len - host.end);
    return g_byte_array_free_to_bytes(key);
}

GHashTable *host_dumps_known(void)
{
    return g_hash_table_new_full(g_bytes_hash, g_bytes_equal,
                                 (GDestroyNotify)g_bytes_unref,
                                 (GDestroyNotify)host_dump_free);
}

/* Returns NULL, and sets @fault, if the text is not a dump. */
static HostDump *read_dump(const char *text, size_t len, GHashTable *known,
                           char **fault)
{
    g_autoptr(HostDump) dump = NULL;
    g_autoptr(GBytes) key = NULL;
    const HostDump *like = NULL;
    JsonTextSpan host;

    *fault = len ? json_text_fault(text, len, "host", &host)
                 : g_strdup("empty");
    if (*fault) {
        return NULL;
    }
    if (known) {
        key = read_key(text, len, host);
        like = g_hash_table_lookup(known, key);
    }
    if (like) {
        g_autofree char *quoted = g_strndup(text + host.start,
                                            host.end - host.start);
        g_autoptr(JsonNode) node = *quoted ? json_from_string(quoted, NULL)
                                           : NULL;

        dump = host_dump_copy(like);
        if (node) {
            dump->host = host_dump_printable(json_node_get_string(node));
        }
        return g_steal_pointer(&dump);
    }
    dump = host_dump_new();
    *fault = host_dump_parse(dump, text, len);
    if (!*fault && known) {
        g_hash_table_insert(known, g_steal_pointer(&key),
                            host_dump_copy(dump));
    }
    return *fault ? NULL : g_steal_pointer(&dump);
}

/* All of a file, or one byte more than a dump can have. */
static GByteArray *read_file(const char *path, GError **err)
{
    bool is_stdin = g_str_equal(path, "-");
    FILE *file = is_stdin ? stdin : fopen(path, "rb");
    g_autoptr(GByteArray) text = g_byte_array_new();
    size_t got = 1;
    int error = 0;

    while (file && got && text->len <= HOST_DUMP_MAX) {
        guint at = text->len;

        g_byte_array_set_size(text, at + 65536);
        got = fread(text->data + at, 1, 65536, file);
        g_byte_array_set_size(text, at + got);
    }
    if (!file || ferror(file)) {
        error = errno;
    }
    if (file && !is_stdin) {
        fclose(file);
    }
    if (error) {
        g_set_error(err, HOST_DUMP_ERROR, HOST_DUMP_ERROR_FILE,
                    "%s: %s; name a file from kvm-arm-regs dump", path,
                    g_strerror(error));
        return NULL;
    }
    if (text->len > HOST_DUMP_MAX) {
        g_set_error(err, HOST_DUMP_ERROR, HOST_DUMP_ERROR_CONTENT,
                    "%s: larger than %d MiB, so not a dump of a host; "
                    HOST_DUMP_REMEDY, path, HOST_DUMP_MAX >> 20);
        return NULL;
    }
    return g_steal_pointer(&text);
}

HostDump *host_dump_read(const char *path, GHashTable *known, GError **err)
{
    g_autoptr(GByteArray) text = read_file(path, err);
    g_autofree char *fault = NULL;
    HostDump *dump;

    if (!text) {
        return NULL;
    }
    dump = read_dump((const char *)text->data, text->len, known, &fault);
    if (!dump) {
        g_set_error(err, HOST_DUMP_ERROR, HOST_DUMP_ERROR_CONTENT, "%s: %s%s",
                    path, fault,
                    strstr(fault, "; ") ? "" : "; " HOST_DUMP_REMEDY);
        return NULL;
    }
    dump->path = g_strdup(path);
    return dump;
}
