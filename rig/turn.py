# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests that boot hosts wait for each other, across processes.

avocado runs as many tests at once as there are CPUs; a pair of emulated
hosts keeps two CPUs busy.  With more of them the time limits, which are
those of one pair, would be over before the hosts are up.  A test's limits
begin when it has its turn.
"""

import contextlib
import fcntl
import time

from .errors import say

CPUS_OF_A_PAIR = 2


def places(cpus):
    """How many tests may have hosts at once on so many CPUs."""
    return max(1, cpus // CPUS_OF_A_PAIR)


def _locked(path):
    """The open file, locked; None if another test has the lock."""
    # No process that the test starts inherits it.
    file = open(path, 'a', encoding='utf-8')    # the caller closes it
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file


@contextlib.contextmanager
def turn(folder, count):
    """Hold one of `count` places while the block runs.

    Waits for as long as it takes: the tests before have limits of their own.
    """
    folder.mkdir(parents=True, exist_ok=True)
    # Who waits for a place has this lock, and the others wait for that, so
    # that a program with many tests does not take each place that it gives.
    with open(folder / 'turn-next', 'a', encoding='utf-8') as queue:
        waits = False
        fcntl.flock(queue, fcntl.LOCK_EX)
        while not (file := next(filter(None, (
                _locked(folder / f'turn-{number}')
                for number in range(count))), None)):
            if not waits:
                say('WAIT', 'until another test has ended its hosts')
            waits = True
            time.sleep(0.2)
    # The lock ends with the file, also when the process is killed.
    with file:
        yield
