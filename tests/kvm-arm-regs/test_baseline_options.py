# SPDX-License-Identifier: GPL-2.0-or-later
"""baseline --explain, --json and --qemu."""

import json
import shlex
import unittest
from xml.etree import ElementTree

import pool
import tool

N1 = '{}-neoverse-n1-vregs+pmu.txt'
MAX = '{}-max-vregs+pmu+sve+pauth.txt'

QEMU = '{http://libvirt.org/schemas/domain/qemu/1.0}'


class Options(pool.Case):

    def say(self, hosts, *options, status=0):
        done = self.tool('baseline', *options, *map(self.file, hosts))
        self.assertEqual((done.returncode, done.stderr), (status, ''))
        return done.stdout

    # --explain, --json

    def test_what_each_host_loses(self):
        hosts = [tool.host(N1.format(name)) for name in ('6.1', '6.18')]
        text = self.say(hosts, '--explain')
        for words in ('ID_AA64DFR0_EL1.DebugVer', '8 -> 6', 'PSCI_VERSION',
                      '1.3 -> 1.1', 'CLIDR_EL1', *map(self.file, hosts)):
            self.assertIn(words, text)
        for line in text.splitlines():
            self.assertLessEqual(len(line), 80, line)
        self.assertNotIn('\x1b', text)

    def test_nobody_loses(self):
        hosts = [tool.host(N1.format('7.1')), tool.host(N1.format('7.2'))]
        text = self.say(hosts, '--explain')
        self.assertNotIn('->', text)

    def test_conflicts(self):
        hosts = [tool.host(N1.format(name)) for name in ('5.10', '6.1')]
        for option in ('--explain', '--json'):
            text = self.say(hosts, option, status=1)
            for words in ('ID_AA64DFR0_EL1.DebugVer', '6.7',
                          *map(self.file, hosts)):
                self.assertIn(words, text)

    def test_json_is_the_same(self):
        for names in (('6.1', '6.18'), ('7.1', '7.2'), ('5.10', '6.1')):
            hosts = [tool.host(N1.format(name)) for name in names]
            status = int(names == ('5.10', '6.1'))
            found = json.loads(self.say(hosts, '--json', status=status))
            text = self.say(hosts, '--explain', status=status)
            self.assertEqual(bool(found['conflicts']), bool(status))
            lost = [loss for kind in found['kinds'] for loss in kind['loses']]
            self.assertEqual(bool(lost), names != ('7.1', '7.2'))
            for one in lost:
                self.assertIn(f'{one["name"]}: {one["has"]} -> {one["gets"]}',
                              text)
                self.assertTrue(one['for'])
            for kind in found['kinds']:
                for host in kind['hosts']:
                    self.assertIn(host, text)
            words = ' '.join(text.split())
            for one in found['conflicts']:
                self.assertIn(one['text'], words)

    # --qemu

    def options_of(self, hosts, *options):
        """{option: [arguments]} and the arguments in the XML fragment."""
        text = self.say(hosts, '--qemu', *options)
        line, xml = text.split('<domain', 1)
        words = shlex.split(line, comments=True)
        if words[0] == 'qemu-system-aarch64':
            words = words[1:]
        found = {}
        for option, value in zip(words[::2], words[1::2], strict=True):
            self.assertRegex(option, '^-[a-z]')
            found.setdefault(option, []).append(value)
        return found, self.fragment('<domain' + xml)

    def fragment(self, xml):
        """What the fragment of a libvirt domain gives to QEMU."""
        root = ElementTree.fromstring(xml)
        self.assertEqual(root.tag, 'domain')
        args = [arg.get('value') for line in root.iter(f'{QEMU}commandline')
                for arg in line.iter(f'{QEMU}arg')]
        self.assertTrue(args)
        return list(zip(args[::2], args[1::2], strict=True))

    def test_qemu(self):
        hosts = [tool.host(N1.format(name)) for name in ('6.1', '6.18')]
        options, fragment = self.options_of(hosts)
        self.assertEqual(options['-object'],
                         ['arm-kvm-baseline,id=pool,file=pool.json'])
        cpu, = options['-cpu']
        self.assertTrue(cpu.startswith('host,'), cpu)
        self.assertIn('kvm-baseline=pool', cpu.split(','))
        self.assertIn('pmu=on', cpu.split(','))
        self.assertTrue({'sve=on', 'pauth=on'}.isdisjoint(cpu.split(',')))
        self.assertIn(('-global', 'host-arm-cpu.kvm-baseline=pool'),
                      fragment)
        self.assertIn('-object', dict(fragment))
        self.assertRegex(dict(fragment)['-object'],
                         '^arm-kvm-baseline,id=pool,file=.*pool.json$')

    def test_qemu_without_a_pmu(self):
        options, _ = self.options_of(
            [tool.host('6.18-neoverse-n1-vregs.txt')])
        self.assertIn('pmu=off', options['-cpu'][0].split(','))

    def test_qemu_with_vectors(self):
        hosts = [tool.host(MAX.format(name), **{'sve-vector-lengths': lengths})
                 for name, lengths in (('7.0', [128, 256, 512]),
                                       ('7.1', [128, 256, 384]))]
        cpu = self.options_of(hosts)[0]['-cpu'][0].split(',')
        self.assertIn('sve256=on', cpu)
        self.assertIn('pauth=on', cpu)
        self.assertTrue({'sve384=on', 'sve512=on'}.isdisjoint(cpu))

    def test_qemu_of_a_baseline(self):
        found = self.baseline([tool.host(N1.format('6.1'))])
        self.file(found, 'my pool, 2.json')
        options, fragment = self.options_of([found])
        # QEMU's option parser takes two commas for one.
        self.assertEqual(options['-object'], [
            'arm-kvm-baseline,id=pool,file=my pool,, 2.json'])
        self.assertIn('my pool,, 2.json', dict(fragment)['-object'])

    def test_qemu_of_a_name_that_xml_knows(self):
        found = self.baseline([tool.host(N1.format('6.1'))])
        self.file(found, 'a<b>&"c\'.json')
        options, fragment = self.options_of([found])
        for value in (options['-object'][0], dict(fragment)['-object']):
            self.assertIn('a<b>&"c\'.json', value)

    def test_qemu_without_a_baseline(self):
        hosts = [tool.host(N1.format(name)) for name in ('5.10', '6.1')]
        done = self.tool('baseline', '--qemu', *map(self.file, hosts))
        self.assertEqual((done.returncode, done.stdout), (1, ''))
        self.assertIn('ID_AA64DFR0_EL1.DebugVer', done.stderr)

    def test_one_of_them(self):
        host = self.file(tool.host(N1.format('6.1')))
        self.fails(self.tool('baseline', '--json', '--qemu', host), '--json',
                   '--qemu')


if __name__ == '__main__':
    unittest.main()
