/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An error is its message. */

#ifndef STANDALONE_INCLUDE_QAPI_ERROR_H
#define STANDALONE_INCLUDE_QAPI_ERROR_H

#include "qemu/osdep.h"

struct Error {
    char *message;
};

/* @errp may be NULL, and must not hold an error yet. */
void error_setg(Error **errp, const char *format, ...) G_GNUC_PRINTF(2, 3);
void error_setg_errno(Error **errp, int os_errno, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* Does nothing without an error. */
void error_prepend(Error *const *errp, const char *format, ...)
    G_GNUC_PRINTF(2, 3);

/* Reports and frees the error. */
void error_report_err(Error *err);

const char *error_get_pretty(const Error *err);
void error_free(Error *err);

/* Sets @errp, or frees the error if @errp is NULL. */
void error_propagate(Error **errp, Error *err);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Error, error_free)

/* Have an error to look at, even if the caller passed NULL. */
#define ERRP_GUARD() \
    g_autoptr(Error) errp_unwanted = NULL; \
    errp = errp ?: &errp_unwanted

#endif
