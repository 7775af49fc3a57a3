/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reports go to a string for tests, not to standard error. */

#ifndef STANDALONE_INCLUDE_QEMU_ERROR_REPORT_H
#define STANDALONE_INCLUDE_QEMU_ERROR_REPORT_H

#include "qemu/osdep.h"

/* All reports, one a line; tests may truncate it. */
GString *standalone_reports(void);

void error_report(const char *format, ...) G_GNUC_PRINTF(1, 2);
void warn_report(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* Reports every time, so that tests can count. */
#define warn_report_once warn_report

#endif
