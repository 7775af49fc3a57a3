/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers and texts in bytes, big-endian, of a stream that anybody can send. */

#ifndef TARGET_ARM_CPREG_BYTES_H
#define TARGET_ARM_CPREG_BYTES_H

static inline void put32(GByteArray *out, uint32_t value)
{
    value = GUINT32_TO_BE(value);
    g_byte_array_append(out, (const guint8 *)&value, sizeof(value));
}

static inline void put64(GByteArray *out, uint64_t value)
{
    value = GUINT64_TO_BE(value);
    g_byte_array_append(out, (const guint8 *)&value, sizeof(value));
}

/* At most @max bytes of it, 255 at most. */
static inline void put_text(GByteArray *out, const char *text, guint8 max)
{
    guint8 len = MIN(strlen(text), max);

    g_byte_array_append(out, &len, 1);
    g_byte_array_append(out, (const guint8 *)text, len);
}

/* What is left to read; once it was too little, everything reads as 0. */
typedef struct Input {
    const guint8 *data;
    size_t size;
    bool short_of;
} Input;

static inline void take(Input *in, void *out, size_t size)
{
    if (size > in->size) {
        in->short_of = true;
        in->size = 0;
        memset(out, 0, size);
        return;
    }
    if (size) {
        memcpy(out, in->data, size);
    }
    in->data += size;
    in->size -= size;
}

static inline uint32_t take32(Input *in)
{
    uint32_t value;

    take(in, &value, sizeof(value));
    return GUINT32_FROM_BE(value);
}

static inline uint64_t take64(Input *in)
{
    uint64_t value;

    take(in, &value, sizeof(value));
    return GUINT64_FROM_BE(value);
}

/* A count of entries of @size bytes that can be there. */
static inline size_t take_count(Input *in, size_t size)
{
    size_t count = take32(in);

    if (count > in->size / size) {
        in->short_of = true;
        in->size = 0;
        return 0;
    }
    return count;
}

/* A text of at most @max bytes, as it can stand in a message; never NULL. */
static inline char *take_text(Input *in, guint8 max)
{
    char *text = g_malloc0(max + 1);
    guint8 len;

    take(in, &len, 1);
    if (len > max) {
        in->short_of = true;
        in->size = 0;
        len = 0;
    }
    take(in, text, len);
    for (char *at = text; at < text + len; at++) {
        if (!g_ascii_isprint(*at)) {
            *at = '?';
        }
    }
    return text;
}

#endif
