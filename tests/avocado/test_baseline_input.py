# SPDX-License-Identifier: GPL-2.0-or-later
"""Baselines and single values that a host cannot give, and bad input.

One line on standard error, which names the file or the property, the
register, what is wanted and what is possible; no vCPU has run by then.
"""

import json
import unittest

from rig import pool
from rig.matrix.cases import VARIANTS
from rig.testing.case import RigCase

BMAP_2 = '0x6030000000160003'   # VENDOR_HYP_BMAP_2, listed since Linux 6.15
MIDR = '0x603000000013c000'
DFR0 = '0x603000000013c028'     # ID_AA64DFR0_EL1
ISAR0 = '0x603000000013c030'    # ID_AA64ISAR0_EL1


def changed(text, index=None, value=None, **members):
    """A baseline with another value of a register, and other members."""
    content = {**json.loads(text), **members}
    for register in content['registers']:
        if register['index'] == index:
            register['value'] = value(int(register['value'], 0))
    return content


def with_debugger(version):
    """ID_AA64DFR0_EL1 with another DebugVer, the lowest four bits."""
    return lambda value: hex(value & ~0xf | version)


class Input(RigCase):
    """
    :avocado: tags=quick,rig
    """

    def setUp(self):
        super().setUp()
        self.require_tool('ninja')
        self.text = pool.of_hosts(VARIANTS['pool-6.1'].members())

    def declines_file(self, host, content, *texts, cpu='host', name='x.json'):
        """A host does not start with this file, and names it."""
        path = self.file(name, content)
        return self.declines(host, f'/pools/{name}', *texts,
                             **pool.options(host, path, cpu))

    def test_files(self):
        """What is no baseline of this machine, or not one at all."""
        host, = self.hosts('6.12', exact=True)
        for name, content, texts in (
                ('x86.json', changed(self.text, architecture='x86_64'),
                 ('architecture', 'x86_64', 'aarch64')),
                ('format.json', changed(self.text, format=2),
                 ('format', '2')),
                ('features.json', changed(self.text, features=['sse2']),
                 ('sse2',)),
                ('empty.json', '', ()),
                ('half.json', self.text[:len(self.text) // 2], ()),
                ('list.json', '[]', ('object',)),
                ('zero.json', '{"format": 1}\0', ()),
                ('registers.json', changed(self.text, registers=[]),
                 ('register',)),
                ('index.json', changed(self.text, registers=[
                    {'name': 'X', 'index': 'nonsense', 'value': '0x0'}]),
                 ('nonsense',))):
            with self.subTest(name):
                self.declines_file(host, content, *texts, name=name)

    def test_values(self):
        """What this kernel has not, or does not let a user choose."""
        host, = self.hosts('6.12', exact=True)
        midr = changed(self.text, MIDR, lambda value: hex(value ^ 1))
        for name, content, texts in (
                ('above.json',
                 changed(self.text, DFR0, with_debugger(10)),
                 ('ID_AA64DFR0_EL1.DebugVer', 'wanted 10',
                  'possible 6 to 8')),
                ('below.json',
                 changed(self.text, DFR0, with_debugger(5)),
                 ('ID_AA64DFR0_EL1.DebugVer', 'wanted 5',
                  'possible 6 to 8')),
                ('midr.json', midr, ('MIDR_EL1', '--target-impl-cpus')),
                ('list.json',
                 {**midr, 'target-impl-cpus': [
                     {'midr': number, 'revidr': '0x0', 'aidr': '0x0'}
                     for number in ('0x414fd0c0', '0x414fd0c1')]},
                 ('list of CPU implementations', '6.15')),
                ('unknown.json',
                 changed(self.text, BMAP_2, lambda value: '0x3'),
                 ('VENDOR_HYP_BMAP_2', 'wanted 0x3', 'does not have it',
                  '6.15'))):
            with self.subTest(name):
                self.declines_file(host, content, *texts, name=name)

    def test_old_kernel(self):
        """6.1 lets nothing be chosen: it says what it has."""
        host, = self.hosts('6.1', exact=True)
        self.declines_file(
            host, changed(self.text, DFR0, with_debugger(8)),
            'ID_AA64DFR0_EL1.DebugVer: wanted 8, possible 6')
        # It would be safe without RDM, bits 31 to 28.
        self.declines_file(
            host, changed(self.text, ISAR0,
                          lambda value: hex(value & ~(0xf << 28))),
            'ID_AA64ISAR0_EL1.RDM: wanted 0, possible 1 (', 'Linux 6.7')

    def test_options(self):
        """The object and the properties, by themselves and together."""
        host, = self.hosts('6.12', exact=True)
        path = self.file('pool.json', self.text)
        options = pool.options(host, path)

        def made(*words):
            return ('-object', ','.join(('arm-kvm-baseline,id=pool', *words)))

        cpu = options['cpu']
        for kwargs, texts in (
                ({'extra': made('file=/pools/none.json')},
                 ('/pools/none.json', 'No such file')),
                ({'extra': made('file=/pools')},
                 ('/pools', 'directory')),
                ({'extra': made()}, ('file=', 'data=')),
                ({'extra': made('file=/pools/pool.json', 'data={}')},
                 ('file=', 'data=')),
                ({'extra': made('data=nonsense')}, ('data=',)),
                ({'extra': ()}, ('pool',)),
                ({**options, 'cpu': f'{cpu},pmu=off'},
                 ('/pools/pool.json', 'pmu=off is given', 'has pmu=on')),
                ({**options, 'cpu': 'host,pmu=off,kvm-baseline=pool'},
                 ('/pools/pool.json', 'pmu=off is given', 'has pmu=on')),
                ({**options, 'cpu': f'{cpu},kvm-psci-version=1.0'},
                 ('/pools/pool.json', 'kvm-psci-version', 'wanted 0x10001')),
                ({'cpu': 'host,SYSREG_ID_AA64DFR0_EL1_DebugVer=9'},
                 ('SYSREG_ID_AA64DFR0_EL1_DebugVer', 'wanted 9',
                  'possible 6 to 8')),
                ({'cpu': 'host,SYSREG_ID_AA64DFR0_EL1_DebugVer=99'},
                 ('SYSREG_ID_AA64DFR0_EL1_DebugVer', '99')),
                ({'cpu': 'host,SYSREG_ID_AA64DFR0_EL1_Nonsense=1'},
                 ('SYSREG_ID_AA64DFR0_EL1_Nonsense', 'not found')),
                ({'cpu': 'host,x-target-impl-cpus=0x410fd0c0:0:0'},
                 ('x-target-impl-cpus', '6.15')),
                ({'cpu': 'host,x-target-impl-cpus=nonsense'},
                 ('x-target-impl-cpus', 'nonsense'))):
            with self.subTest(kwargs):
                self.declines(host, *texts, **{'cpu': cpu, **kwargs})

    def test_inline(self):
        """The content in place of the file's name."""
        host, = self.hosts('6.12', exact=True)
        guest = self.guest(host, cpu='host,kvm-baseline=pool', extra=(
            '-object', json.dumps({'qom-type': 'arm-kvm-baseline',
                                   'id': 'pool', 'data': self.text})))
        self.assert_debugger(guest, 6)

    def test_global(self):
        """As behind libvirt's own -cpu, and a second look at the CPU."""
        host, = self.hosts('6.12', exact=True)
        options = pool.options(host, self.file('pool.json', self.text))
        guest = self.guest(host, smp=2, extra=(
            *options['extra'], '-global', 'host-arm-cpu.kvm-baseline=pool'))
        self.assert_debugger(guest, 6)
        model = guest.qmp('query-cpu-model-expansion', type='full',
                          model={'name': 'host'})
        self.assertTrue(model['model']['props']['pmu'])
        self.assert_debugger(guest, 6)

    def assert_debugger(self, guest, version):
        """The guest sees this ID_AA64DFR0_EL1.DebugVer, and is whole."""
        manifest = guest.qmp('query-arm-migration-manifest', timeout=240)
        found, = (int(register['value'], 0)
                  for register in manifest['registers']
                  if register['index'] == DFR0)
        self.assertEqual(found & 0xf, version)
        self.assertRegex(guest.check(), '^witness ok')

    def test_single_value(self):
        """A property for each field that this kernel lets a user choose."""
        new, old = self.hosts('6.18', '6.1')
        name = 'SYSREG_ID_AA64DFR0_EL1_DebugVer'
        guest = self.guest(new, cpu=f'host,{name}=7')
        self.assert_debugger(guest, 7)
        props = {prop['name']: prop for prop in guest.qmp(
            'device-list-properties', typename='host-arm-cpu')}
        self.assertIn(name, props)
        self.assertIn('lower', props[name].get('description', ''))
        # Nothing can be chosen on 6.1.
        self.declines(old, name, 'not found', cpu=f'host,{name}=6')


if __name__ == '__main__':
    unittest.main()
