# SPDX-License-Identifier: GPL-2.0-or-later
"""Guests in files, and in snapshots of a qcow2 disk.

Paths are the host's.  A load returns None, or why it was refused.
"""

import time

from rig.base.errors import Deadline, GuestError
from rig.messages import reason
from rig.migration import wait_source

DISK_SIZE = 1 << 20
LIMIT = 60


def save_file(guest, path):
    """Write the guest to a file; it stops."""
    guest.qmp('migrate', uri=f'file:{path}')
    info = wait_source(guest, Deadline(LIMIT, f'{guest} is saved'))
    if info['status'] != 'completed':
        raise GuestError(f'{guest}: not saved: {info}')


def load_file(guest, path):
    """Load a guest that was started with incoming=True."""
    guest.qmp('migrate-incoming', uri=f'file:{path}')
    limit = Deadline(LIMIT, f'{guest} is loaded')
    while not limit.over():
        try:
            if guest.status() != 'inmigrate':
                return None
        except GuestError:
            guest.wait_exit(LIMIT)
            return reason(guest.stderr(), 'no reason given')
        time.sleep(0.05)
    raise GuestError(f'{guest}: {path} was not loaded within '
                     f'{limit.limit:.0f} s')


def _create(guest, **options):
    """Run a blockdev-create job to its end; GuestError if it fails."""
    guest.qmp('blockdev-create', job_id='create', options=options)
    limit = Deadline(LIMIT)
    while True:
        job, = guest.qmp('query-jobs')
        if job['status'] == 'concluded':
            guest.qmp('job-dismiss', id='create')
            if 'error' in job:
                raise GuestError(f'{guest}: {job["error"]}')
            return
        if limit.over():
            raise GuestError(f'{guest}: blockdev-create did not end within '
                             f'{limit.limit:.0f} s: {job}')
        time.sleep(0.1)


def open_disk(guest, path):
    """A qcow2 disk, for snapshots to be in; no device has it."""
    guest.qmp('blockdev-add', driver='file', node_name='file', filename=path)
    guest.qmp('blockdev-add', driver='qcow2', node_name='disk', file='file')


def add_disk(guest, path=None):
    """A new one; its path."""
    path = path or guest.host.path(f'/tmp/{guest.name}.qcow2')
    _create(guest, driver='file', filename=path, size=0)
    guest.qmp('blockdev-add', driver='file', node_name='new', filename=path)
    _create(guest, driver='qcow2', file='new', size=DISK_SIZE)
    guest.qmp('blockdev-del', node_name='new')
    open_disk(guest, path)
    return path


def savevm(guest, name):
    """Save a snapshot; the guest runs on."""
    said = guest.qmp('human-monitor-command', command_line=f'savevm {name}')
    if said:
        raise GuestError(f'{guest}: savevm: {said.strip()}')


def loadvm(guest, name):
    """Load a snapshot.  A running guest runs on unless the load is refused."""
    said = guest.qmp('human-monitor-command', command_line=f'loadvm {name}')
    return said.strip() or None
