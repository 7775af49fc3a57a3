# SPDX-License-Identifier: GPL-2.0-or-later
"""baseline --explain, --json and --qemu."""

import json
import subprocess
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
                      '1.3 -> 1.1', 'caches: as on', *map(self.file, hosts)):
            self.assertIn(words, text)
        for line in text.splitlines():
            self.assertLessEqual(len(line), 80, line)
        self.assertNotIn('\x1b', text)

    def test_explain_in_full(self):
        """By what the kernels' lists have; 6.12 has no PSCI 1.3 either."""
        hosts = [tool.host(N1.format(name), host=f'h{name}', kernel=name)
                 for name in ('6.1', '6.12', '6.18', '7.3')]
        files = [self.file(host, f'{host["host"]}.json') for host in hosts]
        told = self.say(hosts, '--explain').split('\n\n')
        self.assertTrue(told[0].startswith('4 hosts, Linux 6.1 and later\n'))
        self.assertEqual(told[1:], [
            'h6.1.json (h6.1, Linux 6.1) alone holds back the pool: caches,'
            '\nID_AA64DFR0_EL1.DebugVer',
            'h6.1.json (h6.1, Linux 6.1) loses nothing',
            'h6.12.json (h6.12, Linux 6.12) loses:\n'
            '  for h6.1.json:\n'
            '    ID_AA64DFR0_EL1.DebugVer: 8 -> 6\n'
            '  caches: as on h6.1.json',
            'h6.18.json (h6.18, Linux 6.18), h7.3.json (h7.3, Linux 7.3) '
            'lose:\n'
            '  for h6.1.json:\n'
            '    ID_AA64DFR0_EL1.DebugVer: 8 -> 6\n'
            '  for h6.1.json, h6.12.json:\n'
            '    PSCI_VERSION: 1.3 -> 1.1\n'
            '  caches: as on h6.1.json\n'])
        self.assertEqual(len(files), 4)

    def test_conflicts_stand_before_losses(self):
        hosts = [tool.host(N1.format(name)) for name in ('5.10', '6.1')]
        text = self.say(hosts, '--explain', status=1)
        self.assertLess(text.index('alone hold'), text.index('no baseline:'))
        self.assertLess(text.index('no baseline:'), text.index('loses:'))

    def test_caches_of_several(self):
        """No host has them all: each of those that have some is named."""
        hosts = [tool.host(N1.format(name)) for name in ('6.18', '7.0')]
        tool.register(hosts[0], 'CLIDR_EL1')['value'] = '0x9200003'
        tool.register(hosts[0], 'CCSIDR[0]')['value'] = '0x12'
        tool.register(hosts[1], 'CLIDR_EL1')['value'] = '0xa200003'
        hosts.append(tool.host(N1.format('7.3')))
        tool.register(hosts[2], 'CLIDR_EL1')['value'] = '0xb200003'
        tool.register(hosts[2], 'CCSIDR[0]')['value'] = '0x1a'
        text = self.say(hosts, '--explain')
        names = [self.file(host) for host in hosts]
        # The lower one of those that are free: of CCSIDR[0] the second
        # host's, of CLIDR_EL1 the first one's.
        self.assertIn(f'  caches: as on {names[1]}, {names[0]}\n', text)
        self.assertNotIn('CCSIDR', text)

    def test_caches_of_one(self):
        """Another one has some of them too."""
        hosts = [tool.host(N1.format(name)) for name in ('6.18', '7.0', '7.3')]
        for host, clidr, ccsidr in zip(hosts, (
                '0x9200003', '0xa200003', '0xb200003'),
                ('0x12', '0x12', '0x1a')):
            tool.register(host, 'CLIDR_EL1')['value'] = clidr
            tool.register(host, 'CCSIDR[0]')['value'] = ccsidr
        text = self.say(hosts, '--explain')
        one = f'  caches: as on {self.file(hosts[0])}\n'
        self.assertEqual(text.count('caches: '), 2, text)
        self.assertEqual(text.count(one), 2, text)

    def test_the_list_costs_nothing(self):
        """The hypercalls that it needs are what is gained."""
        hosts = [tool.host(N1.format(name)) for name in ('6.18', '7.3')]
        for option in ('--explain', '--json'):
            text = self.say(hosts, option, '--target-impl-cpus')
            self.assertNotIn('VENDOR_HYP_BMAP_2', text)

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
            words = ' '.join(text.split())
            for one in lost:
                is_cache = one['name'].startswith(('CLIDR', 'CCSIDR'))
                self.assertIn('caches: as on ' if is_cache else
                              f'{one["name"]}: {one["has"]} -> {one["gets"]}',
                              text)
                self.assertTrue(one['for'])
            for kind in found['kinds']:
                for host in kind['hosts']:
                    self.assertIn(f'{host["file"]} ({host["host"]}, Linux '
                                  f'{host["kernel"]})', words)
            for one in found['conflicts']:
                self.assertIn(one['text'], words)

    def test_json_of_a_pool(self):
        hosts = [tool.host(MAX.format(name), host=f'h{name}', kernel=name,
                           capabilities=['a', 'b', f'c{name}'])
                 for name in ('7.0', '7.1')]
        tool.register(hosts[0], 'PSCI_VERSION')['value'] = '0x10001'
        del hosts[1]['host']
        hosts[1]['sve-vector-lengths'] = [128, 256]
        old, new = ({'file': self.file(host), 'kernel': host['kernel']}
                    for host in hosts)
        old['host'] = 'h7.0'
        found = json.loads(self.say(hosts, '--json'))
        self.assertEqual(found['features'], hosts[0]['features'])
        self.assertEqual(found['sve-vector-lengths'], [128, 256])
        self.assertEqual(found['capabilities'], ['a', 'b'])
        self.assertEqual([kind['hosts'] for kind in found['kinds']],
                         [[old], [new]])
        held = {one['hosts'][0]['file']: one for one in
                found['alone-holds-back']}
        self.assertEqual(held[old['file']]['hosts'], [old])
        self.assertIn('PSCI_VERSION', held[old['file']]['names'])
        self.assertEqual(held[new['file']]['names'], ['SVE vector lengths'])
        lost, = (loss for loss in found['kinds'][1]['loses']
                 if loss['name'] == 'PSCI_VERSION')
        self.assertEqual(lost, {'name': 'PSCI_VERSION', 'has': '1.3',
                                'gets': '1.1', 'for': [old]})

    def test_json_of_one_that_holds_nothing_back(self):
        hosts = [tool.host(N1.format(name)) for name in ('7.1', '7.2')]
        self.assertEqual(json.loads(self.say(hosts, '--json'))
                         ['alone-holds-back'], [])

    def test_json_of_different_features(self):
        """No more than what all have."""
        hosts = [tool.host(N1.format('6.18')),
                 tool.host('6.18-neoverse-n1-vregs.txt')]
        for pair in (hosts, hosts[::-1]):
            found = json.loads(self.say(pair, '--json', status=1))
            self.assertEqual(found['features'], ['psci-0.2'])
            self.assertEqual((found['kinds'], found['alone-holds-back']),
                             ([], []))

    # --qemu

    def options_of(self, hosts, *options):
        """{option: [arguments]} and the arguments in the XML fragment."""
        text = self.say(hosts, '--qemu', *options)
        line, xml = text.split('<domain', 1)
        # As a shell takes what is pasted behind a command.
        words = subprocess.run(
            ['sh', '-c', "printf '%s\\n' " + line], check=True, text=True,
            capture_output=True).stdout.splitlines()
        found = {}
        for option, value in zip(words[::2], words[1::2], strict=True):
            self.assertRegex(option, '^-[a-z]')
            found.setdefault(option, []).append(value)
        return found, self.fragment('<domain' + xml)

    def fragment(self, xml):
        """What the fragment of a libvirt domain gives to QEMU."""
        root = ElementTree.fromstring(xml)
        self.assertEqual(root.tag, 'domain')
        # Behind it, what libvirt does not read
        self.assertRegex(xml, '</domain>\n<!-- .*each host.* -->\n$')
        args = [arg.get('value') for line in root.iter(f'{QEMU}commandline')
                for arg in line.iter(f'{QEMU}arg')]
        self.assertTrue(args)
        return list(zip(args[::2], args[1::2], strict=True))

    def test_qemu(self):
        hosts = [tool.host(N1.format(name)) for name in ('6.1', '6.18')]
        options, fragment = self.options_of(hosts)
        self.assertEqual(options['-object'],
                         ['arm-kvm-baseline,id=pool,file=pool.json'])
        # What else the vCPU has, QEMU takes from the baseline.
        self.assertEqual(options['-cpu'], ['host,kvm-baseline=pool'])
        self.assertEqual(fragment, [
            ('-object', 'arm-kvm-baseline,id=pool,'
             f'file={self.folder.resolve()}/pool.json'),
            ('-global', 'host-arm-cpu.kvm-baseline=pool')])

    def test_qemu_with_vectors(self):
        options, _ = self.options_of([tool.host(MAX.format('7.0'))])
        self.assertEqual(options['-cpu'], ['host,kvm-baseline=pool'])

    def test_qemu_of_a_baseline(self):
        found = self.baseline([tool.host(N1.format('6.1'))])
        self.file(found, 'my pool, 2.json')
        options, fragment = self.options_of([found])
        # QEMU's option parser takes two commas for one.
        self.assertEqual(options['-object'], [
            'arm-kvm-baseline,id=pool,file=my pool,, 2.json'])
        self.assertTrue(dict(fragment)['-object'].endswith(
            f',file={self.folder.resolve()}/my pool,, 2.json'))
        # It is named where it is, as well.
        (self.folder / 'to').mkdir()
        done = tool.run('baseline', '--qemu', '../my pool, 2.json',
                        cwd=self.folder / 'to')
        self.assertIn(f'file={self.folder.resolve()}/my pool,, 2.json',
                      done.stdout)

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
