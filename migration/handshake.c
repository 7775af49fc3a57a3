/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Handshake: hold RAM back until the destination has answered. */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/error-report.h"
#include "qemu/main-loop.h"
#include "qemu/thread.h"
#include "qemu/timer.h"
#include "migration/handshake.h"
#include "migration/refusal.h"
#include "migration/vmstate.h"
#include "migration.h"
#include "options.h"
#include "qemu-file.h"
#include "savevm.h"
#include "trace.h"

enum {
    /* Does the destination know the handshake?  Every QEMU echoes it. */
    PING_KNOWS = 0xa5c1,
    /* Yes.  Sent before the echo. */
    PONG_KNOWS = 0xa5c2,
    /* The section is accepted.  Sent without a PING. */
    PONG_ACCEPTED = 0xa5c3,
    /* Sent after all of the set-up phase. */
    PING_SET_UP = 0xa5c4,
};

/* What the return path thread has seen. */
#define SEEN(pong)  (1u << ((pong) - PING_KNOWS))
enum {
    SEEN_PONG = 1 << 4,     /* of any value */
    SEEN_BREAK = 1 << 5,    /* an error, the first of the migration */
    SEEN_END = 1 << 6,
};

/* A destination that is not stopped answers within a round trip. */
#define HANDSHAKE_MS 5000

/* One migration at a time. */
static struct {
    const VMStateDescription *vmsd;     /* NULL: nothing to check */
    void *opaque;
    bool required;
    bool ours;          /* only the handshake needs the return path */
    bool knows;         /* the destination knows the handshake */
    bool alone;         /* no answer, and only we use the return path */
    unsigned seen;      /* by the return path thread */
    QemuSemaphore sem;
} handshake;

void migration_handshake_provide(const VMStateDescription *vmsd, void *opaque)
{
    if (!handshake.vmsd) {
        qemu_sem_init(&handshake.sem, 0);
        handshake.vmsd = vmsd;
        handshake.opaque = opaque;
    }
}

void migration_handshake_register(void)
{
    if (handshake.vmsd) {
        vmstate_register(NULL, 0, handshake.vmsd, handshake.opaque);
    }
}

void migration_handshake_require(void)
{
    handshake.required = true;
}

bool migration_handshake_is_on(void)
{
    return handshake.vmsd && !migrate_colo() &&
           !migrate_background_snapshot() &&
           (handshake.required || migrate_get_current()->capabilities[
               MIGRATION_CAPABILITY_X_CHECK_BEFORE_RAM]);
}

static bool handshake_seen(unsigned what)
{
    return qatomic_read(&handshake.seen) & what;
}

static void handshake_see(unsigned what)
{
    qatomic_or(&handshake.seen, what);
    if (handshake.vmsd) {
        qemu_sem_post(&handshake.sem);
    }
}

static bool handshake_has_peer(void)
{
    return handshake.knows && migrate_get_current()->rp_state.rp_thread_created;
}

bool migration_handshake_agreed(void)
{
    return handshake.required || handshake_has_peer();
}

bool migration_handshake_opens_return_path(MigrationState *s)
{
    if (s->state == MIGRATION_STATUS_POSTCOPY_RECOVER_SETUP) {
        return false;       /* the guest runs at the destination */
    }
    handshake.knows = false;
    handshake.alone = false;
    qatomic_set(&handshake.seen, 0);
    while (handshake.vmsd && qemu_sem_timedwait(&handshake.sem, 0) == 0) {
        /* left by an earlier migration */
    }
    handshake.ours = !migrate_postcopy_ram() && !migrate_return_path();
    /* Sockets can be shut down, also with TLS; files and pipes cannot. */
    return migration_handshake_is_on() &&
           qio_channel_has_feature(qemu_file_get_ioc(s->to_dst_file),
                                   QIO_CHANNEL_FEATURE_SHUTDOWN);
}

void migration_handshake_ping(uint32_t value)
{
    if (value == PING_KNOWS && handshake.vmsd) {
        migration_refusal_agree(true);
        migrate_send_rp_pong(migration_incoming_get_current(), PONG_KNOWS);
    }
}

void migration_handshake_accept(void)
{
    if (migration_refusal_agreed()) {
        migrate_send_rp_pong(migration_incoming_get_current(), PONG_ACCEPTED);
    }
}

void migration_handshake_pong(uint32_t value)
{
    handshake_see(value < PING_KNOWS || value > PING_SET_UP ? SEEN_PONG :
                  SEEN_PONG | SEEN(value));
}

bool migration_handshake_is_alone(void)
{
    return handshake.alone && !handshake_seen(SEEN_PONG);
}

void migration_handshake_broken(MigrationState *s, Error **errp)
{
    if (*errp && migration_handshake_is_alone()) {
        error_free(*errp);
        *errp = NULL;
    }
    if (*errp && !migrate_has_error(s)) {
        handshake_see(SEEN_BREAK);
    }
}

void migration_handshake_end(void)
{
    handshake_see(SEEN_END);
}

static void handshake_fail(MigrationState *s, const char *why)
{
    Error *err = NULL;

    error_setg(&err, "%s. No guest RAM was sent", why);
    WITH_QEMU_LOCK_GUARD(&s->error_mutex) {
        error_propagate(&s->error, err);
    }
}

typedef enum HandshakeWait {
    HANDSHAKE_ARRIVED,
    HANDSHAKE_TIMEOUT,
    HANDSHAKE_CLOSED,       /* the return path has ended, without an error */
    HANDSHAKE_FAILED,       /* the migration failed, or was cancelled */
} HandshakeWait;

/* Wait for a pong for at most @ms; without a limit if @ms is 0. */
static HandshakeWait handshake_wait_for(MigrationState *s, uint32_t pong,
                                        int64_t ms)
{
    int64_t start = qemu_clock_get_ms(QEMU_CLOCK_REALTIME);
    MigrationStatus state = qatomic_read(&s->state);

    while (!handshake_seen(SEEN(pong))) {
        bool ended = handshake_seen(SEEN_END);

        if (ended) {
            /*
             * migration_cancel() shuts the channel down before it changes
             * the state, both under the BQL: let it finish.
             */
            bql_lock();
            bql_unlock();
        }
        if (qatomic_read(&s->state) != state || migrate_has_error(s)) {
            return HANDSHAKE_FAILED;
        }
        if (ended) {
            return HANDSHAKE_CLOSED;
        }
        if (ms && qemu_clock_get_ms(QEMU_CLOCK_REALTIME) - start > ms) {
            return HANDSHAKE_TIMEOUT;
        }
        /* migration_cancel() does not post the semaphore: poll. */
        qemu_sem_timedwait(&handshake.sem, 100);
    }
    return HANDSHAKE_ARRIVED;
}

/* False if the migration failed, or was cancelled. */
static bool handshake_ask(MigrationState *s)
{
    int64_t start = qemu_clock_get_ms(QEMU_CLOCK_REALTIME);
    HandshakeWait wait;

    qemu_savevm_send_ping(s->to_dst_file, PING_KNOWS);
    wait = handshake_wait_for(s, PING_KNOWS, HANDSHAKE_MS);
    if (wait == HANDSHAKE_FAILED) {
        return false;
    }
    handshake.knows = handshake_seen(SEEN(PONG_KNOWS));
    trace_migration_handshake_ask(
        handshake.knows ? "knows the handshake" :
        wait == HANDSHAKE_ARRIVED ? "does not know the handshake" :
        "does not answer", qemu_clock_get_ms(QEMU_CLOCK_REALTIME) - start);
    if (handshake.knows) {
        return true;
    }
    if (handshake.required) {
        handshake_fail(s, wait == HANDSHAKE_ARRIVED ?
                       "The guest was started with a guest view (such as "
                       "kvm-baseline), and the destination's QEMU does not "
                       "know such guests. Migrate it to a QEMU that does" :
                       "The guest was started with a guest view (such as "
                       "kvm-baseline), and the destination did not say in "
                       "time whether it knows such guests. Migrate it to a "
                       "running QEMU that does");
        return false;
    }
    if (wait != HANDSHAKE_ARRIVED) {
        handshake.alone = handshake.ours;
        warn_report("The destination of the migration does not answer: RAM is "
                    "sent without a check of the guest's registers");
    }
    return true;
}

bool migration_handshake_ask(MigrationState *s)
{
    return !migration_handshake_is_on() || !s->rp_state.rp_thread_created ||
           handshake_ask(s);
}

/* Say more if the return path broke before the answer, without a reason. */
static void handshake_explain(MigrationState *s)
{
    if (handshake_seen(SEEN_BREAK) && !handshake_seen(SEEN(PONG_ACCEPTED)) &&
        !migration_refusal_was_told()) {
        WITH_QEMU_LOCK_GUARD(&s->error_mutex) {
            error_prepend(&s->error, "The connection ended before the "
                          "destination had checked the guest's registers, "
                          "without a reason: see the destination's log. ");
        }
    }
}

bool migration_handshake_wait(MigrationState *s)
{
    int64_t start = qemu_clock_get_ms(QEMU_CLOCK_REALTIME);
    HandshakeWait wait;

    if (!handshake_has_peer()) {
        return true;
    }
    /* No limit: a destination can need minutes to set up RAM. */
    qemu_savevm_send_ping(s->to_dst_file, PING_SET_UP);
    wait = handshake_wait_for(s, PING_SET_UP, 0);
    if (wait == HANDSHAKE_ARRIVED && handshake_seen(SEEN(PONG_ACCEPTED))) {
        trace_migration_handshake_passed(
            qemu_clock_get_ms(QEMU_CLOCK_REALTIME) - start);
        return true;
    }
    if (wait == HANDSHAKE_FAILED) {
        handshake_explain(s);
    } else {
        handshake_fail(s, "The destination did not check the guest's "
                       "registers: see its log");
    }
    return false;
}
