/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tell the source why the destination refused the guest. */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/timer.h"
#include "io/channel.h"
#include "migration/misc.h"
#include "migration/refusal.h"
#include "migration.h"
#include "qemu-file.h"

/* The time that a source has to close the channel after a refusal. */
#define CLOSE_MS 3000

/* Destination: the source of this load knows the messages. */
static bool refusal_agreed;
static bool refusal_sent;

void migration_refusal_agree(bool knows)
{
    refusal_agreed = knows;
    refusal_sent = false;
}

bool migration_refusal_agreed(void)
{
    return refusal_agreed;
}

/* The length of @text, at most @max bytes and only whole characters. */
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

    if (!refusal_sent) {
        return;
    }
    refusal_sent = false;
    ioc = qemu_file_get_ioc(mis->from_src_file);
    if (!qio_channel_has_feature(ioc, QIO_CHANNEL_FEATURE_SHUTDOWN)) {
        return;     /* no time limit is possible */
    }
    timer = timer_new_ms(QEMU_CLOCK_REALTIME, refusal_give_up, ioc);
    timer_mod(timer, end);
    /* The loop checks the time, too: the timer runs only while it yields. */
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
    const char *text = migration_load_cause() ?: error_get_pretty(why);
    size_t len = refusal_clip(text, MIGRATION_REFUSAL_MAX);

    for (size_t at = 0; at < len; at += MIGRATION_REFUSAL_CHUNK) {
        migrate_send_rp_refusal(mis, text + at,
                                MIN(MIGRATION_REFUSAL_CHUNK, len - at));
    }
    refusal_agreed = false;
}

void migration_refusal_tell(MigrationIncomingState *mis, Error *err)
{
    MigrationState *s = migrate_get_current();

    if (err) {
        if (refusal_agreed) {
            refusal_send(mis, err);
        }
        WITH_QEMU_LOCK_GUARD(&s->error_mutex) {
            error_propagate(&s->error, err);
        }
    }
}

void migration_refusal_end(MigrationIncomingState *mis, const Error *why)
{
    if (refusal_agreed) {
        refusal_send(mis, why);
        migrate_send_rp_shut(mis, 1);
        refusal_sent = true;
    }
}

/* Source: what has arrived. */
static GString *refusal_received;
static bool refusal_arrived;

void migration_refusal_reset(void)
{
    if (refusal_received) {
        g_string_free(refusal_received, true);
        refusal_received = NULL;
    }
    qatomic_set(&refusal_arrived, false);
}

bool migration_refusal_was_told(void)
{
    return qatomic_read(&refusal_arrived);
}

void migration_refusal_receive(const uint8_t *text, size_t len)
{
    size_t left;

    refusal_received = refusal_received ?: g_string_new(NULL);
    left = MIGRATION_REFUSAL_MAX - refusal_received->len;
    g_string_append_len(refusal_received, (const char *)text, MIN(len, left));
}

/* For logs and terminals: valid UTF-8 without control characters. */
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
    g_autofree char *text = refusal_received && refusal_received->len ?
                            refusal_clean(refusal_received) : NULL;

    if (text) {
        error_free(*errp);
        *errp = NULL;
        error_setg(errp, "The destination refused the guest: %s", text);
        qatomic_set(&refusal_arrived, true);
    }
}
