/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The cpreg list of a vCPU inside a saved migration stream. */

#include "qemu/osdep.h"
#include "qemu/bswap.h"
#include "arm-cpreg-stream.h"

/* docs/devel/migration/main.rst, and vmstate_arm_cpu up to its list */
#define SECTION_FULL    4
#define CPU_VERSION     22
#define BEFORE_LENGTH   (16 * 4 + 32 * 8 + 8 + 4 + 4 + 8 * 8 + 8 * 4 + 8 * 4 + \
                         5 * 4 + 5 * 4 + 4 * 8 + 4 * 8)
#define LIST_MAX        16384

static void append64(GByteArray *out, uint64_t value)
{
    value = cpu_to_be64(value);
    g_byte_array_append(out, (const guint8 *)&value, sizeof(value));
}

gssize arm_cpreg_stream_find(const void *data, size_t size, uint32_t cpu)
{
    char head[12] = "\3cpu";
    const uint8_t *at;

    stl_be_p(head + 4, cpu);
    stl_be_p(head + 8, CPU_VERSION);
    at = memmem(data, size, head, sizeof(head));
    if (!at || at - (const uint8_t *)data < 5 || at[-5] != SECTION_FULL ||
        at + sizeof(head) + BEFORE_LENGTH + 4 > (const uint8_t *)data + size) {
        return -1;
    }
    return at + sizeof(head) + BEFORE_LENGTH - (const uint8_t *)data;
}

ArmCPRegStream *arm_cpreg_stream_new(const void *data, size_t size,
                                     uint32_t cpu)
{
    gssize at = arm_cpreg_stream_find(data, size, cpu);
    g_autoptr(ArmCPRegStream) stream = g_new0(ArmCPRegStream, 1);
    const uint8_t *bytes = data;
    uint32_t len;

    stream->head = g_byte_array_new();
    stream->tail = g_byte_array_new();
    stream->indexes = g_array_new(false, false, sizeof(uint64_t));
    stream->values = g_array_new(false, false, sizeof(uint64_t));
    stream->length = -1;
    if (at < 0) {
        return NULL;
    }
    len = ldl_be_p(bytes + at);
    if (len > LIST_MAX || at + 4 + 16ULL * len > size) {
        return NULL;
    }
    g_byte_array_append(stream->head, bytes, at);
    at += 4;
    for (uint32_t i = 0; i < len; i++) {
        uint64_t index = ldq_be_p(bytes + at + 8 * i);
        uint64_t value = ldq_be_p(bytes + at + 8 * (len + i));

        if (i && index <= g_array_index(stream->indexes, uint64_t, i - 1)) {
            return NULL;
        }
        g_array_append_val(stream->indexes, index);
        g_array_append_val(stream->values, value);
    }
    at += 16 * len;
    g_byte_array_append(stream->tail, bytes + at, size - at);
    return g_steal_pointer(&stream);
}

void arm_cpreg_stream_free(ArmCPRegStream *stream)
{
    g_byte_array_unref(stream->head);
    g_byte_array_unref(stream->tail);
    g_array_unref(stream->indexes);
    g_array_unref(stream->values);
    g_free(stream);
}

int arm_cpreg_stream_at(const ArmCPRegStream *stream, uint64_t regidx)
{
    for (guint i = 0; i < stream->indexes->len; i++) {
        if (g_array_index(stream->indexes, uint64_t, i) == regidx) {
            return i;
        }
    }
    return -1;
}

uint64_t *arm_cpreg_stream_value(ArmCPRegStream *stream, uint64_t regidx)
{
    int at = arm_cpreg_stream_at(stream, regidx);

    g_assert_cmpint(at, >=, 0);
    return &g_array_index(stream->values, uint64_t, at);
}

void arm_cpreg_stream_add(ArmCPRegStream *stream, uint64_t regidx,
                          uint64_t value)
{
    guint at = 0;

    while (at < stream->indexes->len &&
           g_array_index(stream->indexes, uint64_t, at) < regidx) {
        at++;
    }
    g_array_insert_val(stream->indexes, at, regidx);
    g_array_insert_val(stream->values, at, value);
}

void arm_cpreg_stream_remove(ArmCPRegStream *stream, guint at)
{
    g_array_remove_index(stream->indexes, at);
    g_array_remove_index(stream->values, at);
}

GByteArray *arm_cpreg_stream_render(const ArmCPRegStream *stream)
{
    GByteArray *out = g_byte_array_new();
    int32_t length = stream->length;
    uint8_t word[4];

    stl_be_p(word, length == -1 ? stream->indexes->len : length);
    g_byte_array_append(out, stream->head->data, stream->head->len);
    g_byte_array_append(out, word, sizeof(word));
    for (guint i = 0; i < stream->indexes->len; i++) {
        append64(out, g_array_index(stream->indexes, uint64_t, i));
    }
    for (guint i = 0; i < stream->values->len; i++) {
        append64(out, g_array_index(stream->values, uint64_t, i));
    }
    g_byte_array_append(out, stream->tail->data, stream->tail->len);
    return out;
}
