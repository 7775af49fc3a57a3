# SPDX-License-Identifier: GPL-2.0-or-later
"""Run a command with a log file, and leave no process of it behind."""

import contextlib
import os
import signal
import subprocess


@contextlib.contextmanager
def running(argv, log, cwd):
    """The command while the block runs; then it and its children end.

    OSError if the command cannot be started.
    """
    with open(log, 'w', encoding='utf-8') as file:
        # pylint: disable=consider-using-with
        child = subprocess.Popen(
            [str(a) for a in argv], cwd=cwd, stdin=subprocess.DEVNULL,
            stdout=file, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        yield child
    finally:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGTERM)
            try:
                child.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()


def run(argv, log, cwd):
    """The exit status; else as running()."""
    with running(argv, log, cwd) as child:
        return child.wait()
