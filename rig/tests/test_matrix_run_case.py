# SPDX-License-Identifier: GPL-2.0-or-later
"""One case of the migration matrix: outcomes of its guests.

Nothing is booted here (seconds).
"""

import unittest
from unittest import mock

from rig import pool
from rig.base.errors import GuestAltered, GuestError
from rig.matrix import results, run_case
from rig.matrix.cases import Case
from rig.migration import Result

UP = ('witness start: cpus=1 midr=0x414fd0c1 features: pmu=4 sve=0 pauth=0\n'
      'tick 1\n')
NO_PROPERTY = GuestError(
    'guest1 on host1: the inner QEMU did not start (it ended with 1); '
    'command: ...\n  stderr:\n    | qemu-stock: can\'t apply global host-arm-'
    'cpu.kvm-psci-version=1.1: Property \'host-arm-cpu.kvm-psci-version\' '
    'not found')


class FakeGuest(run_case.Guest):
    """A Guest as run_case() sees it; `ends` are those of the next case."""

    ends, given = [], []

    def __init__(self, _host, *args, incoming=False, **kwargs):
        # pylint: disable=super-init-not-called
        type(self).given.append((args, kwargs))
        self.told = type(self).ends[incoming]
        if isinstance(self.told, Exception):
            raise self.told

    def serial(self):
        return UP + self.told

    def wait_up(self, timeout=120):
        return 0.1

    def check(self, timeout=60):
        if 'HANGS' in self.told:
            raise GuestError('no answer')
        if 'MISMATCH' in self.told:
            raise GuestAltered('not what it was')
        return 'witness ok: tick 2, 202 registers, 4096 KiB compared'

    def close(self):
        pass


def result(outcome, sent=6 << 20, stderr=''):
    return Result(outcome, 'completed', None, 'running', None, None, stderr,
                  40, 900, sent, sent, {})


class OneCase(unittest.TestCase):
    """run_case() on scripted guests and migrations."""

    CASE = Case('pmu', 'series', '6.12', '6.18')

    def run_case(self, outcome, source='', destination='', case=CASE):
        FakeGuest.ends, FakeGuest.given = [source, destination], []
        with mock.patch.object(run_case, 'Guest', FakeGuest), \
                mock.patch.object(run_case, 'migrate',
                                  return_value=outcome) as self.migrate:
            return run_case.run_case(('here', 'there'), case)

    def test_migrated(self):
        facts = self.run_case(result('migrated'))
        self.assertEqual(facts['end'], 'migrated')
        self.assertIn('witness ok', facts['witness'])
        self.assertIsNone(facts['reason'])

    def test_return_path(self):
        """For both QEMUs, and said in the key of the result."""
        for qemu in ('stock', 'series'):
            self.run_case(result('migrated'),
                          case=self.CASE._replace(qemu=qemu))
            self.assertTrue(self.migrate.call_args.kwargs['return_path'])
        self.assertEqual(results.HOW, 'return-path')

    def test_pool(self):
        """Both are the series, and are started with the baseline."""
        with mock.patch.object(pool, 'options', lambda host, path, cpu: {
                'cpu': f'{cpu} {path.name} on {host}'}):
            facts = self.run_case(result('migrated'), case=Case(
                'pool-6.1', 'pool', '6.1', '7.3'))
        self.assertEqual(facts['end'], 'migrated')
        self.assertEqual(
            [(args[0], kwargs['cpu']) for args, kwargs in sorted(
                FakeGuest.given, key=str)],
            [('series', f'host pool-6.1.json on {host}')
             for host in ('here', 'there')])

    def test_damaged(self):
        facts = self.run_case(result('migrated'), destination=(
            'witness MISMATCH FPCR expected 0x1 found 0x0\n'))
        self.assertEqual(facts['end'], 'migrated')
        self.assertEqual(facts['differences'],
                         ['MISMATCH FPCR expected 0x1 found 0x0'])

    def test_guest_that_hangs_is_not_just_altered(self):
        with self.assertRaisesRegex(GuestError, 'no answer'):
            self.run_case(result('migrated'), destination=(
                'witness MISMATCH CTR_EL0 expected 0x0 found 0x1\nHANGS\n'))

    def test_refused_and_lost(self):
        facts = self.run_case(result('refused', stderr='qemu-series: why\n'))
        self.assertEqual((facts['end'], facts['reason'], facts['sent']),
                         ('refused', 'why', 6 << 20))
        self.assertEqual(self.run_case(result('lost'))['end'], 'lost')

    def test_differs_before_it_migrates(self):
        with self.assertRaises(GuestError):
            self.run_case(result('migrated'), source=(
                'witness MISMATCH X0 expected 0x1 found 0x0\n'))
        self.migrate.assert_not_called()

    def test_property_that_qemu_lacks(self):
        psci = Case('psci', 'stock', '6.18', '6.12')
        facts = self.run_case(None, NO_PROPERTY, NO_PROPERTY, psci)
        self.assertEqual(facts['end'], 'skipped')
        self.assertIn('stock has no -cpu property kvm-psci-version',
                      facts['reason'])
        # In a case that does not set it, it is a failure.
        with self.assertRaises(GuestError):
            self.run_case(None, NO_PROPERTY, NO_PROPERTY)

    def test_destination_declines_at_its_start(self):
        facts = self.run_case(None, destination=GuestError(
            'the inner QEMU did not start (it ended with 1); command: x\n'
            '  stderr:\n    | qemu-series: cannot be had here'))
        self.assertEqual((facts['end'], facts['sent'], facts['reason']),
                         ('declined', 0, 'cannot be had here'))
        self.migrate.assert_not_called()


if __name__ == '__main__':
    unittest.main()
