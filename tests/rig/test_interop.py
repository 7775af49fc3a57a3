#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The words of the table of stock and series (no host, no QEMU)."""

import pathlib
import sys
import tempfile
import unittest
from unittest import mock

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

# pylint: disable=wrong-import-position
from rig import interop, tables                             # noqa: E402
from rig.interop import Way                                 # noqa: E402
from rig.migration import Result                            # noqa: E402

PAGE = f'before\n\n{tables.BEGIN}\n{tables.END}\n\nafter\n'


def result(outcome, status, error=None, wire=5000):
    return Result(outcome, status, error, None, None, None, '', None, None,
                  0, wire, {})


class Words(unittest.TestCase):

    def test_every_combination_once(self):
        """Stock has no preflight, the series has it on and off."""
        self.assertEqual(len(interop.WAYS), 12)
        self.assertEqual(len(set(interop.WAYS)), 12)
        self.assertLess(set(interop.FEW), set(interop.WAYS))
        self.assertEqual({(w.source, w.destination) for w in interop.FEW},
                         {('stock', 'series'), ('series', 'stock'),
                          ('series', 'series')})
        self.assertEqual({(w.source, w.preflight) for w in interop.WAYS}, {
            ('stock', None), ('series', True), ('series', False)})

    def test_outcome(self):
        for outcome, wire, text in (
                ('migrated', 5000, 'migrated'), ('lost', 5000, 'lost'),
                ('refused', 5000, 'refused before RAM'),
                ('refused', 65535, 'refused before RAM'),
                ('refused', 65536, 'refused after RAM')):
            self.assertEqual(interop.outcome(
                result(outcome, 'failed', wire=wire)), text)

    def test_source_says(self):
        """A "completed" with an error, and an error without a reason."""
        register = ('refused: PSCI_VERSION (0x6030000000140000) = 0x10003, '
                    'here 0x10001: KVM refuses the value')
        for status, error, text in (
                ('completed', None, 'completed'),
                ('failed', register, 'the register'),
                ('failed', register.replace('0x10001', '0x10002'), 'failed'),
                ('failed', 'without x-cpreg-preflight: switch it off',
                 '"switch x-cpreg-preflight off"'),
                ('failed', None, 'failed')):
            self.assertEqual(interop.source_says(
                result('refused', status, error)), text)


class Page(unittest.TestCase):

    FOUND = {Way('series', 'stock', True, False):
             (('migrated', 'completed'), ('refused before RAM', 'failed')),
             Way('stock', 'stock', None, True):
             (('migrated', 'completed'), ('lost', 'completed'))}

    def test_table_comes_back(self):
        """What was put into the page is what the page has."""
        text = interop.table(self.FOUND)
        self.assertRegex(text, r'(?m)^series +stock +on +off +migrated +'
                         r'completed +refused before RAM +failed$')
        self.assertRegex(text, r'(?m)^stock +stock +- +on +')
        rows = [interop.row(*each) for each in self.FOUND.items()]
        with tempfile.TemporaryDirectory() as folder:
            page = pathlib.Path(folder) / 'page.rst'
            page.write_text(PAGE, encoding='utf-8')
            with mock.patch.object(interop, 'PAGE', page):
                for _ in range(2):
                    tables.renew_page(page, text)
                    self.assertEqual(interop.documented(), text)
                    self.assertEqual(interop.documented_rows(), rows)
            self.assertRegex(page.read_text(encoding='utf-8'),
                             r'(?s)^before\n\n.*\n\nafter\n$')

    def test_page_has_every_row(self):
        """The documentation is about these ways, in this order."""
        rows = [cells[:4] for cells in interop.documented_rows()]
        self.assertEqual(rows, [
            [way.source, way.destination,
             {None: '-', True: 'on', False: 'off'}[way.preflight],
             'on' if way.return_path else 'off'] for way in interop.WAYS])


if __name__ == '__main__':
    unittest.main()
