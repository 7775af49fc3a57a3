/* SPDX-License-Identifier: GPL-2.0-or-later */
/* JSON from anybody, before a parser gets it. */

#ifndef CONTRIB_KVM_ARM_REGS_JSON_TEXT_H
#define CONTRIB_KVM_ARM_REGS_JSON_TEXT_H

/* A part of a text, with its quotes; empty if there is none. */
typedef struct JsonTextSpan {
    size_t start;
    size_t end;
} JsonTextSpan;

/**
 * json_text_fault: what a parser should not be given
 * @text, @len: the text; no terminator is needed
 * @name: a member of the outermost object
 * @span: set to its value, if that is a string and the only one of this name
 *
 * Json-glib parses by recursion, without a bound up to 1.8, and takes more
 * than JSON: comments, assignments, several values.  This lets through one
 * value in UTF-8, nested a few levels, with no other characters outside of
 * strings than JSON has.
 *
 * Returns a new string, or NULL for a text that can be parsed.
 */
char *json_text_fault(const char *text, size_t len, const char *name,
                      JsonTextSpan *span);

#endif
