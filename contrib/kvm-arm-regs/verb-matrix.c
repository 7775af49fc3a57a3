/* SPDX-License-Identifier: GPL-2.0-or-later */
/* compare, of three and more dumps: kinds of hosts, and groups of kinds. */

#include "qemu/osdep.h"
#include "report.h"
#include "verbs.h"

/* Hosts that no comparison tells apart. */
typedef struct Kind {
    GPtrArray *dumps;       /* of HostDump, which it does not own */
    bool alone;             /* not even its own hosts exchange guests */
    guint group;            /* unless it is alone */
} Kind;

/* As many columns of the matrix as a line has room for. */
#define COLUMNS_MAX 14

typedef struct Matrix {
    GPtrArray *kinds;       /* of Kind, in the order of the files */
    GPtrArray *decisions;   /* of Decision, row (source) by row */
    guint groups;
} Matrix;

static void kind_free(gpointer data)
{
    Kind *kind = data;

    g_ptr_array_unref(kind->dumps);
    g_free(kind);
}

static const HostDump *example(const Matrix *matrix, guint i)
{
    const Kind *kind = g_ptr_array_index(matrix->kinds, i);

    return g_ptr_array_index(kind->dumps, 0);
}

static GPtrArray *find_kinds(GPtrArray *dumps)
{
    g_autoptr(GPtrArray) found = host_dump_kinds(dumps, host_dump_kind);
    GPtrArray *kinds = g_ptr_array_new_with_free_func(kind_free);

    for (guint i = 0; i < found->len; i++) {
        const HostKind *like = g_ptr_array_index(found, i);
        Kind *kind = g_new0(Kind, 1);

        kind->dumps = g_ptr_array_ref(like->dumps);
        g_ptr_array_add(kinds, kind);
    }
    return kinds;
}

static const Decision *decision_of(const Matrix *matrix, guint from, guint to)
{
    return g_ptr_array_index(matrix->decisions,
                             from * matrix->kinds->len + to);
}

static bool exchange(const Matrix *matrix, guint a, guint b)
{
    return decision_of(matrix, a, b)->verdict == VERDICT_COMPATIBLE &&
           decision_of(matrix, b, a)->verdict == VERDICT_COMPATIBLE;
}

/* Does a kind fit to each one of a group, among those before it? */
static bool fits(const Matrix *matrix, guint kind, guint group)
{
    for (guint i = 0; i < kind; i++) {
        const Kind *other = g_ptr_array_index(matrix->kinds, i);

        if (!other->alone && other->group == group &&
            !exchange(matrix, i, kind)) {
            return false;
        }
    }
    return true;
}

/*
 * Each kind goes to the first group that it fits to.  That two fit to a third
 * need not mean that they fit to each other, so that another partition can be
 * as good; but within a group every guest can go everywhere.
 */
static void find_groups(Matrix *matrix)
{
    for (guint i = 0; i < matrix->kinds->len; i++) {
        Kind *kind = g_ptr_array_index(matrix->kinds, i);

        /* A file can lack what decides it, so that nothing is known. */
        kind->alone = !exchange(matrix, i, i);
        if (kind->alone) {
            continue;
        }
        while (kind->group < matrix->groups &&
               !fits(matrix, i, kind->group)) {
            kind->group++;
        }
        matrix->groups = MAX(matrix->groups, kind->group + 1);
    }
}

static bool all_exchange(const Matrix *matrix)
{
    for (guint i = 0; i < matrix->decisions->len; i++) {
        const Decision *decision = g_ptr_array_index(matrix->decisions, i);

        if (decision->verdict != VERDICT_COMPATIBLE) {
            return false;
        }
    }
    return true;
}

static void print_files(const Kind *kind)
{
    g_autoptr(GString) text = g_string_new(NULL);

    for (guint i = 0; i < kind->dumps->len; i++) {
        const HostDump *dump = g_ptr_array_index(kind->dumps, i);

        g_string_append_printf(text, "%s%s", i ? ", " : "", dump->path);
    }
    print_wrapped(4, text->str);
}

static void print_kinds(const Matrix *matrix)
{
    for (guint i = 0; i < matrix->kinds->len; i++) {
        const Kind *kind = g_ptr_array_index(matrix->kinds, i);
        g_autofree char *head = g_strdup_printf(
            "kind %u: Linux %s, %u host%s", i + 1,
            example(matrix, i)->manifest->kernel, kind->dumps->len,
            kind->dumps->len == 1 ? "" : "s");
        g_autofree char *shown = coloured(BOLD, head);

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
            Verdict verdict = decision_of(matrix, from, to)->verdict;
            g_autofree char *mark = coloured(verdict_colour(verdict),
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
    for (guint i = 0; i < matrix->decisions->len; i++) {
        const Decision *decision = g_ptr_array_index(matrix->decisions, i);
        g_autofree char *refused = report_names(decision, OUTCOME_REFUSED);
        g_autofree char *unknown = report_names(decision, OUTCOME_UNKNOWN);
        g_autofree char *text = NULL;

        if (decision->verdict == VERDICT_COMPATIBLE) {
            continue;
        }
        printf("%4u -> %u: ", i / matrix->kinds->len + 1,
               i % matrix->kinds->len + 1);
        text = g_strdup_printf("%s%s%s%s%s", *refused ? "refused: " : "",
                               refused, *refused && *unknown ? "; " : "",
                               *unknown ? "unknown: " : "", unknown);
        print_wrapped(12, text);
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
            const Kind *kind = g_ptr_array_index(matrix->kinds, i);

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
        const Kind *kind = g_ptr_array_index(matrix->kinds, i);

        if (kind->alone) {
            printf("  kind %u: in no group, see %u -> %u\n", i + 1, i + 1,
                   i + 1);
        }
    }
}

static void add_files(JsonBuilder *json, const Kind *kind)
{
    for (guint i = 0; i < kind->dumps->len; i++) {
        const HostDump *dump = g_ptr_array_index(kind->dumps, i);

        json_builder_add_string_value(json, dump->path);
    }
}

static void add_group(JsonBuilder *json, const Matrix *matrix, guint group)
{
    json_builder_begin_array(json);
    for (guint i = 0; i < matrix->kinds->len; i++) {
        const Kind *kind = g_ptr_array_index(matrix->kinds, i);

        if (!kind->alone && kind->group == group) {
            add_files(json, kind);
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
        add_files(json, g_ptr_array_index(matrix->kinds, i));
        json_builder_end_array(json);
    }
    json_builder_end_array(json);
    json_out_array(json, "groups");
    for (guint group = 0; group < matrix->groups; group++) {
        add_group(json, matrix, group);
    }
    json_builder_end_array(json);
    /* Between kinds, by their first files; no more than what may matter. */
    json_out_array(json, "directions");
    for (guint i = 0; i < matrix->decisions->len; i++) {
        report_json(json, example(matrix, i / len), example(matrix, i % len),
                    g_ptr_array_index(matrix->decisions, i),
                    OUTCOME_LEFT_BEHIND);
    }
    json_builder_end_array(json);
    json_builder_end_object(json);
    text = json_out_text(json);
    fputs(text, stdout);
}

int compare_many(GPtrArray *dumps, bool as_json)
{
    g_autoptr(GPtrArray) kinds = find_kinds(dumps);
    g_autoptr(GPtrArray) decisions = g_ptr_array_new_with_free_func(
        (GDestroyNotify)decision_free);
    Matrix matrix = { .kinds = kinds, .decisions = decisions };

    for (guint from = 0; from < kinds->len; from++) {
        for (guint to = 0; to < kinds->len; to++) {
            g_ptr_array_add(decisions, decide(example(&matrix, from),
                                              example(&matrix, to)));
        }
    }
    find_groups(&matrix);
    if (as_json) {
        print_json(&matrix);
    } else {
        print_kinds(&matrix);
        print_matrix(&matrix);
        print_reasons(&matrix);
        print_groups(&matrix);
    }
    return all_exchange(&matrix) ? EXIT_COMPATIBLE : EXIT_INCOMPATIBLE;
}
