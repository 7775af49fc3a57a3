# SPDX-License-Identifier: GPL-2.0-or-later
"""fits: what stands between a host and a baseline."""

import unittest

import pool
import tool
from safe_values import is_id

N1 = '{}-neoverse-n1-vregs+pmu.txt'
A76 = '{}-cortex-a76-vregs+pmu.txt'
MAX = '{}-max-vregs+pmu+sve+pauth.txt'


def changed(host, name, **members):
    """The host with another value or mask of a register."""
    tool.register(host, name).update(members)
    return host


def is_fixed(reg):
    """Does QEMU tell the value of this register?"""
    return is_id(reg) or reg['name'].startswith(
        ('MIDR', 'REVIDR', 'AIDR', 'CLIDR', 'CCSIDR', 'CTR_EL0', 'PMMIR',
         'PSCI', 'SMCCC', 'STD_', 'VENDOR_'))


class Fits(pool.Case):

    def does_not_fit(self, found, *hosts):
        done = self.tool('fits', *map(self.file, hosts), self.file(found))
        self.assertEqual(done.returncode, 1, done.stderr)
        return done.stdout + done.stderr

    def test_what_is_in_the_way(self):
        n1 = tool.host(N1.format('6.18'))
        for case, found, host, words in (
                # Below 6 there is no debug architecture.
                ('above the host', changed(
                    tool.host(N1.format('6.18')), 'ID_AA64DFR0_EL1',
                    value='0x10305409'), n1,
                 ('ID_AA64DFR0_EL1.DebugVer', 'wanted 9',
                  'possible 6 to 8')),
                ('fixed', tool.host(N1.format('5.10')),
                 tool.host(N1.format('6.1')),
                 ('ID_AA64DFR0_EL1.DebugVer', 'wanted 8', 'possible 6')),
                ('fixed, and higher', tool.host(N1.format('6.1')),
                 tool.host(N1.format('5.10')),
                 ('ID_AA64DFR0_EL1.DebugVer', 'wanted 6', 'possible 8',
                  '6.7')),
                ('not in the mask', changed(
                    tool.host(N1.format('7.0')), 'ID_AA64MMFR2_EL1',
                    value='0x1001'), changed(
                        tool.host(N1.format('7.0')), 'ID_AA64MMFR2_EL1',
                        writable='0xffffffffffffff0f'),
                 ('ID_AA64MMFR2_EL1.UAO', 'wanted 0', 'possible 1')),
                ('PSCI', n1, tool.host(N1.format('6.12')),
                 ('PSCI_VERSION', '1.3', '1.1')),
                ('caches', tool.host(N1.format('6.18')),
                 tool.host(N1.format('6.1')), ('CLIDR_EL1', '6.10')),
                ('another CPU', n1, tool.host(A76.format('6.18')),
                 ('MIDR_EL1', '0x414fd0c1', '0x414fd0b1')),
                ('a hypercall', changed(
                    tool.host(N1.format('6.18')), 'VENDOR_HYP_BMAP_2',
                    value='0x3'), tool.host(N1.format('6.12')),
                 ('VENDOR_HYP_BMAP_2',)),
                ('first run', changed(
                    tool.host(MAX.format('7.3')), 'ID_AA64ISAR2_EL1',
                    value='0x10000000110012'),
                 tool.host(MAX.format('7.3')), ('ID_AA64MMFR3_EL1',)),
                ('features', tool.host('6.18-neoverse-n1-vregs.txt'), n1,
                 ('pmu-v3: wanted off, here on', '--cpu-feature pmu=off')),
                ('a feature more', n1,
                 tool.host('6.18-neoverse-n1-vregs.txt'),
                 ('pmu-v3: wanted on, here off', '--cpu-feature pmu=on')),
                ('two features of one option',
                 tool.host('6.18-max-vregs+pauth.txt'),
                 tool.host('6.18-max-vregs.txt'),
                 ('ptrauth-address and ptrauth-generic: wanted on, here off',
                  '--cpu-feature pauth=on')),
                ('vector lengths', tool.host(MAX.format('6.18')), tool.host(
                    MAX.format('6.18'), **{'sve-vector-lengths': [128]}),
                 ('SVE', '2048')),
                ('a length in the middle', tool.host(
                    MAX.format('6.18'),
                    **{'sve-vector-lengths': [128, 512]}), tool.host(
                        MAX.format('6.18'),
                        **{'sve-vector-lengths': [128, 256, 512]}),
                 ('SVE', '512'))):
            with self.subTest(case):
                said = ' '.join(self.does_not_fit(found, host).split())
                for word in (*words, self.file(host)):
                    self.assertIn(word, said)
                self.assertLessEqual(said.count('--cpu-feature pauth'), 1)

    def test_what_fits(self):
        for case, found, host in (
                ('itself', tool.host(N1.format('6.1')),
                 tool.host(N1.format('6.1'))),
                ('an older PSCI and older caches',
                 tool.host(N1.format('6.1')), tool.host(N1.format('7.3'))),
                ('the first of its vector lengths', tool.host(
                    MAX.format('6.18'), **{'sve-vector-lengths': [128, 256]}),
                 tool.host(MAX.format('6.18'))),
                ('it lists a register more', tool.host(N1.format('6.18')),
                 tool.host(N1.format('7.3')))):
            with self.subTest(case):
                done = self.tool('fits', self.file(host), self.file(found))
                self.assertEqual((done.returncode, done.stderr), (0, ''),
                                 done.stdout)

    def test_the_capability(self):
        found = self.baseline([tool.host(N1.format('6.18')),
                               tool.host(A76.format('6.18'))],
                              '--target-impl-cpus')
        self.assertTrue(self.fits(found, tool.host(A76.format('7.3'))))
        said = self.does_not_fit(found, tool.host(
            N1.format('7.3'), capabilities=[]))
        for word in ('MIDR_EL1', '6.15', 'arm-writable-imp-id-regs'):
            self.assertIn(word, said)

    def test_each_host_is_told(self):
        found = self.baseline([tool.host(N1.format('6.12')),
                               tool.host(N1.format('6.18'))])
        good, bad, worse = (tool.host(N1.format('7.3')),
                            tool.host(N1.format('6.1')),
                            tool.host(A76.format('6.1')))
        said = self.does_not_fit(found, bad, good, worse)
        self.assertIn(self.file(bad), said)
        self.assertIn(self.file(worse), said)
        self.assertIn('MIDR_EL1', said)
        self.assertFalse(self.fits(found, good, bad))
        self.assertTrue(self.fits(found, good, tool.host(N1.format('6.17'))))

    def test_what_the_last_file_is(self):
        host, other = (self.file(tool.host(N1.format(name)))
                       for name in ('6.12', '6.18'))
        names = (host, other)
        for of in (1, 2):
            done = self.tool('baseline', *names[:of])
            self.write(done.stdout, 'pool.json')
            done = self.tool('fits', host, 'pool.json')
            self.assertEqual(
                done.stdout.splitlines()[0], 'baseline: pool.json, of '
                f'{of} host{"s" * (of > 1)}')
        done = self.tool('fits', host, other)
        self.assertIn(f'guest or host: {other} (neoverse-n1-vregs+pmu, Linux '
                      '6.18.15+deb13-cloud-arm64), no baseline of a pool',
                      ' '.join(done.stdout.split()))
        self.fails(self.tool('fits', 'pool.json', host),
                   f'fits: pool.json is a baseline, {host} is a host; give '
                   'the baseline last')
        self.fails(self.tool('fits', other, 'pool.json', host),
                   'give the baseline last')
        # One pool in another, and a host that was named twice
        done = self.tool('fits', 'pool.json', host, host, 'pool.json')
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertEqual(done.stdout.count(': fits'), 2, done.stdout)

    def test_a_running_guest(self):
        """What query-arm-migration-manifest says is a baseline."""
        guest = tool.host(N1.format('6.1'))
        del guest['host'], guest['capabilities']
        for reg in guest['registers']:
            if not is_fixed(reg):
                reg.pop('value', None)
        answer = {'return': guest, 'id': 'libvirt-7'}
        for found in (guest, answer):
            self.assertTrue(self.fits(found, tool.host(N1.format('7.3'))))
            self.assertFalse(self.fits(found, tool.host(N1.format('5.10'))))

    def test_standard_input(self):
        host = tool.host(N1.format('6.1'))
        with open(self.folder / self.file(host), encoding='utf-8') as file:
            done = tool.run('fits', '-', self.folder / self.file(host),
                            stdin=file)
        self.assertEqual((done.returncode, done.stderr), (0, ''))

    def test_lines_fit_a_terminal(self):
        said = self.does_not_fit(
            tool.host(MAX.format('6.12')), tool.host(MAX.format('5.10')))
        for line in said.splitlines():
            self.assertLessEqual(len(line), 80, line)


if __name__ == '__main__':
    unittest.main()
