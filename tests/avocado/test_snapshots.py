# SPDX-License-Identifier: GPL-2.0-or-later
"""savevm and loadvm of a KVM guest, on real kernels and real KVM.

loadvm writes to vCPUs that have run, where KVM takes an ID register only if
it is what it was.  Registers of the witness are altered before each load, and
it never fills them again: only the load brings them back.
"""

import struct
import unittest

from rig import messages
from rig.saved import add_disk, loadvm, open_disk, savevm
from rig.testing.case import RigCase

# ID_AA64DFR0_EL1 of a guest, whose PMUVer the witness tells at its start.
DFR0, PMUVER = 0x10305408, 8
# Of kinds that QEMU moves in different ways: listed, vector.  The general
# ones are no use here, the witness fills them for each hold.
ALTERED = ('TPIDR_EL1', 'V7')


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

    def foreign(self):
        """A host of 6.12; the path there of a disk with two snapshots.

        "own" is of a guest of this host.  "foreign" is of 6.18, whose PSCI
        1.3 this KVM refuses; its ID_AA64DFR0_EL1 it would take.
        """
        here, there = self.hosts('6.12', '6.18')
        with self.guest(there) as guest:
            path = add_disk(guest)
            savevm(guest, 'foreign')
        here.put(self.with_pmuver_1(there.get(path)), path)
        there.close()
        with self.guest(here) as guest:
            open_disk(guest, path)
            savevm(guest, 'own')
            self.own = messages.features(guest.serial())
        return here, path

    def with_pmuver_1(self, disk):
        """The disk, where the snapshot's guest has seen another PMUVer."""
        words = [struct.pack('>Q', value) for value in (
            DFR0, DFR0 & ~(0xf << PMUVER) | 1 << PMUVER)]
        self.assertEqual(disk.count(words[0]), 1)
        self.assertNotEqual(*words)
        return disk.replace(*words)

    def refuses(self, guest):
        said = loadvm(guest, 'foreign')
        self.assertIn('PSCI_VERSION (0x6030000000140000) = 0x10003, '
                      'destination 0x10001', said)
        self.assertTrue(guest.alive())

    def loads(self, guest):
        """Its own snapshot."""
        self.assertIsNone(loadvm(guest, 'own'))
        guest.qmp('cont')
        self.assertTrue(self.whole(guest), guest.serial())

    def boots(self, guest):
        """After a reset the guest sees its own ID registers."""
        since = len(guest.serial())
        guest.qmp('system_reset')
        guest.qmp('cont')
        guest.wait_serial(r'^tick 1\n', since=since)
        self.assertEqual(messages.features(guest.serial()[since:]), self.own)
        self.assertTrue(self.whole(guest), guest.serial())

    def test_nothing_is_left(self):
        """A refused snapshot leaves nothing behind, before a run and after."""
        host, path = self.foreign()
        for start, steps in ((False, (self.boots, self.loads)),
                             (False, (self.loads, self.boots)),
                             (True, (self.loads, self.boots))):
            with self.subTest(start=start, first=steps[0].__name__), \
                    self.guest(host, start=start) as guest:
                open_disk(guest, path)
                for step in steps:
                    self.refuses(guest)
                    step(guest)

    def test_loadvm_twice(self):
        """6.18, a guest that runs, twice in one process."""
        self.save_and_load('6.18', 'neoverse-n1')

    def test_all_features(self):
        """6.12, a CPU with SVE, PAuth, TCR2 and S1PIE."""
        self.save_and_load('6.12', 'max,pauth-impdef=on', 'sve', 'paca')


if __name__ == '__main__':
    unittest.main()
