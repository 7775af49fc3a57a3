/* SPDX-License-Identifier: GPL-2.0-or-later */
/* QEMU's services, as far as the stand-alone build needs them. */

#include "qemu/osdep.h"
#include "hw/core/cpu.h"
#include "migration/misc.h"
#include "qapi/error.h"
#include "qemu/error-report.h"
#include "system/runstate.h"
#include "trace.h"

/* Errors */

static void set_error(Error **errp, char *message)
{
    if (!errp) {
        g_free(message);
        return;
    }
    g_assert(!*errp);
    *errp = g_new(Error, 1);
    (*errp)->message = message;
}

void error_setg(Error **errp, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    set_error(errp, g_strdup_vprintf(format, args));
    va_end(args);
}

void error_setg_errno(Error **errp, int os_errno, const char *format, ...)
{
    g_autofree char *text = NULL;
    va_list args;

    va_start(args, format);
    text = g_strdup_vprintf(format, args);
    va_end(args);
    set_error(errp, g_strdup_printf("%s: %s", text, strerror(os_errno)));
}

void error_prepend(Error *const *errp, const char *format, ...)
{
    g_autofree char *before = NULL;
    g_autofree char *message = NULL;
    va_list args;

    if (!errp || !*errp) {
        return;
    }
    va_start(args, format);
    before = g_strdup_vprintf(format, args);
    va_end(args);
    message = (*errp)->message;
    (*errp)->message = g_strconcat(before, message, NULL);
}

const char *error_get_pretty(const Error *err)
{
    return err->message;
}

void error_free(Error *err)
{
    if (err) {
        g_free(err->message);
        g_free(err);
    }
}

void error_propagate(Error **errp, Error *err)
{
    if (errp) {
        g_assert(!*errp);
        *errp = err;
    } else {
        error_free(err);
    }
}

/* Reports */

GString *standalone_reports(void)
{
    static GString *reports;

    if (!reports) {
        reports = g_string_new(NULL);
    }
    return reports;
}

static void G_GNUC_PRINTF(1, 0) report(const char *format, va_list args)
{
    g_string_append_vprintf(standalone_reports(), format, args);
    g_string_append_c(standalone_reports(), '\n');
}

void error_report(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    report(format, args);
    va_end(args);
}

void warn_report(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    report(format, args);
    va_end(args);
}

void error_report_err(Error *err)
{
    error_report("%s", error_get_pretty(err));
    error_free(err);
}

/* Machine */

CPUState *first_cpu;
bool standalone_running;

Notifier *standalone_load_failed;

void migration_load_failed_add_notifier(Notifier *notifier)
{
    standalone_load_failed = notifier;
}

/* Traces */

GArray *standalone_trace;

static void clear_line(gpointer line)
{
    g_free(((TraceLine *)line)->name);
}

GArray *trace_lines_new(void)
{
    GArray *lines = g_array_new(false, false, sizeof(TraceLine));

    g_array_set_clear_func(lines, clear_line);
    return lines;
}

void trace_line(TraceEvent event, const char *name)
{
    TraceLine line = { .event = event };

    if (standalone_trace) {
        line.name = g_strdup(name);
        g_array_append_val(standalone_trace, line);
    }
}
