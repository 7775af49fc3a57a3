/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text for a terminal: colours, and lines that fit. */

#ifndef CONTRIB_KVM_ARM_REGS_SRC_TERMINAL_TEXT_H
#define CONTRIB_KVM_ARM_REGS_SRC_TERMINAL_TEXT_H

typedef enum Colour {
    COLOUR_PLAIN,
    COLOUR_BOLD,
    COLOUR_RED,
    COLOUR_GREEN,
    COLOUR_YELLOW,
} Colour;

/*
 * @text in @colour, as a new string; without colour if standard output is not
 * a terminal or NO_COLOR is set (https://no-color.org).
 */
char *terminal_coloured(Colour colour, const char *text);

/*
 * Print @text in lines of up to 79 columns, indented by @indent spaces.  The
 * cursor must already be at column @indent.
 */
void terminal_print(unsigned indent, const char *text);

#endif
