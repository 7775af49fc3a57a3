# SPDX-License-Identifier: GPL-2.0-or-later
"""compare of two dumps: verdicts, exit status, colours, JSON.

What becomes of a register is expected from the documentation of Linux and
from what real kernels did (docs/devel/migration/arm-kvm-registers.rst).
"""

import copy
import itertools
import json
import os
import pty
import re
import unittest

import tool

N1 = '{}-neoverse-n1-vregs.txt'
MAX = '{}-max-vregs+pmu+sve+pauth.txt'


def as_qmp(dump):
    """What QEMU tells of the same vCPU: no masks, only fixed registers."""
    fixed = ('ID_', 'MVFR', 'MIDR', 'REVIDR', 'AIDR', 'CLIDR', 'CTR_EL0',
             'CCSIDR', 'PMMIR', 'PSCI', 'SMCCC', 'STD_', 'VENDOR_')
    for reg in dump['registers']:
        reg.pop('writable', None)
        if not reg['name'].startswith(fixed):
            reg.pop('value', None)
    return dump


def with_value(dump, name, **members):
    """The dump with another value (or mask) of a register."""
    tool.register(dump, name).update(members)
    return dump


def without(dump, name, member):
    """The dump without the value (or mask) of a register."""
    tool.register(dump, name).pop(member, None)
    return dump


class Compare(tool.Case):

    def decide(self, source, destination):
        """(verdict, {outcome: names}, {name: text}) of one direction."""
        done = tool.run('compare', '--one-way', '--json',
                        self.write(source, 'from.json'),
                        self.write(destination, 'to.json'))
        self.assertEqual(done.stderr, '')
        found = json.loads(done.stdout)
        direction, = found['directions']
        self.assertEqual(direction['verdict'], found['verdict'])
        self.assertEqual(done.returncode, found['verdict'] != 'compatible')
        outcomes, texts = {}, {}
        for finding in direction['findings']:
            name = finding.get('name')
            outcomes.setdefault(finding['outcome'], []).append(name)
            texts.setdefault(name, finding['text'])
        return found['verdict'], outcomes, texts

    def refused(self, source, destination):
        """The refused registers of one direction, and their texts."""
        verdict, outcomes, texts = self.decide(source, destination)
        self.assertEqual(verdict, 'refused')
        return sorted(outcomes['refused'], key=str), texts

    # The measured kernels

    def test_forward_and_back(self):
        verdict, outcomes, _ = self.decide(tool.recorded(N1.format('6.12')),
                                           tool.recorded(N1.format('6.18')))
        self.assertEqual(verdict, 'compatible')
        self.assertEqual(sorted(outcomes.pop('dropped')),
                         ['PIRE0_EL1', 'PIR_EL1', 'TCR2_EL1'])
        self.assertEqual(outcomes, {'taken': ['PSCI_VERSION'],
                                    'kept': ['VENDOR_HYP_BMAP_2']})
        names, texts = self.refused(tool.recorded(N1.format('6.18')),
                                    tool.recorded(N1.format('6.12')))
        self.assertEqual(names, ['PSCI_VERSION'])
        self.assertEqual(
            texts['PSCI_VERSION'],
            'PSCI_VERSION (0x6030000000140000) = 0x10003, destination '
            '0x10001: KVM refuses the value (PSCI: source 1.3, destination '
            '1.1; start the guest with -cpu host,kvm-psci-version=1.1)')

    def test_back_with_an_older_psci(self):
        source = with_value(tool.recorded(N1.format('6.18')), 'PSCI_VERSION',
                            value='0x10001')
        verdict, _, _ = self.decide(source, tool.recorded(N1.format('6.12')))
        self.assertEqual(verdict, 'compatible')

    def test_unknown_register_that_the_guest_can_use(self):
        names, texts = self.refused(tool.recorded(MAX.format('6.12')),
                                    tool.recorded(MAX.format('6.1')))
        self.assertLessEqual({'TCR2_EL1', 'PIR_EL1', 'PIRE0_EL1'}, set(names))
        self.assertEqual(
            texts['TCR2_EL1'], 'TCR2_EL1 (0x603000000013c103): the '
            'destination has no such register, and the guest can use it '
            '(ID_AA64MMFR3_EL1.TCRX is 1)')

    def test_first_run(self):
        names, texts = self.refused(tool.recorded(MAX.format('6.18')),
                                    tool.recorded(MAX.format('7.3')))
        self.assertEqual(names, ['ID_AA64MMFR3_EL1'])
        self.assertIn('KVM changes it when the guest runs '
                      '(ID_AA64MMFR3_EL1.S1PIE: source 1, destination 0)',
                      texts['ID_AA64MMFR3_EL1'])

    def test_first_run_at_the_source(self):
        """A guest comes with what its own kernel left of its identity."""
        source = tool.recorded(MAX.format('7.3'))
        isar2 = int(tool.register(source, 'ID_AA64ISAR2_EL1')['value'], 16)
        without_ats1a = hex(isar2 & ~(0xf << 60))
        with_value(source, 'ID_AA64ISAR2_EL1', value=without_ats1a)
        verdict, outcomes, _ = self.decide(source, tool.recorded(
            MAX.format('7.3')))
        self.assertEqual(verdict, 'compatible')
        self.assertEqual(sorted(outcomes['taken']),
                         ['ID_AA64ISAR2_EL1', 'ID_AA64MMFR3_EL1'])
        self.assertEqual(sorted(outcomes['dropped']),
                         ['PIRE0_EL1', 'PIR_EL1'])

    # The hosts' CPUs

    def test_invariant_registers(self):
        """Which differences a kernel takes, of registers of the CPU."""
        for series, taken, refused in (
                # All of them are the host's.
                ('6.1', (), ('MIDR_EL1', 'REVIDR_EL1', 'AIDR_EL1', 'CTR_EL0',
                             'CLIDR_EL1', 'CCSIDR[0]')),
                # Caches are made up since 6.3, CTR_EL0 is writable since 6.7,
                # what names the CPU only with a capability.
                ('6.18', ('CLIDR_EL1', 'CCSIDR[0]', 'CTR_EL0'),
                 ('MIDR_EL1', 'REVIDR_EL1', 'AIDR_EL1'))):
            for name in taken + refused:
                source = tool.recorded(N1.format(series))
                reg = tool.register(source, name)
                value = int(reg['value'], 16)
                # A DIC that the host does not have could not be promised.
                reg['value'] = hex(value & ~(1 << 28) if name == 'CTR_EL0'
                                   else value ^ 0x10)
                with self.subTest(series=series, name=name):
                    verdict, outcomes, _ = self.decide(
                        source, tool.recorded(N1.format(series)))
                    self.assertEqual(verdict, 'compatible' if name in taken
                                     else 'refused')
                    self.assertEqual(outcomes, {
                        'taken' if name in taken else 'refused': [name]})

    def test_fields_that_no_guest_could_use(self):
        """KVM takes what older kernels showed: set_id_aa64pfr0_el1(),
        set_id_aa64pfr1_el1(), set_id_aa64mmfr2_el1() of sys_regs.c."""
        for name, value, destination, taken in (
                ('ID_AA64PFR0_EL1', 1 << 40, '6.12', True),      # MPAM
                ('ID_AA64PFR0_EL1', 1 << 40, '6.18', True),
                ('ID_AA64PFR1_EL1', 1 << 16, '6.18', True),      # MPAM_frac
                ('ID_AA64PFR0_EL1', 1 << 40, '6.1', False),
                ('ID_AA64MMFR2_EL1', 2 << 24, '6.16', True),     # NV
                ('ID_AA64MMFR2_EL1', 2 << 24, '6.12', False)):
            here = tool.recorded(N1.format(destination))
            source = tool.recorded(N1.format(destination))
            reg = tool.register(source, name)
            reg['value'] = hex(int(reg['value'], 16) | value)
            with self.subTest(name=name, destination=destination):
                self.assertEqual(
                    self.decide(source, here)[:2],
                    ('compatible', {'taken': [name]}) if taken else
                    ('refused', {'refused': [name]}))
                # The other way round a guest would get what it had not.
                self.assertEqual(self.refused(here, source)[0], [name])

    def test_host_without_aarch32(self):
        """It ignores AArch32 ID registers: aa32_id_visibility(), 6.1."""
        names = ('ID_PFR1_EL1', 'ID_DFR0_EL1', 'MVFR0_EL1')
        for series, ignored in (('5.10', False), ('6.1', True),
                                ('6.12', True), ('6.18', True)):
            host = tool.recorded(N1.format(series))
            for reg in host['registers']:
                if re.match('ID_(PFR|DFR|MMFR|ISAR)|MVFR', reg['name']):
                    reg['value'] = '0x0'
            pfr0 = tool.register(host, 'ID_AA64PFR0_EL1')
            pfr0['value'] = hex(int(pfr0['value'], 16) & ~0xf | 1)
            guest = copy.deepcopy(host)
            for name in names:
                with_value(guest, name, value='0x10000000')
            with self.subTest(series=series):
                self.assertEqual(
                    self.decide(guest, host)[:2],
                    ('compatible', {'taken': list(names)}) if ignored else
                    ('refused', {'refused': list(names)}))
                # It is the host's AArch32 that counts, not the guest's.
                pfr0['value'] = hex(int(pfr0['value'], 16) & ~0xf | 2)
                self.assertIn('ID_PFR1_EL1', self.refused(guest, host)[0])

    def test_another_cpu(self):
        names, texts = self.refused(
            tool.recorded(N1.format('6.18')),
            tool.recorded('6.18-cortex-a76-vregs.txt'))
        self.assertIn('MIDR_EL1', names)
        self.assertIn('the hosts have CPUs of different models',
                      texts['MIDR_EL1'])

    # What KVM_ARM_VCPU_INIT was given

    def test_features(self):
        same = tool.recorded(N1.format('6.18'))
        for change, words in (
                ({'features': ['psci-0.2', 'pmu-v3']}, 'pmu=off'),
                ({'features': ['psci-0.2', 'bit-12']}, 'bit-12'),
                ({'features': []}, 'psci-0.2'),
                ({'target': 1}, 'target is 1')):
            source = tool.recorded(N1.format('6.18'), **change)
            with self.subTest(change=change):
                names, texts = self.refused(source, same)
                self.assertEqual(names, [None])
                self.assertIn(words, texts[None])

    def test_vector_lengths(self):
        source = tool.recorded(MAX.format('6.18'),
                               **{'sve-vector-lengths': [128, 256]})
        names, texts = self.refused(source, tool.recorded(MAX.format('6.18')))
        self.assertEqual(names, [None])
        self.assertIn('SVE vector lengths: source 128, 256 bits',
                      texts[None])
        self.assertIn(',sve2048=off', texts[None])

    def test_power_off_is_no_difference(self):
        source = tool.recorded(N1.format('6.18'),
                               features=['power-off', 'psci-0.2'])
        self.assertEqual(self.decide(source, tool.recorded(
            N1.format('6.18')))[0], 'compatible')

    def test_wide_register(self):
        source = tool.recorded(N1.format('6.18'))
        source['registers'].append({'index': '0x604000000013c4c9'})
        names, texts = self.refused(source, tool.recorded(N1.format('6.18')))
        self.assertEqual(names, ['S3_0_C9_C9_1'])
        self.assertEqual(
            texts[names[0]], 'the destination has no S3_0_C9_C9_1 '
            '(0x604000000013c4c9) of 16 bytes')
        self.assertEqual(self.decide(source, source)[0], 'compatible')

    # What a manifest from QMP leaves open

    def test_manifest_as_source(self):
        for names in (('6.12', '6.18'), ('6.18', '6.12'), ('6.1', '7.3')):
            dumps = [tool.recorded(MAX.format(name)) for name in names]
            with self.subTest(names=names):
                verdict, outcomes, texts = self.decide(*dumps)
                self.assertEqual(
                    self.decide(as_qmp(dumps[0]), dumps[1]),
                    (verdict, outcomes, texts))

    def test_manifest_as_destination(self):
        # Up to 6.6 what differs is refused, masks or not.
        names, _ = self.refused(tool.recorded(N1.format('6.12')),
                                as_qmp(tool.recorded(N1.format('6.1'))))
        self.assertIn('CLIDR_EL1', names)
        # Nothing differs that a mask would decide.
        verdict, _, _ = self.decide(
            tool.recorded(N1.format('6.12')),
            as_qmp(tool.recorded(N1.format('6.18'))))
        self.assertEqual(verdict, 'compatible')
        source = with_value(tool.recorded(N1.format('6.12')),
                            'ID_AA64ISAR0_EL1', value='0x0')
        verdict, outcomes, texts = self.decide(
            source, as_qmp(tool.recorded(N1.format('6.18'))))
        self.assertEqual(verdict, 'unknown')
        self.assertEqual(outcomes['unknown'], ['ID_AA64ISAR0_EL1'])
        self.assertIn('make a dump of that host', texts['ID_AA64ISAR0_EL1'])
        # With the mask it is decided.
        self.assertEqual(self.decide(source, tool.recorded(
            N1.format('6.18')))[0], 'compatible')

    def test_nothing_is_guessed(self):
        """What a file lacks is unknown, never compatible."""
        old, new = N1.format('6.12'), N1.format('6.18')
        lower = with_value(tool.recorded(old), 'CCSIDR[0]', value='0x12')
        for case, source, destination, name in (
                ('no value at the source',
                 without(tool.recorded(old), 'CLIDR_EL1', 'value'),
                 tool.recorded(new), 'CLIDR_EL1'),
                ('no value here', tool.recorded(old),
                 without(tool.recorded(new), 'CLIDR_EL1', 'value'),
                 'CLIDR_EL1'),
                ('no number of the kernel', tool.recorded(old),
                 tool.recorded(new, kernel='mine'), 'PSCI_VERSION'),
                ('no CTR_EL0', lower,
                 without(tool.recorded(new), 'CTR_EL0', 'value'),
                 'CCSIDR[0]')):
            with self.subTest(case):
                verdict, outcomes, _ = self.decide(source, destination)
                self.assertEqual(verdict, 'unknown')
                self.assertIn(name, outcomes['unknown'])

    def test_more_than_the_mask_allows(self):
        for value, mask, verdict in (
                ('0x221100110212120', '0x0', 'refused'),
                ('0x100010211110', '0xfffffffffffffff0', 'compatible'),
                ('0x200010211120', '0xfffffffffffffff0', 'refused')):
            source = with_value(tool.recorded(N1.format('6.18')),
                                'ID_AA64ISAR0_EL1', value=value)
            here = with_value(tool.recorded(N1.format('6.18')),
                              'ID_AA64ISAR0_EL1', writable=mask)
            with self.subTest(value=value, mask=mask):
                self.assertEqual(self.decide(source, here)[0], verdict)

    # The program

    def test_exit_status(self):
        old = self.write(tool.recorded(N1.format('6.12')), 'old.json')
        new = self.write(tool.recorded(N1.format('6.18')), 'new.json')
        for argv, status in (((old, new), 1), (('--one-way', old, new), 0),
                             (('--one-way', new, old), 1), ((old, old), 0)):
            with self.subTest(argv=argv):
                self.assertEqual(tool.run('compare', *argv).returncode,
                                 status)
                self.assertEqual(tool.run('compare', '--json',
                                          *argv).returncode, status)

    def test_json(self):
        old = self.write(tool.recorded(N1.format('6.12')), 'old.json')
        new = self.write(tool.recorded(N1.format('6.18')), 'new.json')
        found = json.loads(tool.run('compare', '--json', old, new).stdout)
        self.assertEqual(found['verdict'], 'refused')
        self.assertEqual([(way['from'], way['to'], way['verdict'])
                          for way in found['directions']],
                         [(str(old), str(new), 'compatible'),
                          (str(new), str(old), 'refused')])
        for way in found['directions']:
            for finding in way['findings']:
                self.assertEqual(set(finding),
                                 {'outcome', 'name', 'index', 'text'})
                self.assertRegex(finding['index'], '^0x60[0-9a-f]{14}$')

    def test_standard_input(self):
        old = self.write(tool.recorded(N1.format('6.12'), host='a'))
        with open(old, encoding='utf-8') as file:
            done = tool.run('compare', '-', old, stdin=file)
        self.assertEqual((done.returncode, done.stderr), (0, ''))
        self.assertIn('- (a, Linux 6.12.', done.stdout)

    def on_terminal(self, argv, **env):
        """What the tool prints to a terminal."""
        ours, theirs = pty.openpty()
        try:
            tool.subprocess.run(
                [tool.TOOL, *argv], stdout=theirs, check=False, timeout=60,
                env={**os.environ, 'LC_ALL': 'C.UTF-8', **env})
            os.close(theirs)
            text = b''
            while True:
                try:
                    text += os.read(ours, 65536)
                except OSError:         # the other end was closed
                    return text.decode()
        finally:
            os.close(ours)

    def test_colours(self):
        files = [self.write(tool.recorded(N1.format(name)), name)
                 for name in ('6.12', '6.18', '6.1')]
        for argv in (['compare', *files[:2]], ['compare', *files],
                     ['show', files[0]]):
            with self.subTest(argv=argv[0], files=len(argv) - 1):
                plain = tool.run(*argv).stdout
                self.assertNotIn('\x1b', plain)
                coloured = self.on_terminal(argv, TERM='xterm', NO_COLOR='')
                self.assertIn('\x1b[', coloured)
                self.assertNotIn('\x1b', self.on_terminal(
                    argv, TERM='xterm', NO_COLOR='1'))
                self.assertNotIn('\x1b', self.on_terminal(
                    argv, TERM='dumb', NO_COLOR=''))
                # Nothing else is different.
                stripped = re.sub('\x1b\\[[0-9;]*m', '',
                                                coloured)
                self.assertEqual(stripped.replace('\r', ''), plain)

    def test_colours_take_no_room(self):
        """At the end of a line either: it ends where it would without."""
        for length in range(1, 40, 2):
            argv = ['compare', *(self.write(tool.recorded(
                N1.format(name), kernel=name, host='h' * length), name)
                for name in ('6.12', '6.18'))]
            coloured = self.on_terminal(argv, TERM='xterm', NO_COLOR='')
            self.assertEqual(
                re.sub('\x1b\\[[0-9;]*m|\r', '', coloured),
                tool.run(*argv).stdout)

    def test_lines_fit(self):
        files = [self.write(tool.recorded(MAX.format(name)), name)
                 for name in ('6.18', '5.10')]
        files.append(self.write(tool.recorded(
            MAX.format('6.18'), host='a-host-with-a-name-of-many-words'),
            'a-folder-of-files-with-longer-names.json'))
        for pair in itertools.permutations(files, 2):
            done = tool.run('compare', *(file.name for file in pair),
                            cwd=self.folder)
            for line in done.stdout.splitlines():
                self.assertLessEqual(len(line), 80, line)


if __name__ == '__main__':
    unittest.main()
