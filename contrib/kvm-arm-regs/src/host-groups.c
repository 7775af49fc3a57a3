/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists of hosts for messages. */

#include "qemu/osdep.h"
#include "host-groups.h"

/* The number of hosts that are named. */
#define TITLES_MAX 4

typedef struct HostGroup {
    char *before;
    char *after;
    GPtrArray *dumps;       /* of HostDump, which it does not own */
} HostGroup;

static char *host_path(const HostDump *dump)
{
    return g_strdup(dump->path);
}

static char *host_list_text(const GPtrArray *dumps,
                            char *(*name)(const HostDump *))
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < MIN(dumps->len, TITLES_MAX); i++) {
        g_autofree char *one = name(dumps->pdata[i]);

        g_string_append_printf(text, "%s%s", i ? ", " : "", one);
    }
    if (dumps->len > TITLES_MAX) {
        g_string_append_printf(text, " and %u more", dumps->len - TITLES_MAX);
    }
    return g_string_free(text, false);
}

char *host_titles(const GPtrArray *dumps)
{
    return host_list_text(dumps, host_dump_title);
}

char *host_files(const GPtrArray *dumps)
{
    return host_list_text(dumps, host_path);
}

static void host_group_free(gpointer data)
{
    HostGroup *group = data;

    g_free(group->before);
    g_free(group->after);
    g_ptr_array_unref(group->dumps);
    g_free(group);
}

GPtrArray *host_groups_new(void)
{
    return g_ptr_array_new_with_free_func(host_group_free);
}

void host_groups_add(GPtrArray *groups, const GPtrArray *dumps,
                     const char *before, const char *after)
{
    HostGroup *group = NULL;

    for (guint i = 0; i < groups->len; i++) {
        HostGroup *other = g_ptr_array_index(groups, i);

        if (g_str_equal(other->before, before) &&
            g_str_equal(other->after, after)) {
            group = other;
        }
    }
    if (!group) {
        group = g_new0(HostGroup, 1);
        group->before = g_strdup(before);
        group->after = g_strdup(after);
        group->dumps = g_ptr_array_new();
        g_ptr_array_add(groups, group);
    }
    for (guint i = 0; i < dumps->len; i++) {
        g_ptr_array_add(group->dumps, dumps->pdata[i]);
    }
}

char *host_groups_text(const GPtrArray *groups)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < groups->len; i++) {
        const HostGroup *group = g_ptr_array_index(groups, i);
        g_autofree char *titles = host_titles(group->dumps);

        g_string_append_printf(text, "%s%s%s%s", i ? "; " : "", group->before,
                               titles, group->after);
    }
    return g_string_free(text, false);
}
