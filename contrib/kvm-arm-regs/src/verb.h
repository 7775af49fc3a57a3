/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What all verbs of kvm-arm-regs share. */

#ifndef CONTRIB_KVM_ARM_REGS_SRC_VERB_H
#define CONTRIB_KVM_ARM_REGS_SRC_VERB_H

/* The exit status. */
#define EXIT_COMPATIBLE     0
#define EXIT_INCOMPATIBLE   1   /* or nothing decides it */
#define EXIT_ERROR          2

typedef struct Verb {
    const char *name;           /* "compare" */
    const char *brief;          /* its line in kvm-arm-regs --help */
    const char *arguments;      /* behind the options: "FILE FILE [FILE...]" */
    const char *summary;        /* in its own --help, before the options */
    const char *notes;          /* in its own --help, behind the options */
    guint least;                /* the fewest files that it takes */
    guint most;                 /* the most files; 0: any number */
    /* Gets its own arguments, from its name on; returns the exit status. */
    int (*run)(const struct Verb *verb, int argc, char **argv);
} Verb;

/**
 * verb_parse: options and file names of a verb
 * @options: may be NULL
 *
 * Returns the file names, as many as the verb takes; NULL after it has printed
 * an error.
 */
char **verb_parse(const Verb *verb, int argc, char **argv,
                  const GOptionEntry *options);

/* Read files into an array of HostDump; NULL after it has printed an error. */
GPtrArray *verb_read(char **files);

/* Of the first @len dumps, keep one for each file. */
void verb_drop_repeated(GPtrArray *dumps, guint len);

/* Print one line on standard error; returns EXIT_ERROR. */
int verb_fail(const char *format, ...) G_GNUC_PRINTF(1, 2);

#endif
