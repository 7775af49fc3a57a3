# SPDX-License-Identifier: GPL-2.0-or-later
"""Baselines of pools, and the demo's tour with one (seconds).

kvm-arm-regs and the hosts are stand-ins.
"""

import contextlib
import io
import pathlib
import tempfile
import unittest
from types import SimpleNamespace
from unittest import mock

from rig import pool
from rig.base.errors import GuestAltered, RigError
from rig.demo import pool as demo_pool

N1, A76 = 'neoverse-n1', 'cortex-a76'


class Pool(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.asked = []
        patch = mock.patch.object(pool.kvm_arm_regs, 'baseline', self.baseline)
        patch.start()
        self.addCleanup(patch.stop)

    def baseline(self, members, *options):
        self.asked.append((members, options))
        return f'{{"number": {len(self.asked)}}}'

    def test_one_cpu(self):
        """The recorded dump of each host, by a name that tells of it."""
        pool.of_hosts([('6.1', N1), ('7.3', N1)])
        (members, options), = self.asked
        self.assertEqual(options, ())
        self.assertEqual(list(members), ['6.1-neoverse-n1', '7.3-neoverse-n1'])
        for name, dump in members.items():
            self.assertTrue(dump['kernel'].startswith(name.split('-')[0]))
            self.assertIn('pmu-v3', dump['features'])

    def test_features(self):
        pool.of_hosts([('6.1', N1)], features=())
        self.assertNotIn('pmu-v3', self.asked[0][0]['6.1-neoverse-n1'][
            'features'])

    def test_two_cpus(self):
        """Have to be asked for, with a list of both."""
        pool.of_hosts([('6.18', N1), ('6.18', A76)])
        self.assertEqual(self.asked[0][1], ('--target-impl-cpus',))

    def test_list_that_is_not_there(self):
        with self.assertRaisesRegex(RigError, 'record-lists'):
            pool.recorded('1.0', N1)

    def test_files(self):
        paths = pool.write(self.folder / 'pools', {
            'a': [('6.1', N1)], 'b': [('6.18', N1)]})
        self.assertEqual({name: path.name for name, path in paths.items()},
                         {'a': 'a.json', 'b': 'b.json'})
        self.assertEqual(pool.read(paths['b']), {'number': 2})

    def test_options(self):
        given = {}
        path = self.folder / 'x.json'
        self.assertEqual(
            pool.options(SimpleNamespace(
                provide=given.update, path=lambda path: path), path,
                         'host,pmu=off'),
            {'cpu': 'host,pmu=off,kvm-baseline=pool',
             'extra': ('-object',
                       'arm-kvm-baseline,id=pool,file=/pools/x.json')})
        self.assertEqual(given, {'pools/x.json': path})


def host(version):
    return SimpleNamespace(kernel=SimpleNamespace(version=f'{version}.1-x'))


class FakeTour:
    """Goes or not, and says what the test gave it."""

    def __init__(self, outcome='migrated', kind='witness', ticks=(8, 9)):
        self.guest = SimpleNamespace(host=host('7.3'), kind=kind)
        self.result = SimpleNamespace(
            outcome=outcome, downtime=50, destination_stderr='qemu-x: because')
        self.left_at, self.ticks, self.wrong = 7, ticks, None

    def go(self, _host):
        return self.result

    def check(self):
        if self.wrong:
            raise GuestAltered(self.wrong)
        return 'witness ok: tick 9, 9 registers compared'


class Stops(unittest.TestCase):
    """A stop is good only for a guest that goes on, whole."""

    def stop(self, tour):
        with mock.patch.object(demo_pool, 'count_on'), \
                mock.patch.object(demo_pool, 'counted',
                                  lambda guest: tour.ticks):
            return demo_pool.stop(tour, host('6.1'))

    def test_good(self):
        self.assertEqual(self.stop(FakeTour()), (
            '7.3 to 6.1', True, 'ticks 8 to 9, downtime 50 ms, whole, 9 '
            'registers compared'))
        self.assertEqual(self.stop(FakeTour(kind='linux')), (
            '7.3 to 6.1', True, 'ticks 8 to 9, downtime 50 ms'))
        # The line of tick 8 was torn by the migration.
        self.assertTrue(self.stop(FakeTour(ticks=(9, 12))).good)

    def test_not_good(self):
        altered = FakeTour()
        altered.wrong = 'MISMATCH X0'
        for tour, words in (
                (altered, 'MISMATCH X0'),
                (FakeTour('refused'), 'refused: because'),
                (FakeTour('lost'), 'LOST, it runs nowhere: because'),
                # Another guest, one that went back, one that says nothing.
                (FakeTour(ticks=(1, 2)), 'after tick 7 came 1'),
                (FakeTour(ticks=(7, 8)), 'after tick 7 came 7'),
                (FakeTour(ticks=(60, 61)), 'after tick 7 came 60'),
                (FakeTour(ticks=None), 'after tick 7 came 0')):
            with self.subTest(words):
                self.assertEqual(self.stop(tour),
                                 ('7.3 to 6.1', False, words))

    def test_holders(self):
        """Of what --explain says: see kvm-arm-regs(1)."""
        self.assertEqual(demo_pool.holders(
            '2 hosts, Linux 6.1\nSVE none\n\na.json (a, Linux\n6.1) alone '
            'holds back the\npool: caches\n\na.json (a, Linux 6.1) loses '
            'nothing\n'),
            ['a.json (a, Linux 6.1) alone holds back the pool: caches'])
        self.assertEqual(demo_pool.holders('1 host\n\na.json loses\n'), [])

    def test_summary(self):
        """A column for each tour, also for one that ended early."""
        said = io.StringIO()
        stops = [demo_pool.Stop(f'{a} to {b}', True, 'there')
                 for a, b in ('ab', 'bc')]
        with contextlib.redirect_stdout(said):
            demo_pool.summary({
                'one': [demo_pool.Stop('a to b', False, 'refused')],
                'two': stops})
        rows = [[cell.strip() for cell in line.strip('|').split('|')]
                for line in said.getvalue().splitlines()]
        self.assertEqual(rows[0], ['', 'one', 'two'])
        self.assertEqual(rows[2:], [['a to b', 'refused', 'there'],
                                    ['b to c', '-', 'there']])


if __name__ == '__main__':
    unittest.main()
