/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Preflight: hold RAM back until the destination has answered. */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/main-loop.h"
#include "qemu/thread.h"
#include "qemu/timer.h"
#include "migration/preflight.h"
#include "migration/refusal.h"
#include "migration.h"
#include "options.h"
#include "qemu-file.h"
#include "savevm.h"
#include "trace.h"

/* Of the PONG that says that the section is accepted; no PING asks for it. */
#define PONG_PREFLIGHT 0xa5c3

/* Of the PING behind what is sent in the set-up phase, and its PONG. */
#define PING_SET_UP 0xa5c4

/*
 * The destination asks its KVM, which takes milliseconds.  So long it may be
 * busy with something else.
 */
#define ANSWER_MS 60000

/* One migration at a time. */
static struct {
    void (*add)(void);
    bool added;
    bool required;
    bool answered;      /* by the return path's thread, as are those below */
    bool set_up;
    bool ended;
    QemuSemaphore sem;
} preflight;

void migration_preflight_provide(void (*add)(void))
{
    if (!preflight.add) {
        qemu_sem_init(&preflight.sem, 0);
        preflight.add = add;
    }
}

void migration_preflight_section(bool load)
{
    if (preflight.add && !preflight.added && (load || migration_preflight())) {
        preflight.add();
        preflight.added = true;
    }
}

void migration_preflight_require(void)
{
    preflight.required = true;
}

bool migration_preflight(void)
{
    return preflight.add &&
           (preflight.required || migrate_get_current()->capabilities[
               MIGRATION_CAPABILITY_X_CPREG_PREFLIGHT]);
}

bool migration_preflight_opens_return_path(MigrationState *s)
{
    if (!migration_preflight() || migrate_colo() ||
        s->state == MIGRATION_STATUS_POSTCOPY_RECOVER_SETUP) {
        return false;
    }
    qatomic_set(&preflight.answered, false);
    qatomic_set(&preflight.set_up, false);
    qatomic_set(&preflight.ended, false);
    while (qemu_sem_timedwait(&preflight.sem, 0) == 0) {
        /* of a migration before this one */
    }
    /* Sockets, with TLS or without, can be shut down; files and pipes not. */
    return !migrate_background_snapshot() &&
           qio_channel_has_feature(qemu_file_get_ioc(s->to_dst_file),
                                   QIO_CHANNEL_FEATURE_SHUTDOWN);
}

bool migration_preflight_answer_due(void)
{
    return migration_preflight() && !migrate_colo() &&
           migrate_get_current()->rp_state.rp_thread_created;
}

void migration_preflight_accept(void)
{
    migrate_send_rp_pong(migration_incoming_get_current(), PONG_PREFLIGHT);
}

void migration_preflight_pong(uint32_t value)
{
    if (value == PONG_PREFLIGHT && preflight.add) {
        qatomic_set(&preflight.answered, true);
    } else if (value == PING_SET_UP && preflight.add) {
        qatomic_set(&preflight.set_up, true);
        qemu_sem_post(&preflight.sem);
    }
}

void migration_preflight_end(void)
{
    if (preflight.add) {
        qatomic_set(&preflight.ended, true);
        qemu_sem_post(&preflight.sem);
    }
}

static void fail(MigrationState *s, const char *why)
{
    g_autoptr(Error) err = NULL;

    error_setg(&err, "%s; nothing of the guest's RAM was sent. A destination "
               "that is no QEMU, or one without the capability "
               "x-cpreg-preflight, needs it switched off at the source", why);
    migrate_set_error(s, err);
}

/* The return path ended with an error, and that says nothing of registers. */
static void explain(MigrationState *s)
{
    if (migration_refusal_was_told()) {
        return;
    }
    WITH_QEMU_LOCK_GUARD(&s->error_mutex) {
        error_prepend(&s->error, "The connection ended before the destination "
                      "had checked the guest's registers, and it did not say "
                      "why: see its log. One without the capability "
                      "x-cpreg-preflight (\"Unknown section\") needs it "
                      "switched off at the source. ");
    }
}

/*
 * Only the check of the section is bounded in time: to set up RAM can take the
 * destination minutes, as it always could.
 */
static bool answered_in_time(MigrationState *s)
{
    int64_t start = qemu_clock_get_ms(QEMU_CLOCK_REALTIME);

    qemu_savevm_send_ping(s->to_dst_file, PING_SET_UP);
    while (!qatomic_read(&preflight.set_up)) {
        if (qatomic_read(&preflight.ended)) {
            /*
             * migration_cancel() first shuts the channel down and then says
             * that it did, under the BQL: let it finish.
             */
            bql_lock();
            bql_unlock();
        }
        if (s->state != MIGRATION_STATUS_ACTIVE) {
            return false;
        }
        if (migrate_has_error(s)) {
            explain(s);
            return false;
        }
        if (qatomic_read(&preflight.ended)) {
            fail(s, "The destination closed the return path before it had "
                 "checked the guest's registers");
            return false;
        }
        if (!qatomic_read(&preflight.answered) &&
            qemu_clock_get_ms(QEMU_CLOCK_REALTIME) - start > ANSWER_MS) {
            fail(s, "The destination did not say within 60 seconds whether "
                 "it can take the guest's registers");
            return false;
        }
        /* Cancelling does not wake this up. */
        qemu_sem_timedwait(&preflight.sem, 100);
    }
    trace_migration_preflight_passed(qemu_clock_get_ms(QEMU_CLOCK_REALTIME) -
                                     start);
    return true;
}

bool migration_preflight_wait(MigrationState *s)
{
    if (!migration_preflight_answer_due() || answered_in_time(s)) {
        return true;
    }
    /* As after a failed set-up; a migration that is cancelled stays so. */
    migrate_set_state(&s->state, MIGRATION_STATUS_ACTIVE,
                      MIGRATION_STATUS_FAILED);
    return false;
}
