/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why a destination refused the guest, told to the source. */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/timer.h"
#include "io/channel.h"
#include "migration/refusal.h"
#include "migration.h"
#include "qemu-file.h"

/* So long the source has to close the channel once it was told. */
#define CLOSE_MS 3000

/* Destination: the source of this load knows the messages. */
static bool agreed;
static bool told_source;
static char *reason;

void migration_refusal_agree(bool knows)
{
    agreed = knows;
    told_source = false;
    g_clear_pointer(&reason, g_free);
}

bool migration_refusal_agreed(void)
{
    return agreed;
}

void migration_refusal_reason(const Error *err)
{
    g_free(reason);
    reason = g_strdup(error_get_pretty(err));
}

/* At most @max bytes, and no part of a character. */
static size_t refusal_clip(const char *text, size_t max)
{
    size_t len = strlen(text);
    const char *end = text + max;

    if (len <= max) {
        return len;
    }
    while (end > text && (*end & 0xc0) == 0x80) {
        end--;
    }
    return end - text;
}

static void refusal_give_up(void *opaque)
{
    qio_channel_shutdown(opaque, QIO_CHANNEL_SHUTDOWN_BOTH, NULL);
}

void coroutine_fn migration_refusal_drain(MigrationIncomingState *mis)
{
    g_autofree char *buf = g_malloc(65536);
    int64_t end = qemu_clock_get_ms(QEMU_CLOCK_REALTIME) + CLOSE_MS;
    QIOChannel *ioc;
    QEMUTimer *timer;
    ssize_t len;

    if (!told_source) {
        return;
    }
    told_source = false;
    ioc = qemu_file_get_ioc(mis->from_src_file);
    if (!qio_channel_has_feature(ioc, QIO_CHANNEL_FEATURE_SHUTDOWN)) {
        return;     /* it could not be given up */
    }
    timer = timer_new_ms(QEMU_CLOCK_REALTIME, refusal_give_up, ioc);
    timer_mod(timer, end);
    /* A source that sends without a pause keeps the timer from running. */
    do {
        len = qio_channel_read(ioc, buf, 65536, NULL);
        if (len == QIO_CHANNEL_ERR_BLOCK) {
            qio_channel_yield(ioc, G_IO_IN);
        }
    } while ((len > 0 || len == QIO_CHANNEL_ERR_BLOCK) &&
             qemu_clock_get_ms(QEMU_CLOCK_REALTIME) < end);
    timer_free(timer);
}

static void refusal_send(MigrationIncomingState *mis, const Error *why)
{
    const char *text = reason ?: error_get_pretty(why);
    size_t len = refusal_clip(text, MIGRATION_REFUSAL_MAX);

    for (size_t at = 0; at < len; at += MIGRATION_REFUSAL_CHUNK) {
        migrate_send_rp_refusal(mis, text + at,
                                MIN(MIGRATION_REFUSAL_CHUNK, len - at));
    }
    agreed = false;
}

void migration_refusal_tell(MigrationIncomingState *mis, Error *err)
{
    if (err) {
        migrate_set_error(migrate_get_current(), err);
        if (agreed) {
            refusal_send(mis, err);
        }
        error_free(err);
    }
}

void migration_refusal_end(MigrationIncomingState *mis, const Error *why)
{
    if (agreed) {
        refusal_send(mis, why);
        migrate_send_rp_shut(mis, 1);
        told_source = true;
    }
}

/* Source: what has arrived. */
static GString *received;
static bool told;

void migration_refusal_reset(void)
{
    if (received) {
        g_string_free(received, true);
        received = NULL;
    }
    qatomic_set(&told, false);
}

bool migration_refusal_was_told(void)
{
    return qatomic_read(&told);
}

void migration_refusal_receive(const uint8_t *text, size_t len)
{
    received = received ?: g_string_new(NULL);
    g_string_append_len(received, (const char *)text,
                        MIN(len, MIGRATION_REFUSAL_MAX - received->len));
}

/* It goes to logs and terminals: valid UTF-8, and only what can be printed. */
static char *refusal_clean(const GString *text)
{
    g_autofree char *valid = g_utf8_make_valid(text->str, text->len);
    GString *printed = g_string_new(NULL);

    for (char *at = valid; *at; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);

        g_string_append_unichar(printed, g_unichar_isprint(c) ? c : ' ');
    }
    return g_string_free(printed, false);
}

void migration_refusal_complete(Error **errp)
{
    g_autofree char *text = received && received->len ?
                            refusal_clean(received) : NULL;

    if (text) {
        error_free(*errp);
        *errp = NULL;
        error_setg(errp, "The destination refused the guest: %s", text);
        qatomic_set(&told, true);
    }
}
