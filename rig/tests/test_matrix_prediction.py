# SPDX-License-Identifier: GPL-2.0-or-later
"""What the recorded lists let expect, and what happened (seconds).

cpreg-predict is a stand-in here: what it must answer is tested with it.
"""

import json
import pathlib
import tempfile
import textwrap
import unittest
from unittest import mock

from rig.base import reg_lists
from rig.base.errors import KernelError, RigError
from rig.matrix import cases, prediction
from rig.matrix.cases import Case
from rig.matrix.prediction import Prediction

# Refuses PSCI_VERSION where the first list's number is above the second's.
STAND_IN = '''\
    #!/usr/bin/python3
    import json, re, sys
    for line in sys.stdin:
        words = line.split()
        number = [int(re.search(r' (0x[0-9a-f]+) .*PSCI_VERSION$',
                                open(name).read(), re.M)[1], 0)
                  for name in words[:2]]
        if words[2:]:
            number[0] = int(words[2].removeprefix('PSCI_VERSION='), 0)
        refused = ['PSCI_VERSION'] if number[0] > number[1] else []
        print(json.dumps({'verdict': 'refused' if refused else 'migrated',
                          'refused': refused, 'left_behind': [], 'kept': [],
                          'error': None}))
'''


class WithLists(unittest.TestCase):
    """Recorded lists of this test's own, of kernels "6.12.1" and the like."""

    PSCI = {'5.10': 0x10000, '6.1': 0x10001, '6.12': 0x10001}

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        for patch in (mock.patch.object(reg_lists, 'LISTS', self.folder),
                      mock.patch.object(prediction.standalone, 'tool',
                                        self.tool)):
            patch.start()
            self.addCleanup(patch.stop)
        self.versions = {name: f'{name}.1-arm64' for name in cases.ALL}
        for kernel in cases.ALL:
            for name in ('neoverse-n1-vregs', 'neoverse-n1-vregs+pmu',
                         'cortex-a76-vregs+pmu',
                         'max-vregs+pmu+sve+pauth'):
                self.write(kernel, name)
        self.stand_in = STAND_IN

    def write(self, kernel, name):
        psci = self.PSCI.get(kernel, 0x10003)
        (self.folder / f'{kernel}-{name}.txt').write_text(
            f'# kernel: {kernel}.1-arm64 #1 SMP\n'
            f'0x6030000000140000 0x{psci:016x} - # PSCI_VERSION\n')

    def tool(self, name):
        path = self.folder / name
        path.write_text(textwrap.dedent(self.stand_in))
        path.chmod(0o755)
        return path

    def predict(self, *found):
        return prediction.predict(found, self.versions)


class Predict(WithLists):

    def test_both_verdicts(self):
        back = Case('pmu', 'series', '6.18', '6.12')
        there = Case('pmu', 'series', '6.12', '6.18')
        self.assertEqual(self.predict(back, there), {
            back: Prediction('refused', ('PSCI_VERSION',)),
            there: Prediction('migrated')})

    def test_only_the_series(self):
        self.assertEqual(self.predict(Case('pmu', 'stock', '6.1', '6.12')),
                         {})

    def test_psci_version_of_the_variant(self):
        """1.1 goes to 6.12; 5.10 has only 1.0, and declines at its start."""
        back = Case('psci', 'series', '6.18', '6.12')
        far = Case('psci', 'series', '6.18', '5.10')
        found = self.predict(back, far)
        self.assertEqual(found[back], Prediction('migrated'))
        self.assertEqual(found[far].verdict, 'declined')
        self.assertIn('0x10000', found[far].why)

    def test_lists_of_a_case(self):
        for case, names in (
                (Case('no-pmu', 'series', '6.1', '7.3'),
                 '6.1-neoverse-n1-vregs.txt 7.3-neoverse-n1-vregs.txt'),
                (Case('n1-to-a76', 'series', '6.1', '7.3'),
                 '6.1-neoverse-n1-vregs+pmu.txt '
                 '7.3-cortex-a76-vregs+pmu.txt'),
                (Case('psci', 'series', '7.3', '6.1'),
                 '7.3-neoverse-n1-vregs+pmu.txt '
                 '6.1-neoverse-n1-vregs+pmu.txt PSCI_VERSION=0x10001'),
                (Case('max', 'series', '6.1', '6.1'),
                 '6.1-max-vregs+pmu+sve+pauth.txt '
                 '6.1-max-vregs+pmu+sve+pauth.txt')):
            self.assertEqual(
                prediction.question(case, self.versions, {}).line, names)

    def test_pool(self):
        """Migrated if both hosts fit the baseline, else declined."""
        path = self.folder / 'pool.json'
        path.write_text('pool')
        there = Case('pool-6.1', 'pool', '6.1', '6.12')
        other = Case('pool-n1-to-a76', 'pool', '6.18', '7.3')
        asked = []

        def fits(dump, text):
            asked.append((dump, text))
            return 'a register' if dump.startswith('6.12') else None

        prediction.misfit.cache_clear()
        self.addCleanup(prediction.misfit.cache_clear)
        with mock.patch.object(prediction.pool, 'recorded',
                               lambda *host: ' '.join(host)), \
                mock.patch.object(prediction.kvm_arm_regs, 'fits', fits):
            found = prediction.predict(
                [there, other], self.versions,
                {name: path for name in ('pool-6.1', 'pool-n1-to-a76')})
        self.assertEqual(found[there],
                         Prediction('declined', (), 'a register'))
        self.assertEqual(found[other], Prediction('migrated'))
        self.assertEqual(asked, [(host, 'pool') for host in (
            '6.1 neoverse-n1', '6.12 neoverse-n1', '6.18 neoverse-n1',
            '7.3 cortex-a76')])

    def test_no_prediction(self):
        """A list that is missing or of another kernel is said, not used."""
        case = Case('pmu', 'series', '6.1', '6.12')
        self.versions['6.12'] = '6.12.2-arm64'
        found = self.predict(case)[case]
        self.assertIsNone(found.verdict)
        self.assertRegex(found.why, r'is of Linux 6\.12\.1-arm64, the host '
                         r'has 6\.12\.2-arm64; `make record-lists`')
        (self.folder / '6.1-neoverse-n1-vregs+pmu.txt').unlink()
        self.assertIn('record-lists', self.predict(case)[case].why)
        self.versions['6.1'] = KernelError('gone')
        self.assertEqual(self.predict(case), {})

    def test_what_the_tool_says(self):
        case = Case('pmu', 'series', '6.1', '6.12')
        self.stand_in = ('#!/bin/sh\ncat >/dev/null\n'
                         'echo \'{"verdict": "refused", "refused": ["X"], '
                         '"error": "cpu 0: X"}\'\n')
        self.assertEqual(self.predict(case)[case],
                         Prediction('refused', ('X',), 'cpu 0: X'))
        for script in ('echo nonsense', 'echo "{}"', 'echo "[]"',
                       'echo \'{"verdict": "maybe", "refused": [], '
                       '"error": null}\'', ':',
                       'echo \'{"verdict": "migrated"}\'',
                       'echo \'{"verdict": "migrated", "refused": [], '
                       '"error": null}\'; exit 1'):
            self.stand_in = f'#!/bin/sh\ncat >/dev/null\n{script}\n'
            with self.subTest(script=script), self.assertRaisesRegex(
                    RigError, 'cpreg-predict'):
                self.predict(case)


class Recorded(unittest.TestCase):
    """The lists that are kept here are those that the matrix asks for."""

    def test_every_case_has_its_lists(self):
        for case in cases.plan():
            variant = cases.VARIANTS[case.variant]
            for kernel, cpu in case.hosts():
                found = prediction.list_of(kernel, cpu, variant)
                self.assertTrue(found.version.startswith(f'{kernel}.'))
                self.assertIn(prediction.psci_of(found),
                              (0x10000, 0x10001, 0x10003))


class Compare(unittest.TestCase):

    STDERR = ('qemu-series: cpu 0: registers of the source cannot be restored '
              'on this host: PSCI_VERSION (0x6030000000140000) = 0x10003, '
              'destination 0x10001: KVM refuses the value; TCR2_EL1 '
              '(0x603000000013c103) = 0x0: the destination has no such '
              'register, and the guest can use it')

    def compare(self, end, *predicted):
        return prediction.disagreement(
            {'end': end, 'destination_stderr': self.STDERR},
            Prediction(*predicted))

    def test_agree(self):
        self.assertIsNone(self.compare('migrated', 'migrated'))
        self.assertIsNone(self.compare('declined', 'declined'))
        self.assertIsNone(self.compare('refused', 'refused',
                                       ('TCR2_EL1', 'PSCI_VERSION')))

    def test_disagree(self):
        for end, predicted, expected in (
                ('migrated', ('refused', ('X',)),
                 'predicted refused (X), but migrated'),
                ('refused', ('migrated',), 'predicted migrated, but refused '
                 '(PSCI_VERSION, TCR2_EL1)'),
                ('lost', ('refused', ('X',)),
                 'predicted refused (X), but lost'),
                ('lost', ('migrated',), 'predicted migrated, but lost'),
                ('declined', ('migrated',),
                 'predicted migrated, but declined'),
                ('refused', ('refused', ('PSCI_VERSION', 'X')),
                 'refused, not predicted: TCR2_EL1; '
                 'predicted, not refused: X'),
                ('refused', ('refused', ('PSCI_VERSION',)),
                 'refused, not predicted: TCR2_EL1'),
                ('migrated', (None, (), 'no list'),
                 'no prediction: no list')):
            with self.subTest(end=end, predicted=predicted):
                self.assertEqual(self.compare(end, *predicted), expected)

    def test_answer_keeps_all_names(self):
        line = json.dumps({'verdict': 'refused', 'refused': ['B', 'A'],
                           'left_behind': [], 'kept': [], 'error': None})
        self.assertEqual(prediction.answer(line),
                         Prediction('refused', ('A', 'B')))


if __name__ == '__main__':
    unittest.main()
