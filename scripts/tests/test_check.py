# SPDX-License-Identifier: GPL-2.0-or-later
"""Which suites `make check` runs, and when (nothing is run here)."""

import contextlib
import subprocess
import sys
import unittest
from unittest import mock

from rig.base import avocado
from rig.base.paths import ROOT
from rig.testing.quiet import quietly
from scripts import check


class Check(unittest.TestCase):

    def main(self, *args, failing=None):
        """(exit status, what happened, all that was printed)"""
        happened = []

        def suite(name):
            def run(count):
                happened.append(name)
                count.add('case', 'failed' if name == failing else 'passed')
            return run

        @contextlib.contextmanager
        def series_check(*before):
            happened.append(' '.join([*before, 'series begins']))
            yield True
            happened.append("series ends")

        def series(count, begun=None):
            happened.append('series is awaited' if begun else 'series')
            count.add('series', 'passed')

        fakes = {name: suite(name) for name in check.SUITES}
        fakes['series'] = series
        with mock.patch.multiple(
                check, SUITES=fakes, series=series,
                series_check=series_check), \
                mock.patch.object(check.signal, 'signal'), \
                mock.patch.object(sys, 'argv', ['check', *args]):
            status, said = quietly(check.main)
        return status, happened, said

    def test_all(self):
        """The series is built all along, and awaited at the end."""
        status, happened, said = self.main()
        self.assertEqual(status, 0)
        self.assertEqual(happened, [
            'nice -n 19 series begins', 'core', 'in-tree', 'qtest',
            'scripts', 'stream', 'fuzz', 'rig', 'series is awaited',
            'series ends'])
        self.assertEqual(said.splitlines()[-1],
                         '8 passed, 0 failed, 0 skipped')

    def test_rings(self):
        for ring, suites in (
                ('quick', ['core', 'in-tree', 'qtest', 'scripts', 'stream']),
                ('mission', ['core', 'mission'])):
            with self.subTest(ring=ring):
                self.assertEqual(self.main('--ring', ring)[:2], (0, suites))

    def test_only(self):
        self.assertEqual(self.main('--only', 'series')[1], ['series'])
        self.assertEqual(self.main('--only', 'rig')[1], ['rig'])

    def test_failure(self):
        status, happened, said = self.main(failing='core')
        self.assertEqual(status, 1)
        self.assertIn('rig', happened)
        self.assertIn('FAILED  case', said)


class Mission(unittest.TestCase):

    def test_is_part_of_the_rig(self):
        """What `mission` runs, `rig` runs as well."""
        argv = avocado.command('x', [])
        done = subprocess.run(
            [*argv[:3], '-V', 'list', '-t', 'mission',
             ROOT / 'tests/avocado'], text=True, check=True,
            capture_output=True)
        found = [line.split()[-1] for line in done.stdout.splitlines()
                 if line.startswith('python-unittest ')]
        self.assertGreater(len(found), 3, done.stdout)
        self.assertEqual(set(found), {'mission,quick,rig'})


if __name__ == '__main__':
    unittest.main()
