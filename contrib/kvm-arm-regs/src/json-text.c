/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Check untrusted JSON before a parser gets it. */

#include "qemu/osdep.h"
#include "json-text.h"

/* A dump has three: the object, the list of registers, a register. */
#define DEPTH_MAX 16

/* Besides brackets and strings: numbers, true, false, null. */
static bool json_text_is_plain(char c)
{
    switch (c) {
    case ' ': case '\t': case '\r': case '\n':
    case ',': case ':': case '+': case '-': case '.':
        return true;
    default:
        return g_ascii_isalnum(c);
    }
}

/* The end of the string that starts at @at, at most that of the text. */
static size_t json_text_string_end(const char *text, size_t len, size_t at)
{
    for (at++; at < len && text[at] != '"'; at++) {
        at += text[at] == '\\';
    }
    return MIN(at + 1, len);
}

/* Is the string at @at the value of the member whose name stood before it? */
static bool json_text_is_value_of(const char *text, JsonTextSpan before,
                                  size_t at, const char *name)
{
    size_t len = strlen(name);
    size_t colons = 0;

    if (before.end - before.start != len + 2 ||
        memcmp(text + before.start + 1, name, len)) {
        return false;
    }
    for (size_t i = before.end; i < at; i++) {
        colons += text[i] == ':';
        if (text[i] != ':' && !g_ascii_isspace(text[i])) {
            return false;
        }
    }
    return colons == 1;
}

char *json_text_fault(const char *text, size_t len, const char *name,
                      JsonTextSpan *span)
{
    JsonTextSpan before = { 0 };
    unsigned depth = 0, found = 0;
    size_t line = 1;
    bool ended = false;

    *span = before;
    if (!g_utf8_validate(text, len, NULL)) {
        return g_strdup("not UTF-8 text");
    }
    for (size_t i = 0; i < len; i++) {
        char c = text[i];

        if (ended && !g_ascii_isspace(c)) {
            return g_strdup_printf("line %zu: text after the end of the JSON",
                                   line);
        }
        if (c == '"') {
            JsonTextSpan string = { i, json_text_string_end(text, len, i) };

            if (depth == 1 && json_text_is_value_of(text, before, i, name)) {
                *span = string;
                found++;
            }
            before = string;
            i = string.end - 1;
        } else if (c == '[' || c == '{') {
            if (++depth > DEPTH_MAX) {
                return g_strdup_printf("line %zu: nested more than %d levels",
                                       line, DEPTH_MAX);
            }
        } else if (c == ']' || c == '}') {
            depth -= depth > 0;
            ended = depth == 0;
        } else if (!json_text_is_plain(c)) {
            return g_strdup_printf("line %zu: not JSON", line);
        }
        line += c == '\n';
    }
    if (found != 1) {
        *span = (JsonTextSpan) { 0 };
    }
    return NULL;
}
