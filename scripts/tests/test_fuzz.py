# SPDX-License-Identifier: GPL-2.0-or-later
"""What scripts.fuzz makes of the words of libFuzzer and llvm-cov."""

import json
import pathlib
import unittest

from rig.base.paths import ROOT
from scripts import fuzz

LOG = '''\
INFO: Seed: 1
#2\tINITED cov: 100 ft: 200 corp: 1/1b exec/s: 0 rss: 30Mb
#9000\tREDUCE cov: 120 ft: 260 corp: 20/9b lim: 8 exec/s: 9 rss: 30Mb L: 1/2
#9803\tDONE   cov: 121 ft: 262 corp: 20/9b lim: 8 exec/s: 9 rss: 30Mb
'''
FINAL = 'stat::number_of_executed_units: 9803\n'
CRASH = "Test unit written to ./found/list-crash-1a2b\nBase64: AA==\n"


class Words(unittest.TestCase):

    def test_log(self):
        self.assertEqual(fuzz.parse_log(LOG + FINAL), {
            'executions': 9803, 'edges': 121, 'features': 262})

    def test_log_without_an_end(self):
        """A target that crashed prints no statistics."""
        self.assertEqual(fuzz.parse_log(LOG)['executions'], 9803)
        self.assertEqual(fuzz.parse_log('')['executions'], 0)

    def test_outcome(self):
        self.assertIsNone(fuzz.outcome(0, LOG))
        for status, text, said in (
                (77, '', 'crashed'), (70, '', 'hung'),
                (71, '', 'used too much memory'), (-9, '', 'ended with -9'),
                (77, 'ERROR: LeakSanitizer: detected', 'leaked')):
            self.assertEqual(fuzz.outcome(status, text), said)

    def test_reproducer(self):
        self.assertEqual(fuzz.reproducer(LOG + CRASH),
                         './found/list-crash-1a2b')
        self.assertIsNone(fuzz.reproducer(LOG))

    def test_results_of_other_programs_do_not_count(self):
        rows = [{'target': 'list', 'program': key, 'date': '2026-11-27',
                 'seconds': 2, 'executions': 10, 'edges': edges,
                 'features': 5} for key, edges in
                (('new', 7), ('old', 99), ('new', 6))]
        self.assertEqual(fuzz.results(rows, {'list': 'new'}), {'list': {
            'executions': 20, 'seconds': 4, 'edges': 7, 'features': 5,
            'date': '2026-11-27'}})
        self.assertEqual(fuzz.results(rows, {}), {})

    def test_rows(self):
        """The sum of all is there, and is the sum."""
        row = {'executions': 1000, 'seconds': 2, 'edges': 1, 'features': 2}
        table = list(fuzz.rows({'list': row, 'dump': row}))
        self.assertEqual(table[-1][:2], ['all', '2,000'])
        self.assertEqual(table[1][2], '500')

    def test_coverage(self):
        report = {'data': [{'files': [
            {'filename': '/x/a.c',
             'summary': {'lines': {'count': 10, 'covered': 7}}}]}]}
        self.assertEqual(fuzz.coverage_lines(json.dumps(report)),
                         {pathlib.Path('/x/a.c'): (10, 3)})

    def test_sources_are_there(self):
        for source in fuzz.SOURCES:
            self.assertTrue((ROOT / source).is_file(), source)
        for target in fuzz.TARGETS:
            self.assertTrue(
                (ROOT / f'standalone/fuzz/fuzz-{target}.c').is_file())


if __name__ == '__main__':
    unittest.main()
