# SPDX-License-Identifier: GPL-2.0-or-later
"""savevm and loadvm of a KVM guest, on real kernels and real KVM.

loadvm writes to vCPUs that have run, where KVM takes an ID register only if
it is what it was.  Registers of the witness are altered before each load, and
it never fills them again: only the load brings them back.
"""

import pathlib
import sys
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE)]

# pylint: disable=wrong-import-position
from rig.errors import Deadline, GuestError                 # noqa: E402
from rigcase import RigCase                                 # noqa: E402

# Of kinds that QEMU moves in different ways: listed, vector.  The general
# ones are no use here, the witness fills them for each hold.
ALTERED = ('TPIDR_EL1', 'V7')
DISK_SIZE = 1 << 20
JOB_LIMIT = 60


def create(guest, **options):
    """Run a blockdev-create job to its end; GuestError if it fails."""
    guest.qmp('blockdev-create', job_id='create', options=options)
    limit = Deadline(JOB_LIMIT)
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


def add_disk(guest):
    """A new one; its path."""
    path = guest.host.path(f'/tmp/{guest.name}.qcow2')
    create(guest, driver='file', filename=path, size=0)
    guest.qmp('blockdev-add', driver='file', node_name='new', filename=path)
    create(guest, driver='qcow2', file='new', size=DISK_SIZE)
    guest.qmp('blockdev-del', node_name='new')
    open_disk(guest, path)
    return path


class Snapshots(RigCase):
    """
    :avocado: tags=quick,rig
    """

    def monitor(self, guest, command):
        """savevm and loadvm say nothing unless they fail."""
        self.assertEqual(guest.qmp('human-monitor-command',
                                   command_line=command), '')
        self.assertEqual(guest.status(), 'running')

    def whole(self, guest):
        """What the witness finds now, whatever it found before."""
        since = len(guest.serial())
        guest.write_serial('c')
        # Not "^": the load may have cut off a line that was being printed.
        found = guest.wait_serial(r'witness (ok|failed|FAULT).*\n',
                                  since=since)
        return found.group(1) == 'ok'

    def spoil(self, guest):
        """Alter registers, and see that the witness notices."""
        for name in ALTERED:
            since = len(guest.serial())
            guest.write_serial(f's{name}\n')
            # Of a vector register it names the part, "V7.D[1]".
            guest.wait_serial(rf'witness MISMATCH {name}\b.*\n',
                              since=since)
        # It says "failed" unasked before its next tick.  Once that is out,
        # what is said after a load is of the time after it.
        guest.wait_serial(r'^tick \d+\n', since=len(guest.serial()))

    def save_and_load(self, kernel, cpu, *features):
        host, = self.hosts(kernel, cpus=(cpu,), cpu_features=features)
        with self.guest(host) as guest:
            add_disk(guest)
            self.monitor(guest, 'savevm here')
            guest.check()
            for _ in range(2):
                self.spoil(guest)
                self.monitor(guest, 'loadvm here')
                self.assertTrue(self.whole(guest), guest.serial())
            self.assertEqual(guest.stderr(), '')

    def test_refused(self):
        """Of a guest with a PMU, by one without; then by one with."""
        host, = self.hosts('6.18')
        with self.guest(host) as guest:
            path = add_disk(guest)
            self.monitor(guest, 'savevm here')
        with self.guest(host, cpu='host,pmu=off', start=False) as guest:
            open_disk(guest, path)
            said = guest.qmp('human-monitor-command',
                             command_line='loadvm here')
            self.assertIn("device 'cpu'", said)
            self.assertIn('PMCR_EL0 (0x603000000013dce0)', said)
            self.assertTrue(guest.alive())
        with self.guest(host) as guest:
            open_disk(guest, path)
            self.monitor(guest, 'loadvm here')
            self.assertTrue(self.whole(guest), guest.serial())

    def test_loadvm_twice(self):
        """6.18, a guest that runs, twice in one process."""
        self.save_and_load('6.18', 'neoverse-n1')

    def test_all_features(self):
        """6.12, a CPU with SVE, PAuth, TCR2 and S1PIE."""
        self.save_and_load('6.12', 'max,pauth-impdef=on', 'sve', 'paca')


if __name__ == '__main__':
    unittest.main()
