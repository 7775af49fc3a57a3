# SPDX-License-Identifier: GPL-2.0-or-later
"""Ask before a migration: QMP's manifests and verdicts, on real kernels.

What check-arm-migration-manifest says of a guest is what becomes of it.
"""

import re
import unittest

from rig.migration import MIGRATED, migrate
from rig.qmp import QMPError
from rig.testing.case import RigCase

PSCI = 'PSCI_VERSION'
# The monitor reads a byte at a time, and the hosts are emulated.
LONG = 240


class Asked(RigCase):
    """
    :avocado: tags=quick,rig
    """

    @staticmethod
    def ask(guest, manifest):
        """The verdict of a guest's QEMU; {outcome: names} besides."""
        verdict = guest.qmp('check-arm-migration-manifest', manifest=manifest,
                            timeout=LONG)
        names = {}
        for register in verdict['registers']:
            names.setdefault(register['outcome'], []).append(
                register['name'])
        return verdict, names

    def test_forward_and_back(self):
        """6.12 to 6.18 and 6.18 to 6.12: asked, then tried."""
        old, new = self.hosts('6.12', '6.18')
        source = self.guest(old)
        manifest = source.qmp('query-arm-migration-manifest')
        self.assertEqual(manifest['kernel'], old.kernel.version)
        self.assertIn('pmu-v3', manifest['features'])

        # A destination that waits, and has not been told of an address.
        waiting = self.guest(new, incoming=True)
        verdict, names = self.ask(waiting, manifest)
        self.assertTrue(verdict['compatible'], verdict)
        self.assertNotIn('error', verdict)
        self.assertEqual(names['tolerated'],
                         ['TCR2_EL1', 'PIRE0_EL1', 'PIR_EL1'])
        self.assertEqual(names['missing'], ['VENDOR_HYP_BMAP_2'])
        self.assertEqual(migrate(source, waiting).outcome, MIGRATED)
        self.assertRegex(waiting.check(), '^witness ok')

        # A QEMU whose own guest runs, and notices nothing.
        started = self.guest(new)
        runs = self.guest(old)
        manifest = started.qmp('query-arm-migration-manifest')
        verdict, names = self.ask(runs, manifest)
        self.assertFalse(verdict['compatible'])
        self.assertEqual(names['value-refused'], [PSCI])
        self.assertRegex(runs.check(), '^witness ok')
        result = migrate(started, self.guest(old, incoming=True))
        self.assertIn(verdict['error'], result.source_error)
        self.assertIn(verdict['error'], result.destination_stderr)
        self.assertRegex(started.check(), '^witness ok')

    def test_monitor(self):
        """The table for people, and what is no manifest."""
        host, = self.hosts('6.18')
        guest = self.guest(host)
        table = guest.qmp('human-monitor-command',
                          command_line='info arm-migration')
        self.assertRegex(
            table, rf'(?m)^kernel +{re.escape(host.kernel.version)}')
        self.assertRegex(table, r'(?m)^MIDR_EL1 +0x603000000013c000 = 0x\w+')
        manifest = guest.qmp('query-arm-migration-manifest')
        for change, text in (({'format': 2}, 'manifest.format is 2'),
                             ({'features': ['sse2']}, 'sse2'),
                             ({'registers': []}, 'manifest')):
            with self.subTest(change), self.assertRaises(QMPError) as raised:
                self.ask(guest, {**manifest, **change})
            self.assertIn(text, raised.exception.desc)
        self.assertRegex(guest.check(), '^witness ok')


if __name__ == '__main__':
    unittest.main()
