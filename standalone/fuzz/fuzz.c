/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The input of fuzz targets, and what a text for people must be. */

#include "qemu/osdep.h"
#include "fuzz.h"

static void take(FuzzInput *in, void *out, size_t size)
{
    size_t have = MIN(size, in->size);

    memset(out, 0, size);
    if (have) {
        memcpy(out, in->data, have);
        in->data += have;
        in->size -= have;
    }
}

uint8_t fuzz_u8(FuzzInput *in)
{
    uint8_t value;

    take(in, &value, sizeof(value));
    return value;
}

uint16_t fuzz_u16(FuzzInput *in)
{
    uint16_t value;

    take(in, &value, sizeof(value));
    return GUINT16_FROM_BE(value);
}

uint64_t fuzz_u64(FuzzInput *in)
{
    uint64_t value;

    take(in, &value, sizeof(value));
    return GUINT64_FROM_BE(value);
}

void fuzz_check_text(const char *text, size_t max)
{
    size_t len = strlen(text);

    g_assert_cmpuint(len, >, 0);
    g_assert_cmpuint(len, <=, max);
    g_assert_true(g_utf8_validate(text, len, NULL));
    for (const char *at = text; *at; at = g_utf8_next_char(at)) {
        g_assert_true(g_unichar_isprint(g_utf8_get_char(at)) || *at == '\n');
    }
}
