# SPDX-License-Identifier: GPL-2.0-or-later
"""baseline: the pools that are known, by what real kernels and CPUs have."""

import unittest

import pool
import tool

N1 = '{}-neoverse-n1-vregs+pmu.txt'
A76 = '{}-cortex-a76-vregs+pmu.txt'
MAX = '{}-max-vregs+pmu+sve+pauth.txt'

NEWER = ('6.12', '6.16', '6.18', '7.0', '7.3')


def hosts(pattern, *series):
    return [tool.host(pattern.format(name)) for name in series]


class Baseline(pool.Case):

    # What one pool of neoverse-n1 hosts has, which the oldest of it cannot
    # change: recorded from that kernel.
    OLDEST = {
        '6.1': {'CLIDR_EL1': 0x82000023, 'CCSIDR[0]': 0x701fe01a,
                'CCSIDR[1]': 0x201fe01a, 'CCSIDR[2]': 0x70ffe03a,
                'ID_AA64DFR0_EL1': 0x10305406, 'PSCI_VERSION': 0x10001,
                'STD_BMAP': 1, 'STD_HYP_BMAP': 1, 'VENDOR_HYP_BMAP': 3,
                'MIDR_EL1': 0x414fd0c1, 'CTR_EL0': 0x9444c004},
        # Its guests have PSCI 1.0, and no hypercalls but PV time.
        '5.10': {'CLIDR_EL1': 0x82000023, 'CCSIDR[0]': 0x701fe01a,
                 'CCSIDR[1]': 0x201fe01a, 'CCSIDR[2]': 0x70ffe03a,
                 'ID_AA64DFR0_EL1': 0x10305408, 'PSCI_VERSION': 0x10000,
                 'STD_BMAP': 0, 'STD_HYP_BMAP': 1, 'VENDOR_HYP_BMAP': 0,
                 'MIDR_EL1': 0x414fd0c1, 'CTR_EL0': 0x9444c004},
    }

    def test_pools_of_six_kernels(self):
        for oldest, wanted in self.OLDEST.items():
            with self.subTest(oldest=oldest):
                members = hosts(N1, oldest, *NEWER)
                found = self.check(members)
                self.assertEqual(
                    {name: value for name, value in pool.values(found).items()
                     if name in wanted}, wanted)
                self.assertNotIn('CCSIDR[3]', pool.values(found))
                self.assertEqual(self.baseline(members[::-1]), found)
                self.check_exchange(members, found)

    def test_two_kernels_that_cannot_meet(self):
        """DebugVer 8 and 6; neither can write it, Linux 6.7 can."""
        members = hosts(N1, '5.10', '6.1')
        self.assertIsNone(self.check(members))
        for words in ('ID_AA64DFR0_EL1.DebugVer', '8', '6', '6.7',
                      *map(self.file, members)):
            self.assertIn(words, self.conflict)
        # More hosts do not help.
        self.assertIsNone(self.check(hosts(N1, '6.1', *NEWER, '5.10')))
        self.assertIn('ID_AA64DFR0_EL1.DebugVer', self.conflict)

    def test_two_cpus(self):
        members = hosts(N1, '6.18', '7.3') + hosts(A76, '6.18', '7.3')
        self.assertIsNone(self.check(members))
        for words in ('MIDR_EL1', '--target-impl-cpus', '6.15',
                      'arm-writable-imp-id-regs', '0x414fd0c1', '0x414fd0b1'):
            self.assertIn(words, self.conflict)
        found = self.check(members, '--target-impl-cpus')
        self.assertEqual(found['target-impl-cpus'], [
            {'midr': '0x414fd0b1', 'revidr': '0x0', 'aidr': '0x0'},
            {'midr': '0x414fd0c1', 'revidr': '0x0', 'aidr': '0x0'}])
        have = pool.values(found)
        self.assertEqual(have['MIDR_EL1'], 0x414fd0b1)
        self.assertEqual(have['VENDOR_HYP_BMAP_2'], 3)
        # PARange 5 and 2, SSBS 2 and 1
        self.assertEqual(have['ID_AA64MMFR0_EL1'], 0x101122)
        self.assertEqual(have['ID_AA64PFR1_EL1'], 0x10)
        self.check_exchange(members, found)

    def test_a_kernel_that_has_no_other_midr(self):
        members = hosts(N1, '6.12', '6.18') + hosts(A76, '6.18')
        self.assertIsNone(self.check(members, '--target-impl-cpus'))
        self.assertIn(self.file(members[0]), self.conflict)
        self.assertIn('6.15', self.conflict)
        self.assertNotIn(self.file(members[1]), self.conflict)
        # The hypercalls of the list came with it.
        self.assertNotIn('VENDOR_HYP_BMAP_2', self.conflict)

    def test_a_kernel_without_the_calls(self):
        members = hosts(N1, '6.18', '7.3')
        members[0]['registers'].remove(
            tool.register(members[0], 'VENDOR_HYP_BMAP_2'))
        self.assertIsNone(self.check(members, '--target-impl-cpus'))
        self.assertIn('VENDOR_HYP_BMAP_2 cannot be 0x3 on '
                      f'{self.file(members[0])} ', self.conflict)
        self.assertNotIn('arm-writable-imp-id-regs', self.conflict)

    def test_implementations_of_equal_cpus(self):
        """The list is what was asked for, also of one CPU."""
        found = self.check(hosts(N1, '6.18', '7.3'), '--target-impl-cpus')
        self.assertEqual([cpu['midr'] for cpu in found['target-impl-cpus']],
                         ['0x414fd0c1'])
        self.assertNotIn('target-impl-cpus',
                         self.check(hosts(N1, '6.18', '7.3')))

    def test_implementations_of_pools(self):
        option = '--target-impl-cpus'
        one = self.check(hosts(N1, '6.18', '7.3'), option)
        two = self.check(hosts(A76, '6.18', '7.3'), option)
        self.assertEqual(self.baseline([one, two], option), self.check(
            hosts(N1, '6.18', '7.3') + hosts(A76, '6.18', '7.3'), option))

    def test_first_run(self):
        """7.3 takes S1PIE from a guest without ATS1A, which 6.18 has not."""
        members = hosts(MAX, '6.18', '7.3')
        found = self.check(members)
        self.assertEqual(pool.values(found)['ID_AA64MMFR3_EL1'], 0x11)
        self.check_exchange(members, found)

    def test_first_run_in_a_pool(self):
        """A pool's kernel is its oldest, and the newer ones still count."""
        # ATS1A is known since 7.2.
        members = hosts(MAX, '7.2', '7.3', '7.1')
        newer = self.check(members[:2])
        self.assertEqual(pool.values(newer)['ID_AA64MMFR3_EL1'], 0x111)
        found = self.check(members)
        self.assertEqual(pool.values(found)['ID_AA64MMFR3_EL1'], 0x11)
        self.assertEqual(self.baseline([newer, members[2]]), found)

    def test_a_level_of_the_firmware(self):
        """KVM tells each guest the host's own."""
        members = hosts(N1, '6.18', '7.3')
        tool.register(members[1], 'SMCCC_ARCH_WORKAROUND_1')['value'] = '0x1'
        self.assertIsNone(self.check(members))
        self.assertIn("; it depends on the hosts' firmware and CPU "
                      '(Spectre): make a separate pool for each\n',
                      self.conflict)

    def test_a_field_that_no_kernel_lets_be_chosen(self):
        """What is in no mask that a kernel up to 7.3 tells."""
        for register, name, low in (
                ('ID_AA64MMFR2_EL1', 'NV', 24),
                ('ID_AA64PFR0_EL1', 'FP', 16),
                ('ID_AA64MMFR1_EL1', 'VH', 8),
                ('ID_AA64MMFR1_EL1', 'XNX', 28),
                ('ID_AA64MMFR1_EL1', 'VMIDBits', 4)):
            members = hosts(N1, '6.12', '7.3')
            for host, value in zip(members, (2, 0)):
                reg = tool.register(host, register)
                self.assertFalse(int(reg['writable'], 16) >> low & 0xf)
                reg['value'] = hex(int(reg['value'], 16) &
                                   ~(0xf << low) | value << low)
            with self.subTest(name):
                self.assertIsNone(self.check(members))
                self.assertIn(f'{register}.{name} has no common value',
                              self.conflict)
                self.assertTrue(self.conflict.endswith(
                    '; no Linux up to 7.3 can change it: make a separate pool '
                    'for each\n'), self.conflict)
        # Another remedy for what can be chosen
        self.assertIsNone(self.check(hosts(N1, '5.10', '6.1')))
        self.assertNotIn('no Linux up to', self.conflict)

    # The vCPU

    def test_other_features(self):
        members = hosts(N1, '6.18', '7.3')
        members[1] = tool.host('7.3-neoverse-n1-vregs.txt')
        self.assertIsNone(self.baseline(members))
        for words in ('kvm-arm-regs dump --cpu-feature pmu=off\n',
                      *map(self.file, members)):
            self.assertIn(words, self.conflict)

    def test_a_pmu_that_cannot_be_hidden(self):
        """5.10 tells also a guest without a PMU of one."""
        bare, said = '{}-neoverse-n1-vregs.txt', '--cpu-feature pmu=on'
        for members in (hosts(bare, '5.10', '6.18'),
                        hosts(bare, '5.10') + hosts(N1, '6.18'),
                        hosts(N1, '5.10') + hosts(bare, '6.18')):
            self.assertIsNone(self.baseline(members))
            self.assertIn(said, self.conflict)
            self.assertNotIn('pmu=off', self.conflict)
        self.assertIsNotNone(self.baseline(hosts(N1, '5.10', '6.18')))
        self.assertIsNone(self.baseline(hosts(bare, '6.1', '5.10')))
        for line in self.conflict.splitlines():
            self.assertEqual(said in line, 'PMUVer' in line or
                             'PerfMon' in line, line)

    def test_two_features_of_one_option(self):
        members = hosts(MAX, '6.18') + hosts('{}-max-vregs+pmu+sve+pauth.txt',
                                             '7.3')
        members[1]['features'] = ['psci-0.2', 'pmu-v3']
        members[1]['sve-vector-lengths'] = []
        self.assertIsNone(self.baseline(members))
        lines = self.conflict.splitlines()
        self.assertEqual(len(lines), 2, lines)
        self.assertTrue(lines[0].endswith(' --cpu-feature sve=off'), lines)
        self.assertIn('ptrauth-address and ptrauth-generic', lines[1])
        self.assertTrue(lines[1].endswith(' --cpu-feature pauth=off'), lines)
        # One of the two alone is nothing that KVM has.
        members[1]['sve-vector-lengths'] = members[0]['sve-vector-lengths']
        members[1]['features'] = ['psci-0.2', 'pmu-v3', 'sve',
                                  'ptrauth-generic']
        self.assertIsNone(self.baseline(members))
        self.assertIn('features.ptrauth-address: ', self.conflict)
        self.assertNotIn('ptrauth-generic', self.conflict)

    def test_vector_lengths(self):
        """KVM can take lengths away from the top only."""
        for one, two, common in (
                ([128, 256, 512], [128, 256], [128, 256]),
                ([128, 256, 512], [128, 512], [128]),
                ([128, 256], [128, 256, 384, 512], [128, 256]),
                ([128, 256], [256], None)):
            members = hosts(MAX, '7.0', '7.1')
            for host, lengths in zip(members, (one, two)):
                host['sve-vector-lengths'] = lengths
            with self.subTest(one=one, two=two):
                found = self.check(members)
                if common:
                    self.assertEqual(found['sve-vector-lengths'], common)
                    self.check_exchange(members, found)
                else:
                    self.assertIn('sve=off', self.conflict)

    # Registers that not all of them have

    def test_caches_that_are_free(self):
        """The line that all take, and a point of coherency."""
        members = hosts(N1, '6.12', '7.3')
        for host, clidr, ccsidr in zip(members, ('0x2000021', '0x1000021'),
                                       ('0x3', '0x12')):
            tool.register(host, 'CLIDR_EL1')['value'] = clidr
            tool.register(host, 'CCSIDR[2]')['value'] = ccsidr
        have = pool.values(self.check(members))
        # LoC 1 and 2, but LoUU and LoUIS are 0 in both.
        self.assertEqual(have['CLIDR_EL1'], 0x1000021)
        # Lines of 128 and of 64 bytes
        self.assertEqual(have['CCSIDR[2]'], 0x3)
        tool.register(members[0], 'CLIDR_EL1')['value'] = '0xa200021'
        self.assertEqual(pool.values(self.check(members))['CLIDR_EL1'],
                         0xa200021)

    def test_caches_that_are_forgotten(self):
        """Linux 6.3 to 6.9 keeps no CLIDR_EL1 for the vCPUs but the first."""
        old, middle, new = hosts(N1, '6.1', '6.12', '6.18')
        middle['kernel'] = '6.8.0-49-generic'
        self.assertIsNone(self.check([old, middle]))
        self.assertIn('CLIDR_EL1', self.conflict)
        self.assertIn('6.10', self.conflict)
        self.assertIsNotNone(self.check([middle, new]))
        tool.register(new, 'CLIDR_EL1')['value'] = '0xa200021'
        self.assertEqual(pool.values(self.check([middle, new]))['CLIDR_EL1'],
                         0x2000021)

    def test_lines_that_are_too_short(self):
        """None is shorter than the host's own, whatever CTR_EL0 says."""
        members = hosts(N1, '6.1', '7.0', '7.3')
        tool.register(members[2], 'CTR_EL0')['value'] = '0x9445c004'
        for n in range(14):
            tool.register(members[2], f'CCSIDR[{n}]')['value'] = '0x3'
        self.assertIsNone(self.check(members))
        self.assertIn(self.file(members[2]), self.conflict)
        newer = self.check(members[1:])
        self.assertIsNone(self.baseline([newer, members[0]]))
        self.assertIn('CCSIDR[0]', self.conflict)

    def test_a_pmu_that_only_one_tells(self):
        members = hosts(N1, '6.18', '7.3')
        self.assertIsNotNone(self.check(members))
        tool.register(members[1], 'PMMIR_EL1')['value'] = '0x5'
        self.assertIsNone(self.check(members))

    def test_hypercalls(self):
        members = hosts(N1, '6.18', '7.3')
        for name, bits, common in (
                ('VENDOR_HYP_BMAP', ('0x1', '0x3'), 1),
                ('VENDOR_HYP_BMAP', ('0x1', '0x2'), 0),
                ('STD_BMAP', ('0x0', '0x1'), 0),
                ('VENDOR_HYP_BMAP_2', ('0x3', '0x2'), 2)):
            for host, value in zip(members, bits):
                tool.register(host, name)['value'] = value
            with self.subTest(name=name, bits=bits):
                self.assertEqual(pool.values(self.check(members))[name],
                                 common)

    def test_signed_fields(self):
        """No floating point (0xf) is less than floating point (0, 1)."""
        for register, low, one, two, common in (
                ('ID_AA64PFR0_EL1', 16, 0xf, 0, 0xf),
                ('ID_AA64PFR0_EL1', 20, 1, 0xf, 0xf),
                ('ID_AA64MMFR0_EL1', 24, 0, 0xf, 0xf),
                ('ID_AA64MMFR0_EL1', 28, 0xf, 1, 0xf),
                ('ID_AA64DFR0_EL1', 36, 0, 0xf, 0xf),
                # Not so: might be answered by an SError; TGran4 by its rule
                ('ID_AA64MMFR1_EL1', 24, 0, 1, 1),
                ('ID_AA64MMFR0_EL1', 40, 0, 3, 1),
                ('ID_AA64ISAR1_EL1', 8, 3, 5, 0),
                ('ID_AA64ISAR1_EL1', 8, 3, 3, 3),
                ('ID_AA64ISAR2_EL1', 20, 0, 1, 0),
                ('CTR_EL0', 24, 4, 5, 5),
                ('CTR_EL0', 24, 4, 0, 0),
                ('CTR_EL0', 16, 4, 5, 4)):
            members = hosts(N1, '7.0', '7.1')
            for host, value in zip(members, (one, two)):
                reg = tool.register(host, register)
                reg['value'] = hex(int(reg['value'], 16) &
                                   ~(0xf << low) | value << low)
                reg['writable'] = hex(int(reg['writable'], 16) | 0xf << low)
                # Longer than any line there
                for n in range(14):
                    tool.register(host, f'CCSIDR[{n}]')['value'] = '0x7'
            with self.subTest(register=register, low=low, values=(one, two)):
                have = pool.values(self.check(members))
                self.assertEqual(have[register] >> low & 0xf, common)

    # One host

    def test_of_one_host(self):
        for name in (N1.format('6.1'), MAX.format('6.12'), N1.format('7.3')):
            host = tool.host(name)
            with self.subTest(name=name):
                found = self.check([host])
                own = pool.values(host)
                for register, value in pool.values(found).items():
                    self.assertEqual(value, own[register], register)
                self.assertTrue(self.fits(found, host))

    def test_the_same_file_twice(self):
        host = self.file(tool.host(N1.format('6.1')))
        once, twice, told = (self.tool('baseline', *argv).stdout for argv in (
            [host], [host, host], ['--explain', host, host]))
        self.assertEqual(once, twice)
        self.assertTrue(told.startswith('1 host, '), told)
        self.assertEqual(' '.join(told.split()).count(host), 1, told)

    def test_no_guest_state(self):
        names = pool.values(self.check(hosts(N1, '6.12', '7.3'))).keys()
        for name in ('SCTLR_EL1', 'PMCR_EL0', 'MPIDR_EL1', 'TCR2_EL1',
                     'CNTV_CTL_EL0', 'OSLSR_EL1'):
            self.assertNotIn(name, names)


if __name__ == '__main__':
    unittest.main()
