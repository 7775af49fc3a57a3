/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inline helpers that write JSON in fewer calls. */

#ifndef CONTRIB_KVM_ARM_REGS_SRC_JSON_OUT_H
#define CONTRIB_KVM_ARM_REGS_SRC_JSON_OUT_H

#include <json-glib/json-glib.h>

static inline void json_out_string(JsonBuilder *json, const char *name,
                                   const char *value)
{
    json_builder_set_member_name(json, name);
    json_builder_add_string_value(json, value);
}

static inline void json_out_array(JsonBuilder *json, const char *name)
{
    json_builder_set_member_name(json, name);
    json_builder_begin_array(json);
}

static inline void json_out_strings(JsonBuilder *json, const char *name,
                                    char **values)
{
    json_out_array(json, name);
    for (char **value = values; *value; value++) {
        json_builder_add_string_value(json, *value);
    }
    json_builder_end_array(json);
}

/* The whole text, indented, with a newline behind it. */
static inline char *json_out_text(JsonBuilder *json)
{
    g_autoptr(JsonNode) root = json_builder_get_root(json);
    g_autofree char *text = json_to_string(root, true);

    return g_strconcat(text, "\n", NULL);
}

#endif
