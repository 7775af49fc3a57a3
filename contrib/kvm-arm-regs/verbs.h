/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verbs of kvm-arm-regs, a file each. */

#ifndef CONTRIB_KVM_ARM_REGS_VERBS_H
#define CONTRIB_KVM_ARM_REGS_VERBS_H

#include "decide.h"

/* What a script can rely on. */
#define EXIT_COMPATIBLE     0
#define EXIT_INCOMPATIBLE   1   /* or nothing decides it */
#define EXIT_ERROR          2

/* Each gets its own arguments, and returns the exit status. */
int verb_dump(int argc, char **argv);
int verb_show(int argc, char **argv);
int verb_compare(int argc, char **argv);
int verb_baseline(int argc, char **argv);
int verb_fits(int argc, char **argv);

/* Three and more dumps; they are compared by their kinds. */
int compare_many(GPtrArray *dumps, bool as_json);

/**
 * verb_parse: options and file names of a verb
 * @name: "show"
 * @rest: what stands behind the options, for --help: "FILE"
 * @options: may be NULL
 * @summary, @examples: for --help
 *
 * Returns the file names, or NULL after an error was told.
 */
char **verb_parse(int argc, char **argv, const char *name, const char *rest,
                  const GOptionEntry *options, const char *summary,
                  const char *examples);

/* The dumps in these files, an array of HostDump; NULL after an error. */
GPtrArray *verb_read(char **files);

/* Of the first @len dumps, keep one of each file. */
void verb_drop_repeated(GPtrArray *dumps, guint len);

/* One line on standard error; returns EXIT_ERROR. */
int verb_fail(const char *format, ...) G_GNUC_PRINTF(1, 2);

#endif
