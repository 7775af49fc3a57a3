# SPDX-License-Identifier: GPL-2.0-or-later
"""Which suites `make check` runs, and when (nothing is run here)."""

import contextlib
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest
from unittest import mock

from rig.base import avocado
from rig.base.paths import ROOT
from rig.testing.quiet import quietly
from scripts import check


class Check(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.build = pathlib.Path(folder.name)

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
                series_check=series_check, BUILD=self.build), \
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
            'scripts', 'stream', 'fuzz', 'other-base', 'rig',
            'series is awaited', 'series ends'])
        self.assertEqual(said.splitlines()[-1],
                         '9 passed, 0 failed, 0 skipped')

    def test_on_the_other_base(self):
        """10.0 is not tried from 10.0."""
        self.build /= check.OTHER
        self.assertNotIn('other-base', self.main()[1])

    def test_rings(self):
        for ring, suites in (
                ('quick', ['core', 'in-tree', 'qtest', 'scripts', 'stream']),
                ('mission', ['core', 'mission']),
                ('base', ['in-tree', 'qtest', 'migrations', 'exchange'])):
            with self.subTest(ring=ring):
                self.assertEqual(self.main('--ring', ring)[:2], (0, suites))

    def test_only(self):
        self.assertEqual(self.main('--only', 'series')[1], ['series'])
        self.assertEqual(self.main('--only', 'rig')[1], ['rig'])

    def test_numbers_are_kept(self):
        """Each suite's last result, for reports."""
        self.main('--only', 'core')
        self.main('--only', 'rig', failing='rig')
        kept = json.loads((self.build / 'check/results.json').read_text())
        self.assertEqual(
            {name: (each['passed'], each['failed'], each['skipped'])
             for name, each in kept.items()},
            {'core': (1, 0, 0), 'rig': (0, 1, 0)})

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
        for tags in found:
            self.assertLessEqual({'mission', 'quick', 'rig'},
                                 set(tags.split(',')))


class OtherBase(unittest.TestCase):
    """What `make check` makes of the end of a run on 10.0."""

    def count(self, *steps):
        """The Count after steps that exit so and print this."""
        count, left = check.Count(), list(steps)

        def run(*_args, stdout, **_kwargs):
            status, text = left.pop(0)
            stdout.write(text)
            return mock.Mock(returncode=status)

        with tempfile.TemporaryDirectory() as top, \
                mock.patch.object(check, 'ROOT', pathlib.Path(top)), \
                mock.patch.object(check.subprocess, 'run', run):
            quietly(check.other_base, count)
        return str(count), count.lines

    def test_numbers(self):
        self.assertEqual(
            self.count((0, ''), (1, 'FAILED  a: b\n'
                                    '5 passed, 1 failed, 0 skipped\n')),
            ('5 passed, 1 failed, 0 skipped', ['FAILED  a: b, on 10.0']))
        self.assertEqual(
            self.count((0, ''), (0, '7 passed, 0 failed, 0 skipped\n'))[0],
            '7 passed, 0 failed, 0 skipped')

    def test_no_numbers(self):
        """A build that fails, or a run that ends in the middle."""
        for steps in ([(2, 'no compiler\n')],
                      [(0, ''), (1, 'Traceback\n')],
                      [(0, ''), (143, '5 passed, 0 failed, 0 skipped\n')]):
            said, lines = self.count(*steps)
            self.assertEqual(said, '0 passed, 1 failed, 0 skipped')
            self.assertIn('base 10.0: ', lines[0])


if __name__ == '__main__':
    unittest.main()
