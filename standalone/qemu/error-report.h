/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reports go to a text that a test can read, not to standard error. */

#ifndef STANDALONE_QEMU_ERROR_REPORT_H
#define STANDALONE_QEMU_ERROR_REPORT_H

#include "qemu/osdep.h"

/* All that was reported, a line each; a test may truncate it. */
GString *standalone_reports(void);

void error_report(const char *format, ...) G_GNUC_PRINTF(1, 2);
void warn_report(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* Each time: it is for a test to count. */
#define warn_report_once warn_report

#endif
