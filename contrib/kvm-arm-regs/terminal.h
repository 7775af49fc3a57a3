/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Colours and lines for people. */

#ifndef CONTRIB_KVM_ARM_REGS_TERMINAL_H
#define CONTRIB_KVM_ARM_REGS_TERMINAL_H

typedef enum Colour {
    PLAIN,
    BOLD,
    RED,
    GREEN,
    YELLOW,
} Colour;

/*
 * @text in @colour, as a new string: the text itself where standard output is
 * no terminal, or NO_COLOR is set (https://no-color.org).
 */
char *coloured(Colour colour, const char *text);

/*
 * Print @text in lines of up to 79 columns, each behind @indent spaces; the
 * first starts at the column where the cursor is taken to be, @indent.
 */
void print_wrapped(unsigned indent, const char *text);

#endif
