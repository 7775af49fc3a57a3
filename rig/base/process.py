# SPDX-License-Identifier: GPL-2.0-or-later
"""Processes that end with the test, however it ends."""

import atexit
import concurrent.futures
import shutil
import subprocess

from rig.base.errors import RigError

# PR_SET_PDEATHSIG is sent when the *thread* that made the process ends.  So
# one thread makes all of them, and lives as long as this program.
_spawner = concurrent.futures.ThreadPoolExecutor(1, 'rig-spawner')
_running = set()


def start(argv, **kwargs):
    """subprocess.Popen; the kernel kills it if this program dies."""
    setpriv = shutil.which('setpriv')
    if setpriv is None:
        raise RigError('setpriv: not found; install util-linux')
    argv = [setpriv, '--pdeathsig', 'KILL', '--'] + [str(a) for a in argv]
    # Its own session: Ctrl-C is for the test, which then ends the process.
    process = _spawner.submit(subprocess.Popen, argv, start_new_session=True,
                              **kwargs).result()
    _running.add(process)
    return process


def end(process):
    """Kill the process, and wait until it is gone."""
    if process.poll() is None:
        process.kill()
    try:
        process.wait(30)
    finally:
        _running.discard(process)


@atexit.register
def end_all():
    """End all that a test did not close."""
    for process in list(_running):
        end(process)


def pid_alive(pid):
    """Whether a process runs; a zombie does not."""
    try:
        with open(f'/proc/{pid}/stat', encoding='utf-8',
                  errors='replace') as file:
            return file.read().rpartition(')')[2].split()[0] not in 'ZX'
    except (FileNotFoundError, ProcessLookupError):
        return False
