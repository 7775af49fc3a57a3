# SPDX-License-Identifier: GPL-2.0-or-later
"""show, --help and --version."""

import re
import unittest

import tool

MANUAL = tool.ROOT / 'contrib' / 'kvm-arm-regs' / 'kvm-arm-regs.1'


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
        self.assertIn('capabilities  none listed\n', text)
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
        self.assertIn('capabilities  none in common\n', text)
        # As QEMU's x-target-impl-cpus has each
        self.assertIn('target CPUs   0x414fd0b1:0x0:0x0, '
                      '0x414fd0c1:0x2:0x0\n', text)
        self.assertNotIn('none listed', text)
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

    def test_core_registers(self):
        """They are shown, and no comparison looks at them."""
        dump = tool.recorded('6.18-max-vregs.txt')
        plain = self.write(dump, 'plain.json')
        dump['registers'][:0] = [{'index': '0x6030000000100000'},
                                 {'index': '0x6030000000100002'}]
        dump['registers'].append({'index': '0x6080000000150000'})
        text = self.show(dump)
        for line in ('X0 +0x6030000000100000  -\n',
                     'X1 +0x6030000000100002  -\n',
                     '[^ ]+ +0x6080000000150000  -\n$'):
            self.assertRegex(text, line)
        whole = self.write(dump, 'whole.json')
        for argv in ((plain, whole), (plain, whole, plain)):
            done = tool.run('compare', *argv)
            self.assertEqual((done.returncode, done.stderr), (0, ''))
            self.assertNotIn('X0', done.stdout)

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

    def test_the_verbs_are_told_alike(self):
        """In --help, where one is unknown, and in the man page."""
        usage = re.findall('^  ([a-z]+)  +[a-z]', tool.run('--help').stdout,
                           re.MULTILINE)
        self.assertEqual(len(usage), 5)
        self.assertIn(f'use {", ".join(usage[:-1])} or {usage[-1]}, ',
                      tool.run('frob').stderr)
        manual = MANUAL.read_text(encoding='utf-8')
        self.assertEqual(re.findall(r'^\.Nm\n\.Cm ([a-z]+)$', manual,
                                    re.MULTILINE), usage)
        for verb in usage:
            done = tool.run(verb, '--help')
            self.assertEqual((done.returncode, done.stderr), (0, ''))
            self.assertIn(f'kvm-arm-regs {verb} ', done.stdout)


if __name__ == '__main__':
    unittest.main()
