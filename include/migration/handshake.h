/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Handshake: the destination checks what it can before RAM is sent.
 *
 * The check is of a section with early_setup, which a target provides.  The
 * source asks with a PING whether the destination knows the handshake, and
 * then sends the section and waits for the result before it sends RAM: a PONG,
 * or the end of the migration.  For any other destination the stream is as
 * without the handshake.
 */

#ifndef MIGRATION_HANDSHAKE_H
#define MIGRATION_HANDSHAKE_H

/* For the owner of the section */

/* Provide a section that a destination can check before RAM is sent. */
void migration_handshake_provide(const VMStateDescription *vmsd, void *opaque);

/**
 * migration_handshake_require: this guest must not migrate unchecked
 *
 * From now on the capability counts as on, migrations to a destination that
 * does not know the handshake fail, and files have the section too.
 */
void migration_handshake_require(void);

/*
 * May the stream that is being saved have sections that a QEMU without the
 * handshake does not know?
 */
bool migration_handshake_agreed(void);

/* Destination: accept the section; a source that waits goes on. */
void migration_handshake_accept(void);

/* For the machine and for migration/ */

/*
 * Register the section.  Call it after all other sections of the machine are
 * registered, so that their numbers in the stream do not change.
 */
void migration_handshake_register(void);

/* Do outgoing migrations ask the destination, if the channel allows it? */
bool migration_handshake_is_on(void);

/**
 * migration_handshake_opens_return_path: at the start of a migration
 *
 * Returns true if the caller must open a return path for the handshake.  Not
 * for files, pipes and background snapshots, which have no return path, nor
 * for COLO, which reads the return path itself.
 */
bool migration_handshake_opens_return_path(MigrationState *s);

/**
 * migration_handshake_ask: ask whether the destination knows the handshake
 *
 * Called by the migration thread, without the BQL, before anything of the
 * guest is sent.  No answer in time counts as no.
 *
 * Returns true if the migration goes on; false if it must fail, with the error
 * that it has, or was cancelled.  The caller changes the state.
 */
bool migration_handshake_ask(MigrationState *s);

/**
 * migration_handshake_wait: wait until the destination has checked
 *
 * Called by the migration thread, without the BQL, between set-up and RAM.
 *
 * Returns true if RAM may be sent; false if the migration must fail, with the
 * error that it has, or was cancelled.  The caller changes the state.
 */
bool migration_handshake_wait(MigrationState *s);

/* Destination: a PING arrived; call it before the echo. */
void migration_handshake_ping(uint32_t value);

/* For the return path thread: a PONG arrived. */
void migration_handshake_pong(uint32_t value);

/**
 * migration_handshake_broken: for the return path thread, before it ends
 * @errp: why it ends; freed and cleared if that is no error
 *
 * A peer that never sent anything may not be a QEMU.  If only the handshake
 * needed the return path, its end is then no error.
 */
void migration_handshake_broken(MigrationState *s, Error **errp);

/* For the return path thread: it ends; its error, if any, is set. */
void migration_handshake_end(void);

/*
 * Did the peer never send anything, on a return path that only the handshake
 * needed?  Such a peer will not end the return path.
 */
bool migration_handshake_is_alone(void);

#endif
