/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Refusal: the destination tells the source why it refused the guest.
 *
 * The text travels over the return path, in messages before the SHUT.  The
 * destination calls migration_refusal_agree() once it knows that the source
 * knows these messages; no other source gets any.
 */

#ifndef MIGRATION_REFUSAL_H
#define MIGRATION_REFUSAL_H

/* The longest text that is sent or received. */
#define MIGRATION_REFUSAL_MAX 16384

/* The longest text in one message: the return path thread's buffer. */
#define MIGRATION_REFUSAL_CHUNK 512

/* Destination */

/* Note whether the source of a new load knows the messages. */
void migration_refusal_agree(bool knows);
bool migration_refusal_agreed(void);

/**
 * migration_refusal_tell: the load of a postcopy migration has ended
 * @err: why it failed; NULL if it did not; freed
 *
 * Makes @err the migration's error, and tells the source if it knows the
 * messages.  The listen thread ends the return path.
 */
void migration_refusal_tell(MigrationIncomingState *mis, Error *err);

/**
 * migration_refusal_end: the load has failed; tell the source why
 * @why: the error, used if the load has set no migration_load_cause()
 *
 * Ends the return path.  Does nothing if the source does not know the
 * messages.  Call it before the failure is visible to management, which may
 * then end this process.
 */
void migration_refusal_end(MigrationIncomingState *mis, const Error *why);

/**
 * migration_refusal_drain: after migration_refusal_end(), before the close
 *
 * Reads and drops data until the source has closed the channel, for a few
 * seconds at most.  Closing a connection with unread data resets it, and the
 * source would see the reset instead of the reason.
 */
void coroutine_fn migration_refusal_drain(MigrationIncomingState *mis);

/* Send one message; in migration.c, which has the message numbers. */
void migrate_send_rp_refusal(MigrationIncomingState *mis, const char *text,
                             uint16_t len);

/* Source */

/* A return path is opened: forget earlier refusals. */
void migration_refusal_reset(void);

/* One message.  Text beyond MIGRATION_REFUSAL_MAX is dropped. */
void migration_refusal_receive(const uint8_t *text, size_t len);

/**
 * migration_refusal_complete: the return path ends with an error
 * @errp: the error; replaced by the destination's text, if it sent one
 */
void migration_refusal_complete(Error **errp);

/* Was there a text since migration_refusal_reset()? */
bool migration_refusal_was_told(void);

#endif
