# SPDX-License-Identifier: GPL-2.0-or-later
"""Processes that do not outlive the test, however that ends."""

import atexit
import concurrent.futures
import shutil
import signal
import subprocess
import sys

from .errors import RigError

# PR_SET_PDEATHSIG is sent when the *thread* ends that made the process, so
# all of them are made by one thread that lives as long as this program.
_spawner = concurrent.futures.ThreadPoolExecutor(1, 'rig-spawner')
_running = set()


def start(argv, **kwargs):
    """subprocess.Popen, killed by the kernel should this program die."""
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
    """Kill the process and wait until it is gone; it has no state to save."""
    if process.poll() is None:
        process.kill()
    try:
        process.wait(30)
    finally:
        _running.discard(process)


@atexit.register
def end_all():
    """What a test forgot to close."""
    for process in list(_running):
        end(process)


def pid_alive(pid):
    """Whether a process runs; one that ended but is not reaped does not."""
    try:
        with open(f'/proc/{pid}/stat', encoding='utf-8',
                  errors='replace') as file:
            return file.read().rpartition(')')[2].split()[0] not in 'ZX'
    except (FileNotFoundError, ProcessLookupError):
        return False


def program(name, run, errors=(RigError, OSError), interrupted=''):
    """Run a program of the rig; its exit status.

    What went wrong is one line and status 2.  Ended from outside, by
    SIGTERM or Ctrl-C, it ends its hosts first.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        return run()
    except errors as err:
        print(f'{name}: {err}', file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f'{name}: interrupted{interrupted}', file=sys.stderr)
        return 130
