# SPDX-License-Identifier: GPL-2.0-or-later
"""The cases of the migration matrix: which there are, how one is judged.

Nothing is booted here (seconds).
"""

import collections
import unittest

from rig import messages
from rig.base.errors import GuestError
from rig.matrix import cases
from rig.matrix.cases import Case

UP = ('witness start: cpus=1 midr=0x414fd0c1 features: pmu=4 sve=0 pauth=0\n'
      'tick 1\n')


class Plan(unittest.TestCase):

    def setUp(self):
        self.plan = cases.plan()

    def test_every_pair_both_ways(self):
        count = len(cases.ALL)
        found = collections.Counter((c.variant, c.qemu) for c in self.plan)
        for qemu in ('stock', 'series'):
            self.assertEqual(found['pmu', qemu], count ** 2)
            self.assertEqual(found['no-pmu', qemu], count ** 2)
            self.assertEqual(found['psci', qemu], count * (count - 1) // 2)
            for name in ('n1-to-a76', 'a76-to-n1', 'max'):
                self.assertEqual(found[name, qemu], 16)
        self.assertEqual(len(self.plan), len(set(self.plan)))
        self.assertLessEqual(set(cases.FOUR), set(cases.ALL))
        self.assertIn('6.1', cases.FOUR)

    def test_pools(self):
        """Each pair of different hosts of two pools; other CPUs both ways."""
        found = {}
        for case in self.plan:
            if case.qemu == 'pool':
                found.setdefault(case.variant, set()).add(
                    (case.source, case.destination))
        self.assertEqual({name: len(pairs) for name, pairs in found.items()},
                         {'pool-6.1': 30, 'pool-5.10': 30,
                          'pool-n1-to-a76': 4, 'pool-a76-to-n1': 4})
        for old in ('6.1', '5.10'):
            kernels = (old, '6.12', '6.16', '6.18', '7.0', '7.3')
            self.assertEqual(found[f'pool-{old}'], {
                (a, b) for a in kernels for b in kernels if a != b})
        # Nothing else runs for them, and they are in no other column.
        self.assertEqual({case.qemu for case in self.plan
                          if case.variant in found}, {'pool'})
        self.assertEqual(
            cases.VARIANTS['pool-n1-to-a76'].members(),
            cases.VARIANTS['pool-a76-to-n1'].members())
        self.assertCountEqual(
            cases.VARIANTS['pool-n1-to-a76'].members(),
            [(kernel, cpu) for kernel in ('6.18', '7.3')
             for cpu in ('neoverse-n1', 'cortex-a76')])

    def test_binary(self):
        for qemu, binary in (('stock', 'stock'), ('series', 'series'),
                             ('pool', 'series')):
            self.assertEqual(Case('pmu', qemu, '6.1', '6.1').binary, binary)

    def test_backward_is_to_an_older_kernel(self):
        pairs = {(c.source, c.destination) for c in self.plan
                 if c.variant == 'psci'}
        self.assertIn(('6.18', '6.12'), pairs)
        self.assertIn(('7.0', '6.18'), pairs)
        self.assertNotIn(('6.12', '6.18'), pairs)
        self.assertNotIn(('6.12', '6.12'), pairs)

    def test_each_pair_of_hosts_is_booted_once(self):
        groups = cases.groups(self.plan)
        self.assertEqual(sorted(c for _, group in groups for c in group),
                         sorted(self.plan))
        pairs = [tuple(sorted(pair)) for pair, _ in groups]
        self.assertEqual(len(pairs), len(set(pairs)))
        for pair, group in groups:
            for case in group:
                self.assertIn(case.hosts(), (pair, pair[::-1]))
        count = len(cases.ALL)
        # All kernels with n1; n1 with a76 on four kernels; max on four.
        self.assertEqual(len(pairs), count * (count + 1) // 2 + 16 + 10)

    def test_directions_share_their_hosts(self):
        there = Case('n1-to-a76', 'stock', '6.1', '7.3')
        back = Case('a76-to-n1', 'stock', '7.3', '6.1')
        self.assertEqual(len(cases.groups([there, back])), 1)
        self.assertEqual(there.hosts(), back.hosts()[::-1])
        self.assertEqual(len(cases.groups(
            [there, Case('a76-to-n1', 'stock', '6.1', '7.3')])), 2)


class Judge(unittest.TestCase):

    def judge(self, end, sent=6 << 20, differ=(), source='6.12',
              destination='6.18'):
        return cases.judge({'end': end, 'sent': sent, 'source': source,
                            'destination': destination,
                            'differences': list(differ)})

    def test_outcomes(self):
        for end, sent, differ, expected in (
                ('migrated', 6 << 20, [], 'migrated'),
                ('migrated', 6 << 20, ['MISMATCH X0'], 'damaged'),
                ('refused', 0, [], 'refused-early'),
                ('refused', (64 << 10) - 1, [], 'refused-early'),
                ('refused', 64 << 10, [], 'refused-late'),
                ('refused', 6 << 20, ['MISMATCH X0'], 'damaged'),
                ('declined', 0, [], 'refused-early'),
                ('error', 0, [], 'error'), ('skipped', 0, [], 'skipped'),
                ('lost', 6 << 20, [], 'lost')):
            with self.subTest(end=end, sent=sent, differ=differ):
                self.assertEqual(self.judge(end, sent, differ), expected)

    def test_what_kvm_alters(self):
        """Only these bits of these registers, between these kernels."""
        ctr = 'MISMATCH CTR_EL0 expected 0x8444c004 found 0x9444c004'
        back = 'MISMATCH CTR_EL0 expected 0x9444c004 found 0x8444c004'
        chain = 'MISMATCH PMCEID0_EL0 expected 0x40020001 found 0x20001'
        dminline = 'MISMATCH CTR_EL0 expected 0x8444c004 found 0x9445c004'
        nv = ('MISMATCH ID_AA64MMFR2_EL1 expected 0x1221011112011011 found '
              '0x1221011110011011')
        mpam = ('MISMATCH ID_AA64PFR0_EL1 expected 0x1101010021111112 found '
                '0x1101000021111112')
        pmuver = 'MISMATCH ID_AA64DFR0_EL1 expected 0xf06 found 0x6'
        aarch32 = 'MISMATCH ID_PFR1_EL1 expected 0x10000000 found 0x0'
        kept = 'MISMATCH PMCR_EL0 expected 0x410c30b0 found 0x30b0'
        lp = 'MISMATCH PMCR_EL0 expected 0x30b0 found 0x3030'
        cleared = 'MISMATCH PMCR_EL0 expected 0x410c30b0 found 0x3030'
        for source, destination, differ, expected in (
                ('6.1', '6.12', [ctr], True),
                ('5.10', '7.3', [ctr], True),
                ('6.1', '6.12', [ctr + ' on cpu 1'], True),
                ('6.12', '6.18', [ctr], False),
                ('6.1', '6.1', [ctr], False),
                ('6.12', '6.1', [ctr], False),
                ('6.12', '6.1', [back], True),
                ('7.3', '5.10', [back, chain], True),
                ('6.1', '6.12', [back], False),
                ('6.1', '7.3', [chain], False),
                ('6.18', '6.12', [back], False),
                ('6.1', '5.10', [back], False),
                ('6.1', '6.12', [dminline], False),
                ('6.1', '6.12', [ctr.replace('CTR', 'DCZID')], False),
                ('6.12', '6.18', [nv], True),
                ('6.16', '6.18', [nv], False),
                ('6.1', '6.12', [nv], False),
                ('6.1', '6.18', [mpam], True),
                ('6.1', '6.12', [mpam], True),
                ('6.12', '6.18', [mpam], False),
                ('6.18', '6.1', [mpam], False),
                ('6.1', '6.18', [pmuver], True),
                ('6.1', '6.18', [pmuver.replace('0xf06', '0x406')], False),
                # Its guests have AArch32.
                ('5.10', '6.18', [aarch32], False),
                ('6.1', '6.18', [kept], True),
                ('6.1', '6.12', [cleared], True),
                ('6.1', '6.18', [cleared], False),
                ('6.16', '6.12', [lp], True),
                ('6.1', '6.12', ['MISMATCH PMCR_EL0 expected 0x4000 found '
                                 '0x3000'], False),
                ('6.1', '6.12', [ctr, cleared], True),
                ('6.1', '6.12', [ctr, 'MISMATCH X0 expected 0x1 found 0x2'],
                 False),
                ('6.1', '6.12', [ctr, 'FAULT esr 0x1 elr 0x2'], False),
                ('6.1', '6.12', ['MISMATCH CTR_EL0'], False)):
            with self.subTest(source=source, destination=destination,
                              differ=differ):
                self.assertEqual(
                    self.judge('migrated', 6 << 20, differ, source,
                               destination),
                    'migrated-altered' if expected else 'damaged')
        # The source's own kernel changes nothing.
        self.assertEqual(self.judge('refused', 6 << 20, [ctr], '6.1', '6.12'),
                         'damaged')

    def test_refused_on_the_list_alone(self):
        """Of the series, and only if KVM keeps every value."""
        listed = ('TCR2_EL1 (0x603000000013c103) = 0x0: the destination has '
                  'no such register')
        valued = f'{listed}; X: KVM refuses the value'
        later = f'{listed}; X: KVM changes it when the guest runs'
        for qemu, end, said, expected in (
                ('series', 'refused', listed, True),
                ('series', 'refused', valued, False),
                ('series', 'refused', later, False),
                ('series', 'refused', '', True),
                ('stock', 'refused', listed, False),
                ('series', 'declined', '', False),
                ('pool', 'refused', listed, True),
                ('pool', 'refused', valued, False),
                ('series', 'migrated', listed, False)):
            record = {'qemu': qemu, 'end': end, 'destination_stderr': said,
                      'outcome': None}
            self.assertEqual(cases.list_alone(record), expected)
            self.assertEqual(cases.wrong(record), expected)

    def test_refused_registers(self):
        """All of them, and nothing that only the words around them name."""
        self.assertEqual(messages.refused_registers(''), [])
        self.assertEqual(messages.refused_registers(
            'qemu-series: cpu 0: registers of the source cannot be restored '
            'on this host: PSCI_VERSION (0x6030000000140000) = 0x10003, '
            'destination 0x10001: KVM refuses the value (PSCI: source 1.3, '
            'destination 1.1); TCR2_EL1 (0x603000000013c103) = 0x0: the '
            'destination has no such register, and the guest can use it '
            '(ID_AA64MMFR3_EL1.TCRX is 1); the destination does not have '
            'these either: CCSIDR[3] (0x6020000000110003), register '
            '0x603000000013ffff'),
            ['0x603000000013ffff', 'CCSIDR[3]', 'PSCI_VERSION', 'TCR2_EL1'])

    def test_fold(self):
        for names, expected in (
                ([], ''), (['A'], 'A'), (['A1', 'A0'], 'A0, A1'),
                (['C[0]', 'C[1]', 'C[2]', 'B'], 'B, C[0..2]'),
                (['P9_EL0', 'P10_EL0', 'P11_EL0', 'P11_EL1', 'P2_EL0'],
                 'P2_EL0, P9..11_EL0, P11_EL1')):
            self.assertEqual(messages.fold(names), expected)

    def test_what_must_not_be(self):
        for qemu, outcome, expected in (
                ('series', 'lost', True), ('series', 'damaged', True),
                ('pool', 'lost', True), ('pool', 'damaged', True),
                ('stock', 'lost', False), ('stock', 'damaged', False),
                ('stock', 'error', True), ('series', 'error', True),
                ('series', 'refused-late', False),
                ('series', 'migrated-altered', False),
                ('series', 'migrated', False), ('series', None, False)):
            with self.subTest(qemu=qemu, outcome=outcome):
                record = {'qemu': qemu, 'outcome': outcome}
                self.assertEqual(cases.bad(record), expected)
                self.assertEqual(cases.wrong(record), expected)
                self.assertTrue(cases.wrong({**record, 'disagrees': 'x'}))
                self.assertEqual(cases.wrong({**record, 'disagrees': None}),
                                 expected)

    def test_reason(self):
        load = "load of migration failed: Invalid argument: error while " \
            "loading state for instance 0x0 of device 'cpu': "
        for stderr, expected in (
                ('qemu-stock: Could not set register\nqemu-stock: more\n',
                 'Could not set register'),
                (f'qemu-series: {load}Failed to load element\n',
                 'Failed to load element'),
                (f'qemu-series: {load}post load hook failed for: cpu, '
                 'version_id: 22, minimum_version: 22: cpu 0: 1 register\n',
                 'cpu 0: 1 register'),
                ("qemu-series: load of migration failed: Invalid argument: "
                 "error while loading state for instance 0x0 of device "
                 "'arm-migration-manifest': post load hook failed for: "
                 'arm-migration-manifest, version_id: 1, minimum_version: 1: '
                 'registers of the source\n', 'registers of the source'),
                ('', 'source says')):
            self.assertEqual(messages.reason(stderr, 'source says'), expected)

    def test_guest_is_what_the_variant_says(self):
        cases.expect_guest(UP, cases.VARIANTS['pmu'])
        for variant in ('no-pmu', 'max'):
            with self.assertRaisesRegex(GuestError, 'it found'):
                cases.expect_guest(UP, cases.VARIANTS[variant])
        without = UP.replace('pmu=4', 'pmu=0')
        cases.expect_guest(without, cases.VARIANTS['no-pmu'])
        with self.assertRaisesRegex(GuestError, 'no pmu'):
            cases.expect_guest(without, cases.VARIANTS['pmu'])
        # So says 5.10 of a guest without one.
        shown = UP + 'witness: PMCR_EL0 holds no pattern\n'
        cases.expect_guest(shown, cases.VARIANTS['no-pmu'])
        with self.assertRaisesRegex(GuestError, 'no pmu'):
            cases.expect_guest(shown, cases.VARIANTS['pmu'])
        # A witness that says nothing of a feature proves nothing.
        with self.assertRaisesRegex(GuestError, 'a pmu'):
            cases.expect_guest('tick 1\n', cases.VARIANTS['no-pmu'])

    def test_destination_that_declines(self):
        error = GuestError('the inner QEMU did not start (it ended with 1); '
                           'command: x\n  stderr:\n    | qemu-series: no PSCI '
                           '1.1 here\n  host console:\n    | RIG READY')
        self.assertEqual(messages.declined(error), 'no PSCI 1.1 here')
        for other in (
                str(error).replace('with 1', 'with -6'),
                str(error).replace('; command', '; its host is down; command'),
                'the inner QEMU did not start (no answer)'):
            with self.assertRaises(GuestError):
                messages.declined(GuestError(other))


if __name__ == '__main__':
    unittest.main()
