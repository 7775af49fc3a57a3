# SPDX-License-Identifier: GPL-2.0-or-later
"""Recorded register lists: their one reader (seconds)."""

import unittest

from rig.base import reg_lists
from rig.base.errors import RigError
from rig.base.paths import LISTS

TEXT = '''\
# cpu: neoverse-n1 (QEMU 10.2.2)
# kernel: 6.18.15+deb13 #1 SMP PREEMPT Debian 6.18.15-1 (2026-03-12)
# features: vregs+pmu
# target: 5
# KVM_CAP_ARM_EL1_32BIT: 1
# KVM_CAP_ARM_MTE: 0
# registers: 4
0x60200000001000d4 - - # core
0x6030000000140000 0x0000000000010003 - # PSCI_VERSION
0x603000000013c020 0x1100000011111112 0xff0f00ff # ID_AA64PFR0_EL1
0x603000000013df1a - - # TIMER_CNT
'''


class Parse(unittest.TestCase):

    def setUp(self):
        self.list = reg_lists.parse('6.18-neoverse-n1-vregs+pmu.txt', TEXT)

    def test_head(self):
        self.assertEqual(self.list.version, '6.18.15+deb13')
        self.assertEqual(self.list.head['features'], 'vregs+pmu')

    def test_rows(self):
        self.assertEqual(len(self.list.rows), 4)
        row = self.list.find('ID_AA64PFR0_EL1')
        self.assertEqual(row, (0x603000000013c020, 0x1100000011111112,
                               0xff0f00ff, 'ID_AA64PFR0_EL1'))
        self.assertEqual(str(row), 'ID_AA64PFR0_EL1 (0x603000000013c020)')
        self.assertEqual(self.list.find('TIMER_CNT')[1:3], (None, None))
        self.assertIsNone(self.list.find('TCR2_EL1'))

    def test_dump(self):
        """Named registers only; capabilities that the host has."""
        dump = self.list.dump()
        self.assertEqual(dump['host'], 'neoverse-n1-vregs+pmu')
        self.assertEqual(dump['features'], ['psci-0.2', 'pmu-v3'])
        self.assertEqual(dump['capabilities'], ['arm-el1-32bit'])
        self.assertEqual(dump['sve-vector-lengths'], [])
        self.assertEqual(dump['registers'], [
            {'name': 'PSCI_VERSION', 'index': '0x6030000000140000',
             'value': '0x10003'},
            {'name': 'ID_AA64PFR0_EL1', 'index': '0x603000000013c020',
             'value': '0x1100000011111112', 'writable': '0xff0f00ff'},
            {'name': 'TIMER_CNT', 'index': '0x603000000013df1a'}])


class Recorded(unittest.TestCase):
    """Those that are kept here."""

    def test_every_list_is_read(self):
        paths = list(LISTS.glob('*.txt'))
        self.assertGreater(len(paths), 50)
        for path in paths:
            found = reg_lists.read(path.name)
            with self.subTest(path.name):
                self.assertEqual(len(found.rows),
                                 int(found.head['registers']))
                self.assertTrue(path.name.startswith(
                    '.'.join(found.version.split('.')[:2]) + '-'))

    def test_names(self):
        self.assertEqual(reg_lists.names()[0x6030000000140000],
                         'PSCI_VERSION')
        self.assertNotIn('core', reg_lists.names().values())

    def test_refusal(self):
        lists = [reg_lists.list_name(kernel, 'neoverse-n1')
                 for kernel in ('6.18', '6.12')]
        self.assertEqual(reg_lists.refusal('PSCI_VERSION', *lists),
                         'PSCI_VERSION (0x6030000000140000) = 0x10003, '
                         'destination 0x10001')
        with self.assertRaisesRegex(RigError, 'no value of NONE_EL1'):
            reg_lists.refusal('NONE_EL1', *lists)

    def test_list_that_is_not_there(self):
        with self.assertRaisesRegex(RigError, 'make record-lists'):
            reg_lists.read('1.0-neoverse-n1-vregs.txt')


if __name__ == '__main__':
    unittest.main()
