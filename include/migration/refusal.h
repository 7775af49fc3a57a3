/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why a destination refused the guest, told to the source over the return
 * path: messages of text, then the SHUT that always came.
 *
 * The destination calls migration_refusal_agree() once it knows that its source
 * knows these messages; another source never gets one.
 */

#ifndef MIGRATION_REFUSAL_H
#define MIGRATION_REFUSAL_H

/* The longest text that is sent, and that is taken. */
#define MIGRATION_REFUSAL_MAX 16384

/* So much of it in a message: what the return path's thread reads at once. */
#define MIGRATION_REFUSAL_CHUNK 512

/* Destination */

/* Does the source of this load know the messages?  Forgets what was before. */
void migration_refusal_agree(bool knows);
bool migration_refusal_agreed(void);

/**
 * migration_refusal_reason: what the source is to be told, should the load fail
 * @err: the error in its own words, without those that callers put before it
 */
void migration_refusal_reason(const Error *err);

/**
 * migration_refusal_tell: the load of a postcopy migration has ended
 * @err: why it failed, NULL if it did not; taken over
 *
 * Keeps the error as the migration's, and tells the source why, where that
 * knows the messages.  The thread that still listens ends the return path.
 */
void migration_refusal_tell(MigrationIncomingState *mis, Error *err);

/**
 * migration_refusal_end: the load has failed; tell the source why
 * @why: the error, for where migration_refusal_reason() was not called
 *
 * Ends the return path.  Does nothing where the source does not know the
 * messages.  Call it before anybody is told of the failure: who hears of it
 * may end this process.
 */
void migration_refusal_end(MigrationIncomingState *mis, const Error *why);

/**
 * migration_refusal_drain: after migration_refusal_end(), before the close
 *
 * Takes what the source has yet to send until it has closed the channel, for
 * seconds at most: a connection that is closed while data is under way is
 * reset, and the source would see that instead of the reason.
 */
void coroutine_fn migration_refusal_drain(MigrationIncomingState *mis);

/* One message; in migration.c, which has the numbers of the messages. */
void migrate_send_rp_refusal(MigrationIncomingState *mis, const char *text,
                             uint16_t len);

/* Source */

/* A return path is opened. */
void migration_refusal_reset(void);

/* One message.  What is more than a text can have is dropped. */
void migration_refusal_receive(const uint8_t *text, size_t len);

/**
 * migration_refusal_complete: the return path ends with an error
 * @errp: the error; its text becomes the destination's, if there is one
 */
void migration_refusal_complete(Error **errp);

/* Was there one since migration_refusal_reset()? */
bool migration_refusal_was_told(void);

#endif
