# SPDX-License-Identifier: GPL-2.0-or-later
"""One process at a time."""

import contextlib
import fcntl


@contextlib.contextmanager
def locked(path):
    """Hold the lock file of this path; wait until no other process does."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, 'w', encoding='utf-8') as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
