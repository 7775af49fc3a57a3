#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""rig/mte.py: what it reads, and the table that it prints."""

import pathlib
import sys
import unittest
from unittest import mock

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

from rig import host, mte  # noqa: E402


class ParseTest(unittest.TestCase):
    def test_value_with_a_colon(self):
        self.assertEqual(mte.parse('a b: works\nc: x: y\n'),
                         {'a b': 'works', 'c': 'x: y'})

    def test_line_without_a_value(self):
        with self.assertRaises(ValueError):
            mte.parse('no value\n')


class TableTest(unittest.TestCase):
    def test_columns(self):
        """A row is there for each name; what a host did not try is "-"."""
        text = mte.table([('5.10.0-32-cloud-arm64', {'cap': 'no'}),
                          ('6.18.15+deb13-cloud-arm64',
                           {'cap': 'yes', 'tags to the guest': 'EBUSY'})])
        rows = [line.split('  ') for line in text.splitlines()]
        rows = [[cell.strip() for cell in row if cell] for row in rows]
        self.assertEqual(rows, [['5.10.0', '6.18.15'],
                                ['cap', 'no', 'yes'],
                                ['tags to the guest', '-', 'EBUSY']])


class HostTest(unittest.TestCase):
    def test_machine_has_tags(self):
        command = ['qemu', '-M', 'virt,gic-version=3', '-cpu', 'max']
        with mock.patch.object(host.Host, '_command', return_value=command):
            tagged = mte.TaggedHost.__new__(mte.TaggedHost)
            self.assertIn('virt,gic-version=3,mte=on',
                          tagged._command(0))  # pylint: disable=W0212


if __name__ == '__main__':
    unittest.main()
