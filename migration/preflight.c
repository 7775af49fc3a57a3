/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Preflight: hold RAM back until the destination has answered. */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/error-report.h"
#include "qemu/main-loop.h"
#include "qemu/thread.h"
#include "qemu/timer.h"
#include "migration/preflight.h"
#include "migration/refusal.h"
#include "migration/vmstate.h"
#include "migration.h"
#include "options.h"
#include "qemu-file.h"
#include "savevm.h"
#include "trace.h"

enum {
    /* Does the destination know preflight?  Every QEMU echoes it. */
    PING_KNOWS = 0xa5c1,
    /* It does.  Sent before the echo. */
    PONG_KNOWS = 0xa5c2,
    /* The section is accepted; no PING asks for it. */
    PONG_ACCEPTED = 0xa5c3,
    /* Behind what is sent in the set-up phase. */
    PING_SET_UP = 0xa5c4,
};

/* What the return path's thread has seen. */
#define SEEN(pong)  (1u << ((pong) - PING_KNOWS))
enum {
    SEEN_PONG = 1 << 4,     /* of any value */
    SEEN_BREAK = 1 << 5,    /* by an error that is the migration's first */
    SEEN_END = 1 << 6,
};

/* A destination answers within a round trip, unless it is stopped. */
#define HANDSHAKE_MS 5000

/* One migration at a time. */
static struct {
    const VMStateDescription *vmsd;     /* NULL: nothing to be checked */
    void *opaque;
    bool required;
    bool ours;          /* nobody else wanted the return path */
    bool knows;         /* what the handshake has found */
    bool alone;         /* it has found nobody; nobody has spoken since */
    unsigned seen;      /* by the return path's thread */
    QemuSemaphore sem;
} preflight;

void migration_preflight_provide(const VMStateDescription *vmsd, void *opaque)
{
    if (!preflight.vmsd) {
        qemu_sem_init(&preflight.sem, 0);
        preflight.vmsd = vmsd;
        preflight.opaque = opaque;
    }
}

void migration_preflight_register(void)
{
    if (preflight.vmsd) {
        vmstate_register(NULL, 0, preflight.vmsd, preflight.opaque);
    }
}

void migration_preflight_require(void)
{
    preflight.required = true;
}

bool migration_preflight_asks(void)
{
    return preflight.vmsd && !migrate_colo() &&
           !migrate_background_snapshot() &&
           (preflight.required || migrate_get_current()->capabilities[
               MIGRATION_CAPABILITY_X_CPREG_PREFLIGHT]);
}

static bool preflight_seen(unsigned what)
{
    return qatomic_read(&preflight.seen) & what;
}

static void preflight_see(unsigned what)
{
    qatomic_or(&preflight.seen, what);
    if (preflight.vmsd) {
        qemu_sem_post(&preflight.sem);
    }
}

static bool preflight_has_peer(void)
{
    return preflight.knows && migrate_get_current()->rp_state.rp_thread_created;
}

bool migration_preflight(void)
{
    return preflight.required || preflight_has_peer();
}

bool migration_preflight_opens_return_path(MigrationState *s)
{
    if (s->state == MIGRATION_STATUS_POSTCOPY_RECOVER_SETUP) {
        return false;       /* it goes on where it was */
    }
    preflight.knows = false;
    preflight.alone = false;
    qatomic_set(&preflight.seen, 0);
    while (preflight.vmsd && qemu_sem_timedwait(&preflight.sem, 0) == 0) {
        /* of a migration before this one */
    }
    preflight.ours = !migrate_postcopy_ram() && !migrate_return_path();
    /* Sockets, with TLS or without, can be shut down; files and pipes not. */
    return migration_preflight_asks() &&
           qio_channel_has_feature(qemu_file_get_ioc(s->to_dst_file),
                                   QIO_CHANNEL_FEATURE_SHUTDOWN);
}

void migration_preflight_ping(uint32_t value)
{
    if (value == PING_KNOWS && preflight.vmsd) {
        migration_refusal_agree(true);
        migrate_send_rp_pong(migration_incoming_get_current(), PONG_KNOWS);
    }
}

void migration_preflight_accept(void)
{
    if (migration_refusal_agreed()) {
        migrate_send_rp_pong(migration_incoming_get_current(), PONG_ACCEPTED);
    }
}

void migration_preflight_pong(uint32_t value)
{
    preflight_see(value < PING_KNOWS || value > PING_SET_UP ? SEEN_PONG :
                  SEEN_PONG | SEEN(value));
}

bool migration_preflight_is_alone(void)
{
    return preflight.alone && !preflight_seen(SEEN_PONG);
}

void migration_preflight_broken(MigrationState *s, Error **errp)
{
    if (*errp && migration_preflight_is_alone()) {
        error_free(*errp);
        *errp = NULL;
    }
    if (*errp && !migrate_has_error(s)) {
        preflight_see(SEEN_BREAK);
    }
}

void migration_preflight_end(void)
{
    preflight_see(SEEN_END);
}

static void preflight_fail(MigrationState *s, const char *why)
{
    g_autoptr(Error) err = NULL;

    error_setg(&err, "%s; nothing of the guest's RAM was sent", why);
    migrate_set_error(s, err);
}

typedef enum PreflightWait {
    PREFLIGHT_ARRIVED,
    PREFLIGHT_TIMEOUT,
    PREFLIGHT_CLOSED,       /* the return path has ended, without an error */
    PREFLIGHT_FAILED,       /* the migration has an error, or is cancelled */
} PreflightWait;

/* Wait for a pong for at most @ms, or, with 0, as long as it takes. */
static PreflightWait preflight_wait_for(MigrationState *s, uint32_t pong,
                                        int64_t ms)
{
    int64_t start = qemu_clock_get_ms(QEMU_CLOCK_REALTIME);
    MigrationStatus state = qatomic_read(&s->state);

    while (!preflight_seen(SEEN(pong))) {
        bool ended = preflight_seen(SEEN_END);

        if (ended) {
            /*
             * migration_cancel() first shuts the channel down and then says
             * that it did, under the BQL: let it finish.
             */
            bql_lock();
            bql_unlock();
        }
        if (qatomic_read(&s->state) != state || migrate_has_error(s)) {
            return PREFLIGHT_FAILED;
        }
        if (ended) {
            return PREFLIGHT_CLOSED;
        }
        if (ms && qemu_clock_get_ms(QEMU_CLOCK_REALTIME) - start > ms) {
            return PREFLIGHT_TIMEOUT;
        }
        /* Cancelling does not wake this up. */
        qemu_sem_timedwait(&preflight.sem, 100);
    }
    return PREFLIGHT_ARRIVED;
}

/* False if the migration has failed, or is cancelled. */
static bool preflight_ask(MigrationState *s)
{
    int64_t start = qemu_clock_get_ms(QEMU_CLOCK_REALTIME);
    PreflightWait wait;

    qemu_savevm_send_ping(s->to_dst_file, PING_KNOWS);
    wait = preflight_wait_for(s, PING_KNOWS, HANDSHAKE_MS);
    if (wait == PREFLIGHT_FAILED) {
        return false;
    }
    preflight.knows = preflight_seen(SEEN(PONG_KNOWS));
    trace_migration_preflight_handshake(
        preflight.knows ? "knows preflight" :
        wait == PREFLIGHT_ARRIVED ? "does not know preflight" :
        "does not answer", qemu_clock_get_ms(QEMU_CLOCK_REALTIME) - start);
    if (preflight.knows) {
        return true;
    }
    if (preflight.required) {
        preflight_fail(s, wait == PREFLIGHT_ARRIVED ?
                       "The guest was started with a choice of what it sees "
                       "(kvm-baseline), and the destination's QEMU does not "
                       "know such guests. Migrate it to a QEMU that does" :
                       "The guest was started with a choice of what it sees "
                       "(kvm-baseline), and the destination did not say in "
                       "time whether it knows such guests. Migrate it to a "
                       "QEMU that runs and knows them");
        return false;
    }
    if (wait != PREFLIGHT_ARRIVED) {
        preflight.alone = preflight.ours;
        warn_report("The destination of the migration does not answer: the "
                    "guest's registers are not checked before RAM is sent");
    }
    return true;
}

bool migration_preflight_handshake(MigrationState *s)
{
    if (!migration_preflight_asks() || !s->rp_state.rp_thread_created ||
        preflight_ask(s)) {
        return true;
    }
    /* A migration that is cancelled stays so. */
    migrate_set_state(&s->state, MIGRATION_STATUS_SETUP,
                      MIGRATION_STATUS_FAILED);
    return false;
}

/* The return path broke before the answer, without a reason. */
static void preflight_explain(MigrationState *s)
{
    if (preflight_seen(SEEN_BREAK) && !preflight_seen(SEEN(PONG_ACCEPTED)) &&
        !migration_refusal_was_told()) {
        WITH_QEMU_LOCK_GUARD(&s->error_mutex) {
            error_prepend(&s->error, "The connection ended before the "
                          "destination had checked the guest's registers, and "
                          "it did not say why: see its log. ");
        }
    }
}

bool migration_preflight_wait(MigrationState *s)
{
    int64_t start = qemu_clock_get_ms(QEMU_CLOCK_REALTIME);
    PreflightWait wait;

    if (!preflight_has_peer()) {
        return true;
    }
    /* To set up RAM can take the destination minutes, as it always could. */
    qemu_savevm_send_ping(s->to_dst_file, PING_SET_UP);
    wait = preflight_wait_for(s, PING_SET_UP, 0);
    if (wait == PREFLIGHT_ARRIVED && preflight_seen(SEEN(PONG_ACCEPTED))) {
        trace_migration_preflight_passed(
            qemu_clock_get_ms(QEMU_CLOCK_REALTIME) - start);
        return true;
    }
    if (wait == PREFLIGHT_FAILED) {
        preflight_explain(s);
    } else {
        preflight_fail(s, "The destination did not check the guest's "
                       "registers: see its log");
    }
    /* As after a failed set-up; a migration that is cancelled stays so. */
    migrate_set_state(&s->state, MIGRATION_STATUS_ACTIVE,
                      MIGRATION_STATUS_FAILED);
    return false;
}
