/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Preflight: the destination checks what it can check before RAM is sent.
 *
 * What is checked is in a section with early_setup, of whoever registered.
 * Where the channel can carry a return path, the source opens one, says in
 * the section that it waits, and holds RAM back until the destination has
 * answered: with a PONG, or by ending the migration.
 *
 * All of it is off without the capability x-cpreg-preflight.
 */

#ifndef MIGRATION_PREFLIGHT_H
#define MIGRATION_PREFLIGHT_H

/**
 * migration_preflight_provide: there is a section to be checked before RAM
 * @add: registers it
 *
 * Sections have numbers in the stream, in the order in which they are
 * registered.  This one is registered when it is first needed, so that a
 * stream without it has the numbers of a QEMU that does not know it.
 */
void migration_preflight_provide(void (*add)(void));

/* A stream is about to be saved or loaded: have the section, if need be. */
void migration_preflight_section(bool load);

/**
 * migration_preflight_require: this guest must not migrate without
 *
 * From now on the capability counts as on.
 */
void migration_preflight_require(void);

/* Is there one, and is the capability on? */
bool migration_preflight(void);

/**
 * migration_preflight_opens_return_path: for a migration that starts
 *
 * Returns true if the channel to the destination can carry a return path; the
 * caller then opens it.  Files, pipes and background snapshots have none, and
 * COLO uses it by itself.
 */
bool migration_preflight_opens_return_path(MigrationState *s);

/* Has this migration a return path for the destination's answer? */
bool migration_preflight_answer_due(void);

/**
 * migration_preflight_wait: hold back until the destination has answered
 *
 * Called by the migration thread between set-up and RAM, without the BQL.
 *
 * Returns true if RAM may be sent.  Else the migration has failed, with an
 * error, or was cancelled.
 */
bool migration_preflight_wait(MigrationState *s);

/* At the destination: the section is accepted, and the source waits. */
void migration_preflight_accept(void);

/* For the return path's thread: a pong arrived. */
void migration_preflight_pong(uint32_t value);

/* For the return path's thread: it is about to end. */
void migration_preflight_end(void);

#endif
