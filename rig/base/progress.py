# SPDX-License-Identifier: GPL-2.0-or-later
"""One line on a terminal about what is being waited for; none elsewhere.

Each show() replaces the line.  What prints a line of its own calls clear()
before.
"""

import shutil
import sys

WIDTH = 24

_shown = ''


def line(text, part=None, columns=80):
    """The line: with a bar if `part`, 0 to 1, of the whole is done."""
    if part is not None:
        full = round(WIDTH * min(max(part, 0), 1))
        text = f'[{"#" * full:<{WIDTH}}] {text}'
    # The last column stays free: some terminals go to the next line there.
    return f'  {"WAIT":<7} {text}'[:columns - 1]


def on_terminal():
    """Whether progress shows: standard error is a terminal."""
    return sys.stderr.isatty()


def show(text, part=None):
    """Replace the line; nothing without a terminal."""
    global _shown           # pylint: disable=global-statement
    if not on_terminal():
        return
    new = line(text, part, shutil.get_terminal_size().columns)
    if new != _shown:
        sys.stderr.write(f'\r{new}\x1b[K')
        sys.stderr.flush()
        _shown = new


def clear():
    """Remove the line, if there is one."""
    global _shown           # pylint: disable=global-statement
    if _shown:
        sys.stderr.write('\r\x1b[K')
        sys.stderr.flush()
        _shown = ''
