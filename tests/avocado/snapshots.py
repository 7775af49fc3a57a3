# SPDX-License-Identifier: GPL-2.0-or-later
"""savevm and loadvm of a KVM guest, on real kernels and real KVM.

loadvm writes to vCPUs that have run, where KVM takes an ID register only if
it is what it was.  The witness's registers are altered after each save, so
that only a load brings them back.
"""

import pathlib
import re
import sys
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

# pylint: disable=wrong-import-position
from rig.errors import GuestError                           # noqa: E402
from rig.guest import Guest                                 # noqa: E402
from rig.host import Host, boot                             # noqa: E402

# Of kinds that QEMU moves in different ways: listed, vector, general.
ALTERED = ('TPIDR_EL1', 'V7', 'X19')
DISK_SIZE = 1 << 20


def create(guest, **options):
    """Run a blockdev-create job to its end; GuestError if it fails."""
    guest.qmp('blockdev-create', job_id='create', options=options)
    for _ in range(100):
        job, = guest.qmp('query-jobs')
        if job['status'] == 'concluded':
            guest.qmp('job-dismiss', id='create')
            if 'error' in job:
                raise GuestError(f'{guest}: {job["error"]}')
            return
        time.sleep(0.1)
    raise GuestError(f'{guest}: blockdev-create does not end: {job}')


def add_disk(guest):
    """An empty qcow2 disk, for snapshots to be in; no device has it."""
    path = f'/tmp/{guest.name}.qcow2'
    create(guest, driver='file', filename=path, size=0)
    guest.qmp('blockdev-add', driver='file', node_name='file', filename=path)
    create(guest, driver='qcow2', file='file', size=DISK_SIZE)
    guest.qmp('blockdev-add', driver='qcow2', node_name='disk', file='file')


class Snapshots(unittest.TestCase):
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
        found = guest.wait_serial(r'^witness (ok|failed|FAULT).*\n',
                                  since=since)
        return found.group(1) == 'ok'

    def spoil(self, guest):
        """Alter registers, and see that the witness notices."""
        since = len(guest.serial())
        for name in ALTERED:
            guest.write_serial(f's{name}\n')
        self.assertFalse(self.whole(guest))
        # Of a vector register it names the part, "V7.D[1]".
        self.assertLessEqual(set(ALTERED), set(re.findall(
            r'^witness MISMATCH ([^\s.]+)', guest.serial()[since:], re.M)))

    def save_and_load(self, kernel, cpu):
        host = Host(kernel, cpu=cpu, qemu=('series',), guests=('witness',))
        with boot(host), Guest(host, 'series', 'witness') as guest:
            guest.wait_up()
            add_disk(guest)
            self.monitor(guest, 'savevm here')
            guest.check()
            for _ in range(2):
                self.spoil(guest)
                self.monitor(guest, 'loadvm here')
                self.assertTrue(self.whole(guest), guest.serial())
            self.assertEqual(guest.stderr(), '')

    def test_loadvm_twice(self):
        """6.18, a guest that runs, twice in one process."""
        self.save_and_load('6.18', 'neoverse-n1')

    def test_all_features(self):
        """6.12, a CPU with SVE, PAuth, TCR2 and S1PIE."""
        self.save_and_load('6.12', 'max,pauth-impdef=on')


if __name__ == '__main__':
    unittest.main()
