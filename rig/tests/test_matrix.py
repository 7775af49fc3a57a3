# SPDX-License-Identifier: GPL-2.0-or-later
"""The migration matrix: how it runs, and its memory.

Nothing is booted here (seconds).
"""

import json
import pathlib
import tempfile
import unittest
from unittest import mock

from rig import altered
from rig.base.errors import GuestError, HostError, KernelError, RigError
from rig.base.paths import REPORTS
from rig.matrix import cases, results, run as matrix
from rig.matrix.cases import Case
from rig.matrix.prediction import Prediction
from rig.testing.quiet import quietly


class Group(unittest.TestCase):
    """Fresh hosts after a failure, one more try, and on with the others."""

    def run_group(self, script, boots=(), count=3, over=lambda: False):
        """`script` holds an exception or facts for each call."""
        members = [Case('pmu', qemu, '6.12', '6.18')
                   for qemu in ('stock', 'series', 'pool')][:count]
        script, boots = iter(script), iter(boots)
        self.kept, self.booted = [], 0

        def boot(*_):
            self.booted += 1
            failure = next(boots, None)
            if failure:
                raise failure
            return ('a', 'b')

        def run_case(*_):
            step = next(script)
            if isinstance(step, Exception):
                raise step
            return {'end': step}

        with mock.patch.object(matrix, 'boot_pair', boot), \
                mock.patch.object(matrix, 'run_case', run_case):
            quietly(matrix.run_group, members[0].hosts(), members,
                    lambda case, facts, _: self.kept.append(
                        (case.qemu, facts['end'])), over)
        return self.kept

    def test_all_on_one_boot(self):
        self.assertEqual(self.run_group(['migrated', 'lost', 'damaged']), [
            ('stock', 'migrated'), ('series', 'lost'), ('pool', 'damaged')])
        self.assertEqual(self.booted, 1)

    def test_once_more_on_fresh_hosts(self):
        self.assertEqual(
            self.run_group(['migrated', GuestError('x'), 'lost', 'lost']),
            [('stock', 'migrated'), ('series', 'lost'), ('pool', 'lost')])
        self.assertEqual(self.booted, 2)

    def test_broken_twice_is_an_error(self):
        self.assertEqual(
            self.run_group([GuestError('x'), HostError('y'), 'lost', 'lost']),
            [('stock', 'error'), ('series', 'lost'), ('pool', 'lost')])
        self.assertEqual(self.booted, 3)

    def test_one_boot_that_fails(self):
        self.assertEqual(len(self.run_group(['lost'] * 3, [HostError('x')])),
                         3)
        self.assertNotIn('error', dict(self.kept).values())

    def test_hosts_that_never_come_up(self):
        self.assertEqual(
            self.run_group([], [HostError('x')] * 9),
            [('stock', 'error'), ('series', 'error'), ('pool', 'error')])
        self.assertEqual(self.booted, 2)

    def test_what_keep_raises_is_not_the_rigs(self):
        """Nowhere to write to is no failure of a case."""
        members = [Case('pmu', 'stock', '6.12', '6.18')]
        keep = mock.Mock(side_effect=BrokenPipeError)
        with mock.patch.object(matrix, 'boot_pair'), \
                mock.patch.object(matrix, 'run_case'), \
                self.assertRaises(BrokenPipeError):
            quietly(matrix.run_group, members[0].hosts(), members, keep,
                    lambda: False)
        keep.assert_called_once()

    def test_time_is_over(self):
        left = iter([False, False, True, True])
        self.assertEqual(
            self.run_group(['lost'] * 3, over=lambda: next(left)),
            [('stock', 'lost')])


VERSIONS = {name: f'{name}.1-cloud-arm64' for name in cases.ALL}
BINARIES = {'stock': 'aa', 'series': 'bb', 'witness': 'cc'}


class Memory(unittest.TestCase):
    """A second run does only what is missing."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = pathlib.Path(folder.name) / 'results.jsonl'
        self.case = Case('pmu', 'series', '6.12', '6.18')

    def open(self, versions=None, pools=None, former=(), **binaries):
        return quietly(results.Results, self.path,
                       {**VERSIONS, **(versions or {})},
                       {**BINARIES, **binaries}, pools, former)[0]

    def test_kept(self):
        self.assertIsNone(self.open().record(self.case))
        self.open().keep(self.case, {'end': 'lost'}, 3.21)
        record = self.open().record(self.case)
        self.assertEqual((record['end'], record['seconds']), ('lost', 3.2))
        self.assertIsNone(self.open().record(self.case._replace(qemu='stock')))

    def test_only_for_the_same_things(self):
        self.open().keep(self.case, {'end': 'lost'}, 3)
        self.assertIsNone(self.open(series='b2').record(self.case))
        self.assertIsNone(self.open(witness='c2').record(self.case))
        self.assertIsNone(self.open({'6.18': '6.18.2'}).record(self.case))
        with mock.patch.object(results, 'HOW', 'plain'):
            self.assertIsNone(self.open().record(self.case))
        self.assertTrue(self.open(stock='a2').record(self.case))
        self.assertTrue(self.open({'6.1': '6.1.2'}).record(self.case))

    def test_baseline_is_part_of_it(self):
        """Of a guest with one; others do not ask for it."""
        pooled = Case('pool-6.1', 'pool', '6.12', '6.18')
        first = self.open(pools={'pool-6.1': 'p1'})
        first.keep(pooled, {'end': 'lost'}, 3)
        first.keep(self.case, {'end': 'lost'}, 3)
        again = self.open(pools={'pool-6.1': 'p1', 'pool-5.10': 'p3'})
        self.assertTrue(again.record(pooled))
        self.assertIsNone(again.record(pooled._replace(variant='pool-5.10')))
        other = self.open(pools={'pool-6.1': 'p2'})
        self.assertIsNone(other.record(pooled))
        self.assertTrue(other.record(self.case))
        # The same QEMU as in the column beside.
        self.assertIsNone(self.open(pools={'pool-6.1': 'p1'},
                                    series='b2').record(pooled))

    def test_of_a_former_build(self):
        """Only for cases that may have one; the last one, and told."""
        for end, qemu in (('lost', 'b0'), ('declined', 'b1')):
            self.open(series=qemu).keep(self.case, {'end': end, 'sent': 0}, 3)
        self.assertIsNone(self.open().record(self.case))
        other = self.case._replace(source='6.1')
        may = {self.case, other}
        former = self.open(former=may)
        self.assertEqual(former.record(self.case)['end'], 'declined')
        self.assertIsNone(former.record(other))
        self.assertIsNone(self.open(former={other}).record(self.case))
        self.assertIsNone(self.open({'6.18': '6.18.2'},
                                    former=may).record(self.case))
        self.assertEqual(former.report({})['former'], 1)
        former.keep(self.case, {'end': 'migrated', 'sent': 1}, 3)
        self.assertEqual(former.record(self.case)['end'], 'migrated')
        self.assertEqual(former.report({})['former'], 0)
        self.assertEqual(self.open(former=may).report({})['former'], 0)

    def test_errors_are_tried_again(self):
        first = self.open()
        first.keep(self.case, {'end': 'error', 'reason': 'x'}, 3)
        self.assertEqual(first.record(self.case)['end'], 'error')
        self.assertIsNone(self.open().record(self.case))

    def test_judged_when_it_is_told(self):
        """What is kept are facts; the table of today judges them."""
        case = self.case._replace(source='6.1')
        self.open().keep(case, {
            'end': 'migrated', 'sent': 6 << 20, 'differences': [
                'MISMATCH CTR_EL0 expected 0x8444c004 found 0x9444c004']}, 3)
        self.assertNotIn('outcome', self.path.read_text(encoding='utf-8'))

        def outcome():
            return next(r['outcome'] for r in self.open().report({})['cases']
                        if r['source'] == '6.1' and 'end' in r)

        self.assertEqual(outcome(), 'migrated-altered')
        with mock.patch.object(altered, 'table', lambda: ()):
            self.assertEqual(outcome(), 'damaged')

    def test_predictions_are_counted(self):
        there = self.case
        back = Case('pmu', 'series', '6.18', '6.12')
        broken = Case('pmu', 'series', '7.3', '6.12')
        memory = self.open()
        memory.keep(there, {'end': 'migrated', 'sent': 6 << 20}, 3)
        memory.keep(back, {'end': 'migrated', 'sent': 6 << 20}, 3)
        memory.keep(broken, {'end': 'error'}, 3)
        report = memory.report({
            there: Prediction('migrated'), broken: Prediction('migrated'),
            back: Prediction('refused', ('PSCI_VERSION',))})
        self.assertEqual(report['predictions'], {'compared': 2, 'agree': 1})
        wrong = [r for r in report['cases'] if cases.wrong(r)]
        self.assertEqual([(r['source'], r['outcome']) for r in wrong],
                         [('6.18', 'migrated'), ('7.3', 'error')])
        self.assertIn('PSCI_VERSION', wrong[0]['disagrees'])

    def test_docs_are_of_a_complete_run(self):
        folder = self.path.parent
        with mock.patch.object(matrix, 'BUILD', folder), \
                mock.patch.object(matrix.summary, 'publish') as publish:
            with self.assertRaisesRegex(RigError, 'make matrix'):
                matrix.publish()
            report = self.open().report({})
            path = folder / 'results.json'
            path.write_text(json.dumps(report))
            with self.assertRaisesRegex(RigError, 'have not been run'):
                matrix.publish()
            publish.assert_not_called()
            for record in report['cases']:
                record['outcome'] = 'migrated'
            path.write_text(json.dumps(report))
            self.assertEqual(matrix.publish(), 0)
            publish.assert_called_once_with(report, REPORTS)

    def test_torn_line(self):
        self.open().keep(self.case, {'end': 'lost'}, 3)
        with open(self.path, 'a', encoding='utf-8') as file:
            file.write('{"key": "pm')
        again, said = quietly(results.Results, self.path, VERSIONS, BINARIES)
        self.assertIn('results.jsonl:2: not a result', said)
        other = self.case._replace(qemu='stock')
        again.keep(other, {'end': 'migrated', 'sent': 1}, 3)
        self.assertEqual(self.open().record(other)['end'], 'migrated')
        self.assertEqual(self.open().record(self.case)['end'], 'lost')

    def test_kernel_that_cannot_be_had(self):
        record = self.open({'6.18': KernelError('gone')}).record(self.case)
        self.assertEqual((record['end'], record['reason']),
                         ('skipped', 'gone'))

    def test_property_found_missing_once(self):
        first = Case('psci', 'stock', '6.18', '6.12')
        second = first._replace(source='7.3')
        self.open().keep(first, cases.skip(first, 'kvm-psci-version'), 1)
        self.assertEqual(self.open().record(second)['end'], 'skipped')
        self.assertIsNone(self.open(stock='a2').record(second))
        self.assertIsNone(self.open().record(second._replace(qemu='series')))
        self.assertIsNone(self.open().record(second._replace(variant='pmu')))

    def test_run_leaves_out_what_is_known(self):
        known, new = self.case, self.case._replace(qemu='stock')
        self.open().keep(known, {'end': 'lost'}, 3)
        ran = []

        def run_group(_pair, members, keep, over):
            for case in members:
                if not over():
                    ran.append(case)
                    keep(case, {'end': 'migrated', 'sent': 1}, 1)

        with mock.patch.object(matrix, 'run_group', run_group), \
                mock.patch.object(matrix, 'LOG', self.path.parent / 'log'):
            left, said = quietly(matrix.run, [known, new], self.open(),
                                 mock.Mock(), None)
            self.assertEqual((left, ran), (0, [new]))
            self.assertIn('1 known, 1 to run', said)
            later = new._replace(source='6.1')
            left, said = quietly(matrix.run, [known, later], self.open(),
                                 mock.Mock(), 0)
            self.assertEqual((left, ran), (1, [new]))

    def test_binary_built_anew(self):
        qemu = self.path.parent / 'qemu'
        qemu.write_bytes(b'one')
        with mock.patch.object(results.image, 'qemu_path',
                               lambda _: qemu), \
                mock.patch.object(results.image, 'witness_files',
                                  lambda: {'guest/witness': qemu}):
            built = results.Binaries()
        built.check(['series'])
        qemu.write_bytes(b'another')
        with self.assertRaisesRegex(results.Rebuilt, 'built anew'):
            built.check(['series'])
        qemu.unlink()
        with self.assertRaisesRegex(results.Rebuilt, 'built anew'):
            built.check(['stock'])

    def test_other_binary_built_anew(self):
        """The series can be built while stock's cases run."""
        names = 'stock', 'series', 'witness'
        paths = {name: self.path.parent / name for name in names}
        for path in paths.values():
            path.write_bytes(b'one')
        with mock.patch.object(results.image, 'qemu_path', paths.get), \
                mock.patch.object(
                    results.image, 'witness_files',
                    lambda: {'guest/witness': paths['witness']}):
            built = results.Binaries()
        paths['series'].write_bytes(b'another')
        built.check(['stock'])
        with self.assertRaisesRegex(results.Rebuilt, 'built anew'):
            built.check(['series'])
        paths['witness'].write_bytes(b'another')
        with self.assertRaisesRegex(results.Rebuilt, 'built anew'):
            built.check(['stock'])


if __name__ == '__main__':
    unittest.main()
