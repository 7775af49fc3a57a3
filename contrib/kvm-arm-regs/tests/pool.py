# SPDX-License-Identifier: GPL-2.0-or-later
"""Run `kvm-arm-regs baseline` and `fits`, and look at what they say."""

import json
import os
import random

import tool
from expected_pool import Expected
from safe_values import (BITMAPS, CPU, WORKAROUNDS, is_as_safe, is_id,
                         kernel, number, registers)

SEED = int(os.environ.get('KVM_ARM_REGS_SEED', '1'))

# Hidden while this field is 0: (since, ID register, lowest bit).
GATES = {
    'TCR2_EL1': ((6, 13), 'ID_AA64MMFR3_EL1', 0),
    'SCTLR2_EL1': ((6, 13), 'ID_AA64MMFR3_EL1', 4),
    'PIR_EL1': ((6, 13), 'ID_AA64MMFR3_EL1', 8),
    'PIRE0_EL1': ((6, 13), 'ID_AA64MMFR3_EL1', 8),
    'POR_EL1': ((6, 12), 'ID_AA64MMFR3_EL1', 16),
    'POR_EL0': ((6, 12), 'ID_AA64MMFR3_EL1', 16),
}


def values(pool):
    """{name: value} of the registers in a baseline."""
    return {name: number(reg) for name, reg in registers(pool).items()}


def started(host, pool):
    """The dump of a vCPU that was started with the baseline on this host."""
    wanted = {name: value for name, value in values(pool).items()
              # KVM takes it, and goes on to tell the host's level.
              if name not in WORKAROUNDS}
    vcpu = {**host, 'sve-vector-lengths': pool['sve-vector-lengths'],
            'registers': [dict(reg) for reg in host['registers']]}
    regs = registers(vcpu)
    for name in wanted.keys() & regs.keys():
        regs[name]['value'] = hex(wanted[name])
    vcpu['registers'] = [
        reg for reg in vcpu['registers'] if not hidden(host, regs, reg)]
    return vcpu


def hidden(host, regs, reg):
    since, name, low = GATES.get(reg['name'], ((), None, 0))
    return (name and kernel(host['kernel']) >= since and
            not number(regs[name]) >> low & 0xf)


def with_cpu(host, pool):
    """The dump of a host that offers the baseline's MIDR and so on."""
    regs, wanted = registers(host), values(pool)
    other = [dict(regs[name], value=hex(wanted[name]))
             if name in CPU else regs[name] for name in regs]
    return {**host, 'registers': other,
            'sve-vector-lengths': pool['sve-vector-lengths']}


class Case(tool.Case):
    """Files are named by what they are, so that members compare."""

    def setUp(self):
        super().setUp()
        self.random = random.Random(SEED)
        self.names = {}

    def file(self, dump, name=None):
        """The name of a file with this dump, in the test's folder."""
        text = json.dumps(dump, sort_keys=True)
        if text not in self.names:
            self.names[text] = name or f'{len(self.names)}.json'
            self.write(text, self.names[text])
        return self.names[text]

    def tool(self, verb, *argv):
        return tool.run(verb, *argv, cwd=self.folder)

    def baseline(self, hosts, *options):
        """What the tool writes of these hosts; None if there is a conflict."""
        done = self.tool('baseline', *options, *map(self.file, hosts))
        self.conflict = done.stderr
        if done.returncode:
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertEqual(done.stdout, '')
            self.assertTrue(done.stderr.strip())
            return None
        self.assertEqual(done.stderr, '')
        return json.loads(done.stdout)

    def fits(self, pool, *hosts):
        done = self.tool('fits', *map(self.file, hosts), self.file(pool))
        self.assertIn(done.returncode, (0, 1), done.stderr)
        return done.returncode == 0

    def check(self, hosts, *options):
        """The baseline of hosts, which must be the expected one."""
        expected = Expected(hosts, '--target-impl-cpus' in options)
        pool = self.baseline(hosts, *options)
        if pool is None:
            self.assertNotEqual(expected.conflicts, set(), self.conflict)
            for name in expected.conflicts:
                self.assertIn(name, self.conflict)
            return None
        self.assertEqual(expected.conflicts, set(),
                         'the tool sees no conflict')
        self.check_values(pool, expected)
        self.check_head(pool, hosts)
        return pool

    def check_values(self, pool, expected):
        """Each register of the pool, and none too few."""
        found = values(pool)
        for name, value in expected.values.items():
            listed = [name in regs for regs in expected.regs]
            if name in found:
                self.assertEqual(hex(found[name]), hex(value), name)
            else:
                # What one of them lacks reads as this where it is not listed.
                self.assertFalse(all(listed), name)
                self.assertEqual(value, BITMAPS.get(name, 0), name)
        self.assertLessEqual(found.keys(), expected.values.keys())
        for name, reg in registers(pool).items():
            masks = [number(regs.get(name, {}), 'writable')
                     for regs in expected.regs]
            common = masks[0]
            for mask in masks:
                common &= mask
            self.assertEqual(number(reg, 'writable'), common, name)
        self.assertEqual(pool['sve-vector-lengths'], expected.lengths)

    def check_head(self, pool, hosts):
        self.assertEqual(pool['format'], 1)
        self.assertEqual(pool.get('architecture', 'aarch64'), 'aarch64')
        self.assertEqual(pool['members'], sorted({
            f'{self.file(host)} ({host["host"]}, Linux {host["kernel"]})'
            for host in hosts}))
        self.assertEqual(kernel(pool['kernel']),
                         min(kernel(host['kernel']) for host in hosts))
        self.assertEqual(pool['features'], hosts[0]['features'])
        self.assertEqual(pool['capabilities'], sorted(set.intersection(
            *(set(host['capabilities']) for host in hosts))))
        indexes = [int(reg['index'], 16) for reg in pool['registers']]
        self.assertEqual(indexes, sorted(indexes))

    def check_exchange(self, hosts, pool):
        """Guests that are started with the baseline go everywhere."""
        self.assertTrue(self.fits(pool, *hosts))
        guests = [started(host, pool) for host in hosts]
        for source in guests:
            for host in hosts:
                done = self.tool('compare', '--one-way', self.file(source),
                                 self.file(with_cpu(host, pool)))
                self.assertEqual(done.returncode, 0, done.stdout)

    def assert_as_safe(self, wanted, limit):
        """Each ID register field of a baseline against another's."""
        limits = values(limit)
        for name, reg in registers(wanted).items():
            if name in limits and (is_id(reg) or name == 'CTR_EL0'):
                self.assertTrue(
                    is_as_safe(name, number(reg), limits[name]), name)
