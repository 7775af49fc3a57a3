# SPDX-License-Identifier: GPL-2.0-or-later
"""The tables of the migration matrix, and its page (seconds)."""

import pathlib
import tempfile
import unittest

from rig.base import tables
from rig.base.errors import RigError
from rig.base.paths import REPORTS
from rig.matrix import cases, heatmap, summary

VERSIONS = {name: f'{name}.1-cloud-arm64' for name in cases.ALL}
REFUSAL = 'cannot be restored on this host: '


def report(known=()):
    """A report in which nothing was run but `known`: {case: facts}."""
    known = dict(known)
    return {'date': '2026-01-02', 'base': '1.2.3', 'kernels': VERSIONS,
            'predictions': {'compared': 7, 'agree': 5}, 'cases': [
                {**case._asdict(), 'outcome': None, **known.get(case, {})}
                for case in cases.plan()]}


def refused(*registers):
    return {'end': 'refused', 'outcome': 'refused-late',
            'destination_stderr': REFUSAL + '; '.join(
                f'{name} (0x6030000000140000) = 0x1: KVM refuses the value'
                for name in registers)}


class Words(unittest.TestCase):

    def test_span(self):
        for names, expected in (
                (['6.12'], '6.12'), (['6.16', '6.12'], '6.12, 6.16'),
                (['7.3', '6.12', '6.16', '6.17', '5.10'],
                 '5.10, 6.12 to 6.17, 7.3')):
            self.assertEqual(summary.span(names), expected)

    def test_pairs(self):
        """Each pair once, and no pair that was not given."""
        self.assertEqual(summary.pairs(
            {('6.16', '6.12'), ('6.17', '6.12'), ('6.18', '6.12'),
             ('6.16', '6.1'), ('6.17', '6.1'), ('6.18', '6.1'),
             ('6.12', '6.1'), ('6.12', '5.10')}),
            [('6.12', '5.10'), ('6.12 to 6.18', '6.1'),
             ('6.16 to 6.18', '6.12')])


class Sections(unittest.TestCase):

    def test_outcomes_add_up(self):
        every = list(heatmap.LOOKS)
        outcomes = {case: {'outcome': every[at % len(every)]}
                    for at, case in enumerate(cases.plan())}
        rows = list(summary.outcomes(report(outcomes)))
        columns = [v.columns for v in cases.VARIANTS.values()]
        self.assertEqual(len(rows), 1 + sum(map(len, columns)) + 3)
        numbers = [[int(n or 0) for n in row[2:]] for row in rows[1:]]
        self.assertEqual(sum(map(sum, numbers[-3:])), len(outcomes))
        self.assertEqual(sum(map(sum, numbers[:-3])), len(outcomes))
        pool = cases.VARIANTS['pool-6.1'].title
        self.assertEqual([row[1] for row in rows if row[0] == pool],
                         ['series with a pool baseline'])

    def test_former_builds(self):
        """Results that are not of these binaries are counted."""
        for former, expected in ((0, ''), (None, ''), (12, ' Of these, 12 '
                                 'were measured with a former build.')):
            text = summary.rst({**report(), 'former': former})
            self.assertIn(f'2026-01-02.{expected}\n', text)

    def test_refusals_are_grouped(self):
        case = cases.Case
        rows = list(summary.refusals(report({
            case('pmu', 'series', '6.16', '6.12'): refused('PSCI_VERSION'),
            case('pmu', 'series', '6.17', '6.12'): refused('PSCI_VERSION'),
            case('pmu', 'stock', '6.18', '6.12'): refused('PSCI_VERSION'),
            case('pmu', 'series', '6.12', '6.1'): refused(
                'CCSIDR[0]', 'CCSIDR[1]', 'CCSIDR[2]'),
            case('pool-6.1', 'pool', '7.3', '6.1'): refused('CLIDR_EL1'),
            case('psci', 'series', '6.12', '5.10'): {
                'end': 'declined', 'outcome': 'refused-early',
                'reason': 'no PSCI 1.1'}})))
        titles = {name: v.title for name, v in cases.VARIANTS.items()}
        self.assertCountEqual(rows[1:], [
            [titles['pmu'], '6.16, 6.17', '6.12', 'PSCI_VERSION'],
            [titles['pmu'], '6.12', '6.1', 'CCSIDR[0..2]'],
            [titles['psci'], '6.12', '5.10', 'no PSCI 1.1'],
            [titles['pool-6.1'], '7.3', '6.1', 'CLIDR_EL1']])

    def test_alterations(self):
        known = {cases.Case('pmu', qemu, '6.1', to): {
            'outcome': 'migrated-altered', 'differences': [
                'MISMATCH CTR_EL0 expected 0x8444c004 found 0x9444c004']}
            for qemu in ('stock', 'series') for to in ('6.12', '7.3')}
        known[cases.Case('pool-6.1', 'pool', '7.3', '6.1')] = {
            'outcome': 'migrated-altered', 'differences': [
                'MISMATCH CTR_EL0 expected 0x9444c004 found 0x8444c004']}
        rows = list(summary.alterations(report(known)))
        newer = f'6.12 to {cases.ALL[-1]}'
        self.assertEqual([row[:5] for row in rows[1:]], [
            ['CTR_EL0', '0x10000000', '5.10, 6.1', newer, '2'],
            ['CTR_EL0', '0x10000000', newer, '5.10, 6.1', '1']])

    def test_what_must_not_be(self):
        case = cases.Case('pmu', 'series', '6.1', '6.12')
        lost = case._replace(destination='6.18')
        known = {case: {'outcome': 'damaged', 'differences': ['MISMATCH X']},
                 lost: {'outcome': 'lost', 'disagrees': 'predicted it'},
                 case._replace(qemu='stock'): {'outcome': 'lost'},
                 case._replace(variant='pool-6.1', qemu='pool'): {
                     'outcome': 'damaged', 'differences': ['MISMATCH Y']}}
        rows = list(summary.harmed(report(known)))
        self.assertEqual([row[1:] for row in rows[1:]], [
            ['series', '6.1', '6.12', 'damaged', 'MISMATCH X'],
            ['series', '6.1', '6.18', 'lost', 'predicted it'],
            ['series with a pool baseline', '6.1', '6.12', 'damaged',
             'MISMATCH Y']])

    def test_every_disagreement_is_listed(self):
        known = {case: {'outcome': 'migrated', 'disagrees': f'no {at}'}
                 for at, case in enumerate(cases.plan())}
        text = summary.rst(report(known))
        self.assertIn('Prediction agrees 5 of 7', text)
        for at in range(len(known)):
            self.assertRegex(text, rf'(?m) no {at}$')
        short = summary.markdown(report(known), most=10)
        self.assertIn(f'And {len(known) - 10} more.', short)
        self.assertIn('Prediction agrees 5 of 7', short)

    def test_table_is_one(self):
        """Nothing is longer than the rule above its column."""
        case = cases.Case('pmu', 'series', '6.16', '6.12')
        lines = summary.rst(report({case: refused('PSCI_VERSION')})).split(
            '\n')
        rules = [at for at, line in enumerate(lines)
                 if line.startswith('==')]
        self.assertEqual(len(rules), 6)
        for at in range(0, 6, 3):
            self.assertEqual({lines[n] for n in rules[at:at + 3]},
                             {lines[rules[at]]})
            rule = lines[rules[at]]
            for line in lines[rules[at]:rules[at + 2]]:
                self.assertLessEqual(len(line), len(rule))
                for column, mark in enumerate(rule):
                    if mark == ' ':
                        self.assertEqual(line[column:column + 1].strip(), '')


class Page(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def test_publish(self):
        page = self.folder / summary.PAGE
        page.write_text(f'Before\n\n{tables.BEGIN}\nstale\n{tables.END}\n\n'
                        'After\n')
        for _ in range(2):
            summary.publish(report(), self.folder)
            text = page.read_text()
            self.assertTrue(text.startswith('Before\n'))
            self.assertTrue(text.endswith(f'{tables.END}\n\nAfter\n'))
            self.assertNotIn('stale', text)
            self.assertEqual(text.count('Prediction agrees 5 of 7'), 1)
        self.assertIn('<svg', (self.folder / summary.PICTURE).read_text())

    def test_page_without_a_place(self):
        (self.folder / summary.PAGE).write_text('Page\n')
        with self.assertRaisesRegex(RigError, 'no lines'):
            summary.publish(report(), self.folder)

    def test_the_page_there_is(self):
        text = (REPORTS / summary.PAGE).read_text(encoding='utf-8')
        for mark in (tables.BEGIN, tables.END, f':: {summary.PICTURE}'):
            self.assertEqual(text.count(mark), 1)
        self.assertTrue((REPORTS / summary.PICTURE).exists())


if __name__ == '__main__':
    unittest.main()
