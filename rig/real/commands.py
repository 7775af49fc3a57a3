# SPDX-License-Identifier: GPL-2.0-or-later
"""Commands on this machine, with the interface of those in a host."""

import contextlib
import os
import signal
import socket
import subprocess
import threading

from rig import agent
from rig.base import process

SETTLE = 2


def connect(target):
    """A socket connected to unix:PATH or tcp:PORT here; AgentError."""
    kind, _, where = target.partition(':')
    unix = kind == 'unix'
    sock = socket.socket(socket.AF_UNIX if unix else socket.AF_INET)
    try:
        sock.connect(where if unix else ('127.0.0.1', int(where)))
    except OSError as err:
        sock.close()
        raise agent.AgentError(f'{target}: {err}') from err
    return sock


class Command(agent.Running):
    """A shell command that runs here."""

    def __init__(self, command, folder, on_output=None):
        super().__init__(on_output)
        self._process = process.start(
            ['sh', '-c', command], cwd=folder, bufsize=0,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)
        self._readers = [threading.Thread(
            target=self._read, args=each, daemon=True) for each in (
                (b'o', self._process.stdout, self.stdout),
                (b'e', self._process.stderr, self.stderr))]
        self._waiter = threading.Thread(target=self._wait, daemon=True)
        for thread in (*self._readers, self._waiter):
            thread.start()

    def _read(self, kind, file, into):
        with contextlib.suppress(OSError, ValueError):
            while data := file.read(65536):
                with self._changed:
                    into += data
                    self._changed.notify_all()
                if self._on_output:
                    self._on_output(kind, data)

    def _wait(self):
        status = self._process.wait()
        # Its last words; a child of it may keep the pipes for ever.
        for thread in self._readers:
            thread.join(SETTLE)
        with self._changed:
            if not self.lost:
                self.status = status
            self._changed.notify_all()

    def write(self, data):
        """Give standard input; False if the command is gone."""
        try:
            with self._write:
                left = memoryview(data)
                while left:
                    left = left[self._process.stdin.write(left):]
        except (OSError, ValueError):
            return False
        return True

    def end_input(self):
        with self._write, contextlib.suppress(OSError):
            self._process.stdin.close()

    def close(self):
        """End the command and its children, if they still run."""
        self._give_up()
        # The session of its own that process.start() gave it.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        process.end(self._process)
        self._waiter.join(10)
        self.end_input()
        for file in (self._process.stdout, self._process.stderr):
            file.close()
