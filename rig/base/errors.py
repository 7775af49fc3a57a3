# SPDX-License-Identifier: GPL-2.0-or-later
"""What the rig raises, and how it reports progress.

An error is one clear paragraph for the reader of a failed test.  It has the
values, a remedy if there is one, and the last lines of a running machine's
console.
"""

import os
import re
import sys
import time

from rig.base import progress


class RigError(Exception):
    """Something the rig needs cannot be had, or broke while running."""


class KernelError(RigError):
    """A host's kernel cannot be fetched or unpacked."""


class HostError(RigError):
    """An emulated host did not come up, died, or does not answer."""


class GuestError(RigError):
    """An inner QEMU did not start, died, or its guest does not answer."""


class GuestAltered(GuestError):
    """The witness answered, and found something altered."""


def say(tag, text):
    """One line of progress, in the style of the build scripts."""
    progress.clear()
    print(f'  {tag:<7} {text}', file=sys.stderr, flush=True)


def slow():
    """Factor for every time limit of the rig, from RIG_SLOW (default 1)."""
    text = os.environ.get('RIG_SLOW', '1')
    try:
        factor = float(text)
    except ValueError:
        factor = 0
    if not 0 < factor < 1000:
        raise RigError(f'RIG_SLOW={text}: not a factor; say 2 to double '
                       'every time limit')
    return factor


class Deadline:
    """A time limit, scaled by RIG_SLOW; a long wait is reported.

    On a terminal a named wait shows there all the time.
    """

    def __init__(self, seconds, what=None, every=15):
        self.limit = seconds * slow()
        self.start = time.monotonic()
        self.what = what
        self.every = every
        self._next = every
        # How much of it is done, 0 to 1, where that is known.
        self.part = None

    def elapsed(self):
        return time.monotonic() - self.start

    def left(self):
        """Seconds left, 0 when over; says so now and then if named."""
        elapsed = self.elapsed()
        if self.what and elapsed >= self._next:
            self._next += self.every
            if not progress.on_terminal():
                say('WAIT', f'{self.what} ({elapsed:.0f} of at most '
                            f'{self.limit:.0f} s)')
        if self.what:
            progress.show(f'{elapsed:2.0f} s: {self.what}', self.part)
        return max(0.0, self.limit - elapsed)

    def over(self):
        return self.left() <= 0


_FATAL = re.compile(r'Kernel panic|Unable to handle|Oops|BUG:|RIG FAILED')


def tail(text, lines=15):
    """The last lines of a console or of stderr, indented for an error.

    A panic's first words come first: its registers and stack fill more
    than the last lines.
    """
    every = text.replace('\r', '').rstrip('\n').split('\n')
    last = every[-lines:]
    if not any(map(_FATAL.search, last)):
        last = [li for li in every if _FATAL.search(li)][:1] + last
    return '\n'.join(f'    | {line}' for line in last)
