# SPDX-License-Identifier: GPL-2.0-or-later
"""The words of the tables of stock and series (no host, no QEMU)."""

import contextlib
import itertools
import pathlib
import tempfile
import unittest
from unittest import mock

from rig.base import tables
from rig.interop import run as interop
from rig.interop.run import FEW, KEPT, WAYS
from rig.migration import Result

PAGE = f'before\n\n{tables.BEGIN}\n{tables.END}\n\nafter\n'
TITLES = {'stock': 'stock 10.2.2', 'newest': 'stock 11.1.3',
          'series': 'series'}


def result(outcome, status, error=None, wire=5000):
    return Result(outcome, status, error, None, None, None, '', None, None,
                  0, wire, {})


class Words(unittest.TestCase):

    def test_every_combination_once(self):
        self.assertEqual(len(set(WAYS)), 18)
        self.assertEqual(len(set(KEPT)), 9)
        self.assertEqual([way for way in WAYS if way in FEW], list(FEW))
        self.assertEqual({(way.source, way.destination) for way in FEW}, {
            (source, destination)
            for source, destination in itertools.product(TITLES, repeat=2)
            if 'series' in (source, destination)})

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
                    'destination 0x10001: KVM refuses the value')
        for status, error, text in (
                ('completed', None, 'completed'),
                ('failed', register, 'the register'),
                ('failed', register.replace('0x10001', '0x10002'), 'failed'),
                ('failed', None, 'failed')):
            self.assertEqual(interop.source_says(
                result('refused', status, error)), text)


class Sources(unittest.TestCase):
    """Which migrations have a new guest at their source."""

    def started(self, *whole):
        """How many guests, if they are whole afterwards or not."""
        ways = [way for way in WAYS if way.source == 'stock'][:len(whole)]
        source = mock.Mock(**{'status.return_value': 'postmigrate'})
        with mock.patch.multiple(
                interop, run=mock.Mock(return_value=('lost', 'completed')),
                guest=mock.Mock(return_value=contextlib.nullcontext(source)),
                whole=mock.Mock(side_effect=whole)):
            found = interop.run_all(None, None, ways)
            self.assertEqual(list(found), ways)
            self.assertEqual(source.qmp.mock_calls,
                             [mock.call('cont')] * len(ways))
            return interop.guest.call_count

    def test_whole_one_goes_on(self):
        self.assertEqual(self.started(True, True, True), 1)

    def test_damaged_one_does_not(self):
        self.assertEqual(self.started(False, True, False, True), 3)


class Page(unittest.TestCase):

    FOUND = {way: [('migrated', 'completed'),
                   ('lost', 'completed') if number % 2 else
                   ('refused before RAM', 'the register'),
                   ('refused after RAM, damaged', 'failed')]
             for number, way in enumerate(WAYS)}
    EXCHANGED = {kept: ['loaded', 'refused', 'loaded', 'damaged']
                 for kept in KEPT}

    def test_tables_come_back(self):
        """What was put into the page is what the page has."""
        with mock.patch.object(interop, 'titles', return_value=TITLES):
            text = interop.text(self.FOUND, self.EXCHANGED)
        self.assertRegex(text, r'(?m)^series +stock 10.2.2 on +migrated +'
                         r'completed +lost +completed +refused after RAM, '
                         r'damaged +failed$')
        self.assertRegex(text, r'(?m)^stock 11.1.3 series +loaded +refused')
        with tempfile.TemporaryDirectory() as folder:
            page = pathlib.Path(folder) / 'page.rst'
            page.write_text(PAGE, encoding='utf-8')
            with mock.patch.object(interop, 'PAGE', page):
                for _ in range(2):
                    tables.renew_page(page, text)
                    found, exchanged, _ = interop.documented()
                    self.assertEqual(found, self.FOUND)
                    self.assertEqual(exchanged, self.EXCHANGED)
            self.assertRegex(page.read_text(encoding='utf-8'),
                             r'(?s)^before\n\n.*\n\nafter\n$')

    def test_page_has_every_row(self):
        """The documentation is about these ways, in this order."""
        titles = interop.documented()[2]
        known = {'series': 'series', 'stock': titles[0][0],
                 'newest': titles[6][0]}
        self.assertRegex(known['stock'], r'^stock \d+\.\d+\.\d+$')
        self.assertRegex(known['newest'], r'^stock \d+\.\d+\.\d+$')
        self.assertEqual(titles, [
            [known[way.source], known[way.destination],
             'on' if way.return_path else 'off'] for way in WAYS] + [
            [known[kept.saver], known[kept.loader]] for kept in KEPT])


if __name__ == '__main__':
    unittest.main()
