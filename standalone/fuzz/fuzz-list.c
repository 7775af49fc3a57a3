/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The register list of a vCPU, loaded onto a scripted kernel.
 *
 * The first byte chooses the destination, and how the rest is read: as the
 * stream itself, or as edits of a good one, since few random bytes are a list.
 */

#include "qemu/osdep.h"
#include "fuzz.h"
#include "migration/handshake.h"
#include "scripted-test.h"
#include "target/arm/cpreg/names.h"

#define RAW 0x80

/* A stream in parts. */
typedef struct Stream {
    GArray *indexes;
    GArray *values;
    GByteArray *rest;
} Stream;

static struct {
    ScriptedKVM *to;
    Stream good;        /* of a guest that comes from such a kernel */
} cases[6];

static uint64_t be64(const guint8 *at)
{
    uint64_t value;

    memcpy(&value, at, sizeof(value));
    return GUINT64_FROM_BE(value);
}

static void split(const GByteArray *bytes, Stream *stream)
{
    uint32_t len;

    memcpy(&len, bytes->data, sizeof(len));
    len = GUINT32_FROM_BE(len);
    stream->indexes = g_array_new(false, false, sizeof(uint64_t));
    stream->values = g_array_new(false, false, sizeof(uint64_t));
    for (uint32_t i = 0; i < len; i++) {
        uint64_t index = be64(bytes->data + 4 + 8 * i);
        uint64_t value = be64(bytes->data + 4 + 8 * (len + i));

        g_array_append_val(stream->indexes, index);
        g_array_append_val(stream->values, value);
    }
    stream->rest = g_byte_array_new();
    g_byte_array_append(stream->rest, bytes->data + 4 + 16 * len,
                        bytes->len - 4 - 16 * len);
}

static void init(void)
{
    static const struct {
        const char *from;
        const char *to;
        bool whole;
    } pairs[G_N_ELEMENTS(cases)] = {
        { "6.12" ON_N1_PMU, "6.18" ON_N1_PMU, false },
        { "6.18" ON_N1_PMU, "6.12" ON_N1_PMU, false },
        { "6.1" ON_N1, "7.3" ON_N1, false },
        { "7.3" ON_N1_PMU, "6.18" ON_N1_PMU, false },
        { "6.12" ON_MAX, "7.2" ON_MAX, false },
        { "5.10" ON_N1, "6.12" ON_N1, true },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        g_autoptr(ScriptedKVM) from = pairs[i].whole
            ? fuzz_kernel(pairs[i].from) : fuzz_small_kernel(pairs[i].from);
        g_autoptr(QEMUFile) f = stream_from(from);

        split(f->bytes, &cases[i].good);
        cases[i].to = pairs[i].whole ? fuzz_kernel(pairs[i].to)
                                     : fuzz_small_kernel(pairs[i].to);
    }
}

/* An index that a list could have. */
static uint64_t some_index(FuzzInput *in, const Stream *stream)
{
    uint8_t how = fuzz_u8(in);

    switch (how % 4) {
    case 0:
        return fuzz_u64(in);
    case 1:
        return ARM_CPREG_ARCH_ARM64 | ARM_CPREG_SIZE_U64 |
               ARM_CPREG_KIND_SYSREG | fuzz_u16(in);
    case 2:
        return (how & 0x80 ? ARM_CPREG_FW(0) : ARM_CPREG_FW_BMAP(0)) +
               fuzz_u8(in) % 8;
    default:
        return stream->indexes->len ?
               g_array_index(stream->indexes, uint64_t,
                             fuzz_u16(in) % stream->indexes->len) : 0;
    }
}

static void insert(Stream *stream, uint64_t index, uint64_t value)
{
    guint at = 0;

    while (at < stream->indexes->len &&
           g_array_index(stream->indexes, uint64_t, at) < index) {
        at++;
    }
    g_array_insert_val(stream->indexes, at, index);
    g_array_insert_val(stream->values, at, value);
}

static void edit(FuzzInput *in, Stream *stream)
{
    while (in->size && stream->indexes->len) {
        uint8_t how = fuzz_u8(in);
        guint at = fuzz_u16(in) % stream->indexes->len;
        uint64_t *index = &g_array_index(stream->indexes, uint64_t, at);
        uint64_t *value = &g_array_index(stream->values, uint64_t, at);
        uint64_t new;

        switch (how % 6) {
        case 0:
            g_array_remove_index(stream->indexes, at);
            g_array_remove_index(stream->values, at);
            break;
        case 1:
            new = some_index(in, stream);
            insert(stream, new, how & 0x80 ? fuzz_u64(in) : fuzz_u8(in) & 3);
            break;
        case 2:
            *value = fuzz_u64(in);
            break;
        case 3:
            *value ^= 1ULL << (fuzz_u8(in) % 64);
            break;
        case 4:
            *index = some_index(in, stream);        /* seldom in order */
            break;
        default:
            *value += how & 0x80 ? 1 : -1;
            break;
        }
    }
}

static void render(const Stream *stream, QEMUFile *f)
{
    qemu_put_be32(f, stream->indexes->len);
    for (guint i = 0; i < stream->indexes->len; i++) {
        qemu_put_be64(f, g_array_index(stream->indexes, uint64_t, i));
    }
    for (guint i = 0; i < stream->values->len; i++) {
        qemu_put_be64(f, g_array_index(stream->values, uint64_t, i));
    }
    qemu_put_buffer(f, stream->rest->data, stream->rest->len);
}

/* Registers that KVM stores as they are written, on every kernel. */
static bool is_plain(uint64_t regidx)
{
    return regidx == ARM_CPREG(TCR_EL1) || regidx == ARM_CPREG(TPIDR_EL1) ||
           regidx == ARM_CPREG(VBAR_EL1);
}

/* An accepted list: the guest has all registers, or cannot see the rest. */
static void check_loaded(ScriptedKVM *to, const GByteArray *bytes)
{
    Stream stream;
    uint64_t last = 0;

    split(bytes, &stream);
    for (guint i = 0; i < stream.indexes->len; i++) {
        uint64_t index = g_array_index(stream.indexes, uint64_t, i);
        uint64_t value = g_array_index(stream.values, uint64_t, i);
        ScriptedReg *reg = scripted_kvm_find(to, index);
        bool listed = reg && scripted_kvm_lists(to, reg);

        g_assert_true(i == 0 || index > last);
        last = index;
        if (listed && is_plain(index)) {
            g_assert_cmphex(scripted_kvm_value(to, index), ==, value);
        }
        /* A register that no kernel lists: an ID register of value 0. */
        if (!listed && !fuzz_is_recorded(index)) {
            g_assert_cmphex(index, >=, ARM_CPREG_ID_FIRST);
            g_assert_cmphex(index, <=, ARM_CPREG_ID_LAST);
            g_assert_cmphex(value, ==, 0);
        }
        /* Bitmaps of services that the guest may have called. */
        if (!listed && index >= ARM_CPREG_FW_BMAP(0) &&
            index <= ARM_CPREG_FW_BMAP(7)) {
            g_assert_cmphex(value, ==, 0);
        }
    }
    g_array_unref(stream.indexes);
    g_array_unref(stream.values);
    g_byte_array_unref(stream.rest);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FuzzInput in = { data, size };
    uint8_t how = fuzz_u8(&in);
    g_autoptr(QEMUFile) f = qemu_file_new();
    g_autoptr(ARMCPU) cpu = NULL;
    g_autoptr(Error) err = NULL;
    ScriptedKVM *to;
    unsigned which;
    bool ok;

    if (!cases[0].to) {
        init();
    }
    /* The whole list is slow: one value in sixteen. */
    which = (how & 15) == 15 ? 5 : how % 5;
    to = cases[which].to;
    if (how & RAW) {
        qemu_put_buffer(f, in.data, in.size);
    } else {
        Stream stream = {
            .indexes = g_array_copy(cases[which].good.indexes),
            .values = g_array_copy(cases[which].good.values),
            .rest = cases[which].good.rest,
        };

        edit(&in, &stream);
        render(&stream, f);
        g_array_unref(stream.indexes);
        g_array_unref(stream.values);
    }
    scripted_kvm_reset(to);
    cpu = scripted_start(to, NULL);
    ok = load_stream(cpu, f, &err);
    fuzz_check_failed(ok, err);
    if (ok) {
        check_loaded(to, f->bytes);
    }
    return 0;
}
