# SPDX-License-Identifier: GPL-2.0-or-later
"""A QEMU of this machine with TCG, its CPUs stopped: no host, no guest."""

import os
import pathlib
import socket
import subprocess
import tempfile

from rig.base import process
from rig.base.paths import ROOT
from rig.qmp import QMP, states

QEMU = pathlib.Path(os.environ.get('QEMU_HOST') or
                    ROOT / 'build/host/qemu-system-aarch64')


class Qemu:
    """A QEMU on this machine, its CPUs stopped, ended with the block."""

    def __init__(self, folder, *args, cpu='max', before=(), patience=60):
        ours, theirs = socket.socketpair()
        self.stderr = tempfile.TemporaryFile('w+', dir=folder)
        with theirs:
            self.process = process.start(
                [*before, QEMU, '-M', 'virt', '-cpu', cpu, '-accel', 'tcg',
                 '-S', '-m', '64M', '-nodefaults', '-display', 'none',
                 '-chardev', f'socket,id=qmp,fd={theirs.fileno()}',
                 '-mon', 'chardev=qmp,mode=control', *args],
                pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL,
                stdout=self.stderr, stderr=self.stderr)
        self.socket = ours
        self.qmp = QMP(ours, patience)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        process.end(self.process)
        self.socket.close()
        self.stderr.close()

    def capabilities(self, values):
        """Set migration capabilities: {name: whether it is on}."""
        self.qmp.command('migrate-set-capabilities',
                         {'capabilities': states(values)})

    def migration(self):
        """query-migrate once the migration has ended one way or another."""
        for _ in range(600):
            status = self.qmp.command('query-migrate')
            if status.get('status') in ('completed', 'failed', 'cancelled'):
                return status
            if not status:
                # The destination keeps no status of a load that went well.
                state = self.qmp.command('query-status')['status']
                if state != 'inmigrate':
                    return {'status': 'completed'}
            try:
                self.process.wait(0.1)
            except subprocess.TimeoutExpired:
                pass
        raise AssertionError('the migration did not end in a minute')

    def output(self):
        """What it printed so far."""
        self.stderr.seek(0)
        return self.stderr.read()
