# SPDX-License-Identifier: GPL-2.0-or-later
"""What the benchmark makes of events and numbers (no host, no QEMU)."""

import unittest

from rig.base.errors import RigError
from rig.bench import run as bench

REPORT = {
    'repeat': 3,
    'refusals': {256: {'stock': [(300_000_000, 9000.0), (100_000, 1.0),
                                 (200_000_000, 8000.0)],
                       'series': [(4000, 50.0), (5000, 40.0),
                                  (4600, 90.0)]}},
    'downtimes': {8: {'stock': [100, 120, 110, 400],
                      'series': [115, 90, 120, 130]}},
    'compare': {'seconds': 0.3, 'said': '1000 dumps: 10 kinds in 0.30 s'}}


def event(status, seconds, microseconds=0, name='MIGRATION'):
    return {'event': name, 'data': {'status': status},
            'timestamp': {'seconds': seconds, 'microseconds': microseconds}}


class Until(unittest.TestCase):

    def test_from_setup_to_the_status(self):
        events = [event('setup', 10, 900_000), event('active', 10, 950_000),
                  event('other', 11, name='MIGRATION_PASS'),
                  event('failed', 11, 25_500)]
        self.assertAlmostEqual(bench.until(events, 'failed'), 125.5, 3)

    def test_status_that_was_not_reported(self):
        """A migration that ended in another way is no number."""
        events = [event('setup', 10), event('completed', 11)]
        with self.assertRaisesRegex(RigError, "'failed'.*'completed'"):
            bench.until(events, 'failed')
        with self.assertRaisesRegex(RigError, "'setup'"):
            bench.until(events[1:], 'completed')


class Table(unittest.TestCase):

    def test_medians_and_ratio(self):
        """Not means: one slow run does not count."""
        self.assertEqual(list(bench.rows(REPORT))[1:], [
            ['guest of 256 MiB: sent until the refusal is known',
             '200,000.0 kB', '4.6 kB', '0.0023 %'],
            ['guest of 256 MiB: time until then', '8,000 ms', '50 ms',
             '0.625 %']])

    def test_downtime(self):
        self.assertEqual(list(bench.downtime_rows(REPORT))[1:], [
            ['8 vCPU: downtime, median of 4', '115 ms', '118 ms', '102 %'],
            ['least and most', '100 to 400 ms', '90 to 130 ms', '']])

    def test_all_of_it(self):
        text = bench.markdown(REPORT)
        for part in ('6.18 to 6.12', '(median of 3)', '0.625 %', '102 %',
                     '10 kinds in 0.30 s'):
            self.assertIn(part, text)
        self.assertTrue(text.endswith('\n'))


if __name__ == '__main__':
    unittest.main()
