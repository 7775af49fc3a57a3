/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An error is its message. */

#ifndef STANDALONE_QAPI_ERROR_H
#define STANDALONE_QAPI_ERROR_H

#include "qemu/osdep.h"

struct Error {
    char *message;
};

/* Neither allocates if @errp is NULL; @errp must not hold an error yet. */
void error_setg(Error **errp, const char *format, ...) G_GNUC_PRINTF(2, 3);
void error_setg_errno(Error **errp, int os_errno, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* Nothing without an error. */
void error_prepend(Error *const *errp, const char *format, ...)
    G_GNUC_PRINTF(2, 3);

/* Reports it, and frees it. */
void error_report_err(Error *err);

const char *error_get_pretty(const Error *err);
void error_free(Error *err);

/* Hands it to the caller, or frees it. */
void error_propagate(Error **errp, Error *err);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Error, error_free)

/* Where the caller wants no error, one that is gone with the function. */
#define ERRP_GUARD() \
    g_autoptr(Error) errp_unwanted = NULL; \
    errp = errp ?: &errp_unwanted

#endif
