/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Check untrusted JSON before a parser gets it. */

#ifndef CONTRIB_KVM_ARM_REGS_SRC_JSON_TEXT_H
#define CONTRIB_KVM_ARM_REGS_SRC_JSON_TEXT_H

/* A string in a text, with its quotes; empty if there is none. */
typedef struct JsonTextSpan {
    size_t start;
    size_t end;
} JsonTextSpan;

/**
 * json_text_fault: why a parser must not get a text
 * @text, @len: the text, without a terminator
 * @name: a member of the outermost object
 * @span: set to its value, if that is a string and the only one of this name
 *
 * Json-glib parses by recursion, without a limit up to 1.8, and accepts more
 * than JSON: comments, assignments, several values.  This function accepts one
 * value in UTF-8, nested a few levels, with only the characters of JSON
 * outside of strings.
 *
 * Returns a new string, or NULL for a text that can be parsed.
 */
char *json_text_fault(const char *text, size_t len, const char *name,
                      JsonTextSpan *span);

#endif
