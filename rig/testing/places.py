# SPDX-License-Identifier: GPL-2.0-or-later
"""Places for tests that boot hosts: so many at once, across processes.

avocado runs as many tests at once as there are CPUs; a pair of emulated
hosts keeps two CPUs busy.  With more pairs the time limits would be over
before the hosts are up.  A test's limits begin when it has a place.
"""

import contextlib
import fcntl
import time

from rig.base.errors import say

CPUS_OF_A_PAIR = 2


def number(cpus):
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
def hold(folder, count):
    """Hold one of `count` places while the block runs.

    Waits for as long as it takes: the tests before have limits of their own.
    """
    folder.mkdir(parents=True, exist_ok=True)
    # A waiting test has this lock, and the others wait for the lock.  So a
    # program with many tests cannot take each place that it frees.
    with open(folder / 'place-next', 'a', encoding='utf-8') as queue:
        waits = False
        fcntl.flock(queue, fcntl.LOCK_EX)
        while not (file := next(filter(None, (
                _locked(folder / f'place-{each}')
                for each in range(count))), None)):
            if not waits:
                say('WAIT', 'until another test has ended its hosts')
            waits = True
            time.sleep(0.2)
    # The lock ends with the file, also when the process is killed.
    with file:
        yield
