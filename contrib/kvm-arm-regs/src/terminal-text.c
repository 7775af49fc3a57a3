/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text for a terminal: colours, and lines that fit. */

#include "qemu/osdep.h"
#include <unistd.h>

#include "terminal-text.h"

#define COLUMNS 79

static bool terminal_has_colours(void)
{
    const char *off = g_getenv("NO_COLOR"), *term = g_getenv("TERM");

    return isatty(STDOUT_FILENO) && !(off && *off) &&
           g_strcmp0(term, "dumb") != 0;
}

char *terminal_coloured(Colour colour, const char *text)
{
    static const char *const codes[] = {
        [COLOUR_BOLD] = "1", [COLOUR_RED] = "31",
        [COLOUR_GREEN] = "32", [COLOUR_YELLOW] = "33",
    };

    return colour == COLOUR_PLAIN || !terminal_has_colours()
           ? g_strdup(text)
           : g_strdup_printf("\033[%sm%s\033[0m", codes[colour], text);
}

/* Colours take no room. */
static unsigned terminal_width(const char *word)
{
    unsigned width = 0;

    for (const char *c = word; *c; c = g_utf8_next_char(c)) {
        if (*c == '\033') {
            c = strchr(c, 'm') ?: c;
        } else {
            width++;
        }
    }
    return width;
}

void terminal_print(unsigned indent, const char *text)
{
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    unsigned column = indent;

    for (char **word = words; *word; word++) {
        unsigned width = terminal_width(*word);

        if (column > indent && column + 1 + width > COLUMNS) {
            printf("\n%*s", indent, "");
            column = indent;
        } else if (column > indent) {
            putchar(' ');
            column++;
        }
        fputs(*word, stdout);
        column += width;
    }
    putchar('\n');
}
