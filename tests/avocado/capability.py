# SPDX-License-Identifier: GPL-2.0-or-later
"""The capability x-cpreg-preflight where there is no KVM: no rig needed."""

import json
import pathlib
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / 'tests/avocado')]

# pylint: disable=wrong-import-position
from stream import QEMU, Qemu                               # noqa: E402

NAME = 'x-cpreg-preflight'


def state(qemu):
    """Whether it is on."""
    states = qemu.qmp.command('query-migrate-capabilities')
    return next(s['state'] for s in states if s['capability'] == NAME)


def switch(qemu, on):
    """Switch it on or off."""
    qemu.qmp.command('migrate-set-capabilities', {
        'capabilities': [{'capability': NAME, 'state': on}]})


@unittest.skipUnless(QEMU.is_file(), f'no {QEMU.name} in build/host: run '
                                     '`make qemu-host`')
class Capability(unittest.TestCase):
    """
    :avocado: tags=quick,tcg
    """

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix='capability-')
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def test_default_of_machine_types(self):
        """On since virt-10.2, off before; it can be set in both."""
        for machine, default in (('virt', True), ('virt-10.2', True),
                                 ('virt-10.1', False), ('virt-9.0', False)):
            with self.subTest(machine), Qemu(self.folder, '-M',
                                             machine) as qemu:
                self.assertEqual(state(qemu), default)
                switch(qemu, not default)
                self.assertEqual(state(qemu), not default)

    def test_tcg_streams_are_the_same(self):
        """A guest without KVM has nothing that could be checked."""
        described = []
        for on in (True, False):
            path = self.folder / f'saved-{on}'
            with Qemu(self.folder) as qemu:
                switch(qemu, on)
                qemu.qmp.command('migrate', {'uri': f'file:{path}'})
                self.assertEqual(qemu.migration()['status'], 'completed',
                                 qemu.output())
            # RAM differs from one machine to the next: the device tree's
            # seeds.  What QEMU says of its sections stands at the end.
            saved = path.read_bytes()
            described.append(json.loads(
                saved[saved.rindex(b'{"configuration"'):]))
        names = [device['name'] for device in described[0]['devices']]
        self.assertIn('cpu', names)
        self.assertNotIn('arm-cpreg-manifest', names)
        self.assertEqual(*described)


if __name__ == '__main__':
    unittest.main()
