/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Compare three or more dumps: kinds of hosts, and groups of kinds. */

#include "qemu/osdep.h"
#include "compare-matrix.h"
#include "compare-report.h"
#include "host-kinds.h"
#include "json-out.h"

/* Hosts that no comparison tells apart. */
typedef struct MatrixKind {
    GPtrArray *dumps;       /* of HostDump, owned by the caller */
    bool alone;             /* even its own hosts cannot exchange guests */
    guint group;            /* unless it is alone */
} MatrixKind;

/* The number of columns that fit in a line. */
#define COLUMNS_MAX 14

typedef struct Matrix {
    GPtrArray *kinds;       /* of MatrixKind, in the order of the files */
    GPtrArray *comparisons;   /* of Comparison, row (source) by row */
    guint groups;
} Matrix;

static void matrix_kind_free(gpointer data)
{
    MatrixKind *kind = data;

    g_ptr_array_unref(kind->dumps);
    g_free(kind);
}

static const HostDump *matrix_example(const Matrix *matrix, guint i)
{
    const MatrixKind *kind = g_ptr_array_index(matrix->kinds, i);

    return g_ptr_array_index(kind->dumps, 0);
}

static GPtrArray *matrix_find_kinds(GPtrArray *dumps)
{
    g_autoptr(GPtrArray) found = host_kinds_new(dumps, host_kind_key);
    GPtrArray *kinds = g_ptr_array_new_with_free_func(matrix_kind_free);

    for (guint i = 0; i < found->len; i++) {
        const HostKind *like = g_ptr_array_index(found, i);
        MatrixKind *kind = g_new0(MatrixKind, 1);

        kind->dumps = g_ptr_array_ref(like->dumps);
        g_ptr_array_add(kinds, kind);
    }
    return kinds;
}

static const Comparison *matrix_at(const Matrix *matrix, guint from, guint to)
{
    return g_ptr_array_index(matrix->comparisons,
                             from * matrix->kinds->len + to);
}

static bool matrix_can_exchange(const Matrix *matrix, guint a, guint b)
{
    return matrix_at(matrix, a, b)->verdict == VERDICT_COMPATIBLE &&
           matrix_at(matrix, b, a)->verdict == VERDICT_COMPATIBLE;
}

/* Can a kind exchange guests with all kinds of a group before it? */
static bool matrix_fits_group(const Matrix *matrix, guint kind, guint group)
{
    for (guint i = 0; i < kind; i++) {
        const MatrixKind *other = g_ptr_array_index(matrix->kinds, i);

        if (!other->alone && other->group == group &&
            !matrix_can_exchange(matrix, i, kind)) {
            return false;
        }
    }
    return true;
}

/*
 * Each kind joins the first group that it fits.  Two kinds that fit a third
 * need not fit each other, so other groups can be as good; but within a group
 * every guest can go everywhere.
 */
static void matrix_find_groups(Matrix *matrix)
{
    for (guint i = 0; i < matrix->kinds->len; i++) {
        MatrixKind *kind = g_ptr_array_index(matrix->kinds, i);

        /* A file may lack what decides about its own guests. */
        kind->alone = !matrix_can_exchange(matrix, i, i);
        if (kind->alone) {
            continue;
        }
        while (kind->group < matrix->groups &&
               !matrix_fits_group(matrix, i, kind->group)) {
            kind->group++;
        }
        matrix->groups = MAX(matrix->groups, kind->group + 1);
    }
}

static bool matrix_all_compatible(const Matrix *matrix)
{
    for (guint i = 0; i < matrix->comparisons->len; i++) {
        const Comparison *one = g_ptr_array_index(matrix->comparisons, i);

        if (one->verdict != VERDICT_COMPATIBLE) {
            return false;
        }
    }
    return true;
}

static void print_files(const MatrixKind *kind)
{
    g_autoptr(GString) text = g_string_new(NULL);

    for (guint i = 0; i < kind->dumps->len; i++) {
        const HostDump *dump = g_ptr_array_index(kind->dumps, i);

        g_string_append_printf(text, "%s%s", i ? ", " : "", dump->path);
    }
    terminal_print(4, text->str);
}

static void print_kinds(const Matrix *matrix)
{
    for (guint i = 0; i < matrix->kinds->len; i++) {
        const MatrixKind *kind = g_ptr_array_index(matrix->kinds, i);
        g_autofree char *head = g_strdup_printf(
            "kind %u: Linux %s, %u host%s", i + 1,
            matrix_example(matrix, i)->manifest->kernel, kind->dumps->len,
            kind->dumps->len == 1 ? "" : "s");
        g_autofree char *shown = terminal_coloured(COLOUR_BOLD, head);

        printf("%s\n    ", shown);
        print_files(kind);
    }
}

/* The destinations from @first up to the one before @end. */
static void print_columns(const Matrix *matrix, guint first, guint end)
{
    static const char *const marks[] = {
        [VERDICT_COMPATIBLE] = "yes",
        [VERDICT_UNKNOWN] = "?",
        [VERDICT_REFUSED] = "no",
    };

    printf("\nfrom \\ to");
    for (guint to = first; to < end; to++) {
        printf(" %4u", to + 1);
    }
    putchar('\n');
    for (guint from = 0; from < matrix->kinds->len; from++) {
        printf("%9u", from + 1);
        for (guint to = first; to < end; to++) {
            Verdict verdict = matrix_at(matrix, from, to)->verdict;
            g_autofree char *mark = terminal_coloured(verdict_colour(verdict),
                                                      marks[verdict]);

            printf(" %*s%s", (int)(4 - strlen(marks[verdict])), "", mark);
        }
        putchar('\n');
    }
}

static void print_matrix(const Matrix *matrix)
{
    guint len = matrix->kinds->len;

    for (guint first = 0; first < len; first += COLUMNS_MAX) {
        print_columns(matrix, first, MIN(first + COLUMNS_MAX, len));
    }
}

static void print_reasons(const Matrix *matrix)
{
    putchar('\n');
    for (guint i = 0; i < matrix->comparisons->len; i++) {
        const Comparison *one = g_ptr_array_index(matrix->comparisons, i);
        g_autofree char *refused = compare_report_names(one, OUTCOME_REFUSED);
        g_autofree char *unknown = compare_report_names(one, OUTCOME_UNKNOWN);
        g_autofree char *text = NULL;

        if (one->verdict == VERDICT_COMPATIBLE) {
            continue;
        }
        printf("%4u -> %u: ", i / matrix->kinds->len + 1,
               i % matrix->kinds->len + 1);
        text = g_strdup_printf("%s%s%s%s%s", *refused ? "refused: " : "",
                               refused, *refused && *unknown ? "; " : "",
                               *unknown ? "unknown: " : "", unknown);
        terminal_print(12, text);
    }
}

static void print_groups(const Matrix *matrix)
{
    printf("\n%u group%s of hosts that can exchange guests, both ways:\n",
           matrix->groups, matrix->groups == 1 ? "" : "s");
    for (guint group = 0; group < matrix->groups; group++) {
        g_autoptr(GString) text = g_string_new(NULL);
        guint hosts = 0;

        for (guint i = 0; i < matrix->kinds->len; i++) {
            const MatrixKind *kind = g_ptr_array_index(matrix->kinds, i);

            if (!kind->alone && kind->group == group) {
                g_string_append_printf(text, "%s%u", text->len ? ", " : "",
                                       i + 1);
                hosts += kind->dumps->len;
            }
        }
        printf("  kind %s: %u host%s\n", text->str, hosts,
               hosts == 1 ? "" : "s");
    }
    for (guint i = 0; i < matrix->kinds->len; i++) {
        const MatrixKind *kind = g_ptr_array_index(matrix->kinds, i);

        if (kind->alone) {
            printf("  kind %u: in no group, see %u -> %u\n", i + 1, i + 1,
                   i + 1);
        }
    }
}

static void write_files(JsonBuilder *json, const MatrixKind *kind)
{
    for (guint i = 0; i < kind->dumps->len; i++) {
        const HostDump *dump = g_ptr_array_index(kind->dumps, i);

        json_builder_add_string_value(json, dump->path);
    }
}

static void write_group(JsonBuilder *json, const Matrix *matrix, guint group)
{
    json_builder_begin_array(json);
    for (guint i = 0; i < matrix->kinds->len; i++) {
        const MatrixKind *kind = g_ptr_array_index(matrix->kinds, i);

        if (!kind->alone && kind->group == group) {
            write_files(json, kind);
        }
    }
    json_builder_end_array(json);
}

static void print_json(const Matrix *matrix)
{
    g_autoptr(JsonBuilder) json = json_builder_new();
    g_autofree char *text = NULL;
    guint len = matrix->kinds->len;

    json_builder_begin_object(json);
    json_out_array(json, "kinds");
    for (guint i = 0; i < len; i++) {
        json_builder_begin_array(json);
        write_files(json, g_ptr_array_index(matrix->kinds, i));
        json_builder_end_array(json);
    }
    json_builder_end_array(json);
    json_out_array(json, "groups");
    for (guint group = 0; group < matrix->groups; group++) {
        write_group(json, matrix, group);
    }
    json_builder_end_array(json);
    /* Between the first files of the kinds; only what can matter. */
    json_out_array(json, "directions");
    for (guint i = 0; i < matrix->comparisons->len; i++) {
        compare_report_json(json, matrix_example(matrix, i / len),
                            matrix_example(matrix, i % len),
                            g_ptr_array_index(matrix->comparisons, i),
                            OUTCOME_DROPPED);
    }
    json_builder_end_array(json);
    json_builder_end_object(json);
    text = json_out_text(json);
    fputs(text, stdout);
}

bool compare_matrix_print(GPtrArray *dumps, bool as_json)
{
    g_autoptr(GPtrArray) kinds = matrix_find_kinds(dumps);
    g_autoptr(GPtrArray) comparisons = g_ptr_array_new_with_free_func(
        (GDestroyNotify)comparison_free);
    Matrix matrix = { .kinds = kinds, .comparisons = comparisons };

    for (guint from = 0; from < kinds->len; from++) {
        for (guint to = 0; to < kinds->len; to++) {
            g_ptr_array_add(comparisons,
                            compare_hosts(matrix_example(&matrix, from),
                                          matrix_example(&matrix, to)));
        }
    }
    matrix_find_groups(&matrix);
    if (as_json) {
        print_json(&matrix);
    } else {
        print_kinds(&matrix);
        print_matrix(&matrix);
        print_reasons(&matrix);
        print_groups(&matrix);
    }
    return matrix_all_compatible(&matrix);
}
