/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Preflight: the destination checks what it can check before RAM is sent.
 *
 * What is checked is in a section with early_setup, of whoever provides it.
 * The source sends it to a destination that has said that it knows it, and
 * holds RAM back until that has answered: with a PONG, or by ending the
 * migration.  Every other stream is that of a QEMU without preflight.
 */

#ifndef MIGRATION_PREFLIGHT_H
#define MIGRATION_PREFLIGHT_H

/* For whom there is a section */

/* The guest of this QEMU has a section that can be checked before RAM. */
void migration_preflight_provide(const VMStateDescription *vmsd, void *opaque);

/**
 * migration_preflight_require: this guest must not migrate unchecked
 *
 * From now on the capability counts as on, a destination that does not know
 * preflight is refused, and files have the section too.
 */
void migration_preflight_require(void);

/* Shall the stream that is being saved have what only preflight knows? */
bool migration_preflight(void);

/* Destination: the section is accepted; tell a source that waits. */
void migration_preflight_accept(void);

/* For the machine and for migration/ */

/*
 * Register the section, behind all others of the machine: a stream without it
 * has the section numbers that it always had.
 */
void migration_preflight_register(void);

/* Does an outgoing migration ask its destination, where it can? */
bool migration_preflight_asks(void);

/**
 * migration_preflight_opens_return_path: for a migration that starts
 *
 * Returns true if preflight needs the return path, and the channel to the
 * destination can carry one; the caller then opens it.  Files, pipes and
 * background snapshots have none, and COLO uses it by itself.
 */
bool migration_preflight_opens_return_path(MigrationState *s);

/**
 * migration_preflight_handshake: ask the destination whether it knows
 *
 * Called by the migration thread before anything of the guest is sent,
 * without the BQL.  A destination that does not answer in time is taken for
 * one that does not know.
 *
 * Returns true if the migration goes on.  Else it has failed, with an error,
 * or was cancelled.
 */
bool migration_preflight_handshake(MigrationState *s);

/**
 * migration_preflight_wait: hold back until the destination has answered
 *
 * Called by the migration thread between set-up and RAM, without the BQL.
 *
 * Returns true if RAM may be sent.  Else the migration has failed, with an
 * error, or was cancelled.
 */
bool migration_preflight_wait(MigrationState *s);

/* Destination: a ping arrived, and is about to be echoed. */
void migration_preflight_ping(uint32_t value);

/* For the return path's thread: a pong arrived. */
void migration_preflight_pong(uint32_t value);

/**
 * migration_preflight_broken: for the return path's thread
 * @errp: why it is about to end; freed where that is no error
 *
 * A peer that has never said a word may be no QEMU.  How it ends a return
 * path that nobody but preflight wanted is of no interest.
 */
void migration_preflight_broken(MigrationState *s, Error **errp);

/* For the return path's thread: its error, if any, is set, and it ends. */
void migration_preflight_end(void);

/* Is there nobody who would end the return path in good order? */
bool migration_preflight_is_alone(void);

#endif
