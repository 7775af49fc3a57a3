# SPDX-License-Identifier: GPL-2.0-or-later
"""A base's row in its page."""

import unittest

from rig.base import tables
from scripts import bases_report as br

ROLL = '  applies a.patch\nroll: QEMU 10.0.13: 30 applies, 26 adapted, {}\n'
RESULTS = {
    'in-tree': {'passed': 9, 'failed': 0, 'skipped': 2, 'date': '2026-11-30'},
    'qtest': {'passed': 5, 'failed': 1, 'skipped': 0, 'date': '2026-12-01'},
    'rig': {'passed': 1, 'failed': 0, 'skipped': 0, 'date': '2027-01-01'},
}


class Row(unittest.TestCase):
    def row(self, base='10.0'):
        return br.row(base, '10.0.13, qemu_10.0.13', ROLL.format(
            '0 drop, 0 ADAPT'), RESULTS)

    def test_cells(self):
        """Other suites than a base's have no say."""
        self.assertEqual(self.row(), (
            '10.0', '10.0.13, qemu_10.0.13', '2026-12-01',
            '30 applies, 26 adapted, 0 drop', '9 passed, 2 skipped',
            '5 passed, 1 failed', 'not run', 'not run'))

    def test_open_entries_are_told(self):
        self.assertEqual(br.entries(ROLL.format('0 drop, 3 ADAPT')),
                         '30 applies, 26 adapted, 0 drop, 3 ADAPT')

    def test_rows_of_other_bases_stay(self):
        first = br.merged('\n\n', self.row())
        self.assertEqual(first, [br.TITLES, self.row()])
        text = '\n'.join(tables.rst_table(first)) + '\n'
        both = br.merged(f'\n\n{text}\n', self.row('master'))
        self.assertEqual(both, [br.TITLES, self.row(), self.row('master')])
        text = '\n'.join(tables.rst_table(both))
        changed = ('10.0', *'abcdefg')
        self.assertEqual(br.merged(text, changed),
                         [br.TITLES, changed, self.row('master')])


if __name__ == '__main__':
    unittest.main()
