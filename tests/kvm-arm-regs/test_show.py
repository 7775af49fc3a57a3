# SPDX-License-Identifier: GPL-2.0-or-later
"""show, --help and --version."""

import unittest

import tool


class Show(tool.Case):

    def show(self, dump):
        done = tool.run('show', self.write(dump))
        self.assertEqual((done.returncode, done.stderr), (0, ''))
        return done.stdout

    def test_head(self):
        text = self.show(tool.recorded(
            '6.18-max-vregs+pmu+sve+pauth.txt', host='build-07',
            capabilities=['arm-mte', 'arm-el2']))
        for line in (
                'host          build-07',
                'kernel        6.18.15+deb13-cloud-arm64',
                'target        5',
                'features      psci-0.2, pmu-v3, sve, ptrauth-address, '
                'ptrauth-generic',
                'capabilities  arm-mte, arm-el2'):
            self.assertIn(line + '\n', text)
        self.assertIn('SVE           128, 256, 384,', text)
        self.assertIn('1920, 2048 bits\n', text)

    def test_head_without(self):
        text = self.show(tool.recorded('6.18-neoverse-n1-vregs.txt'))
        self.assertIn('SVE           none\n', text)
        self.assertIn('capabilities  none told\n', text)
        self.assertNotIn('host ', text)

    def test_a_baseline(self):
        text = self.show(tool.recorded(
            '6.18-neoverse-n1-vregs.txt', capabilities=[],
            members=['a.json (a, Linux 6.18)', 'b.json (b, Linux 7.3)'],
            **{'target-impl-cpus': [
                {'midr': '0x414fd0b1', 'revidr': '0x0', 'aidr': '0x0'},
                {'midr': '0x414fd0c1', 'revidr': '0x2', 'aidr': '0x0'}]}))
        self.assertIn('members       a.json (a, Linux 6.18)\n'
                      '              b.json (b, Linux 7.3)\n', text)
        self.assertIn('capabilities  none that all have\n', text)
        # As QEMU's x-target-impl-cpus has each
        self.assertIn('target CPUs   0x414fd0b1:0x0:0x0, '
                      '0x414fd0c1:0x2:0x0\n', text)
        self.assertNotIn('none told', text)
        text = self.show(tool.recorded('6.18-neoverse-n1-vregs.txt'))
        for word in ('members', 'target CPUs'):
            self.assertNotIn(word, text)

    def test_registers(self):
        dump = tool.recorded('6.18-max-vregs.txt')
        text = self.show(dump)
        names = [line.split()[0] for line in text.splitlines()
                 if ' 0x60' in line]
        self.assertEqual(names, [reg['name'] for reg in dump['registers']])
        mmfr3 = tool.register(dump, 'ID_AA64MMFR3_EL1')
        self.assertEqual(mmfr3['value'], '0x111')
        mask = int(mmfr3['writable'], 16)
        self.assertRegex(
            text, r'ID_AA64MMFR3_EL1 +0x603000000013c03b +0x111 +'
            f'0x{mask:016x}\n +TCRX=1 SCTLRX=1 S1PIE=1\n')
        self.assertIn('    PSCI 1.3\n', text)
        # A counter has no value, nor a meaning.
        self.assertRegex(text, r'\nTIMER_CNT +0x603000000013df1a  -\n')

    def test_wide_register(self):
        dump = tool.recorded('6.18-max-vregs.txt')
        dump['registers'].append({'index': '0x604000000013c4c9'})
        self.assertRegex(self.show(dump), r'S3_0_C9_C9_1 .*  -\n$')

    def test_help(self):
        for argv, words in (
                (['--help'], 'compare host-*.json'),
                (['dump', '--help'], 'kvm-arm-regs dump --cpu-feature'),
                (['show', '--help'], 'kvm-arm-regs show -'),
                (['compare', '--help'], 'kvm-arm-regs compare --one-way'),
                (['baseline', '--help'], 'kvm-arm-regs baseline --explain'),
                (['fits', '--help'], 'kvm-arm-regs fits new.json'),
                (['--version'], 'kvm-arm-regs ')):
            with self.subTest(argv=argv):
                done = tool.run(*argv)
                self.assertEqual((done.returncode, done.stderr), (0, ''))
                self.assertIn(words, done.stdout)
                for line in done.stdout.splitlines():
                    self.assertLessEqual(len(line), 80, line)


if __name__ == '__main__':
    unittest.main()
