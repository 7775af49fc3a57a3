# SPDX-License-Identifier: GPL-2.0-or-later
"""Two CPU types exchange guests, which are told of both.

From Linux 6.15 on a VM's MIDR_EL1, REVIDR_EL1 and AIDR_EL1 can be chosen, and
the guest learns by a hypercall which implementations it may run on.
"""

import re
import unittest

from rig import pool
from rig.matrix.cases import A76, N1, VARIANTS
from rig.migration import MIGRATED, migrate
from rig.testing.case import RigCase

# As QEMU's -cpu neoverse-n1 and cortex-a76 have it, in the recorded lists:
# r4p1 both; neither has a REVIDR_EL1 or AIDR_EL1.
MIDRS = {N1: 0x414fd0c1, A76: 0x414fd0b1}


class CPUs(RigCase):
    """
    :avocado: tags=quick,rig
    """

    def setUp(self):
        super().setUp()
        self.pool = self.pool_file(*VARIANTS['pool-n1-to-a76'].members())

    def options(self, host, **kwargs):
        """Of a guest with the baseline."""
        return {**pool.options(host, self.pool), **kwargs}

    def seen(self, guest):
        """The implementations that the witness was told of."""
        return [tuple(int(number, 0) for number in found)
                for found in re.findall(
                    r'^witness impl \d+: midr (\w+) revidr (\w+) aidr (\w+)',
                    guest.serial(), re.M)]

    @staticmethod
    def midr(guest):
        """The MIDR_EL1 that the witness reads."""
        return int(re.search(r' midr=(\w+)', guest.serial()).group(1), 0)

    def test_list(self):
        """The baseline has both CPUs, and the smaller one to show."""
        content = pool.read(self.pool)
        self.assertEqual(
            [tuple(int(cpu[key], 0) for key in ('midr', 'revidr', 'aidr'))
             for cpu in content['target-impl-cpus']],
            [(midr, 0, 0) for midr in sorted(MIDRS.values())])

    def there_and_back(self, kernels, cpus):
        """The witness goes and comes home; it is told the same all along."""
        hosts = self.hosts(*kernels, cpus=cpus)
        guest = self.guest(hosts[0], **self.options(hosts[0], memory='64M'))
        self.assertEqual(self.seen(guest), [
            (midr, 0, 0) for midr in sorted(MIDRS.values())])
        self.assertEqual(self.midr(guest), min(MIDRS.values()))
        self.assertRegex(guest.check(), '^witness ok')
        for host in (hosts[1], hosts[0]):
            with guest as source:
                guest = self.guest(host, incoming=True, **self.options(
                    host, memory='64M'))
                self.migrates(source, guest, return_path=True)

    def test_n1_first(self):
        """N1 on 6.18, A76 on 7.3."""
        self.there_and_back(('6.18', '7.3'), (N1, A76))

    def test_a76_first(self):
        """A76 on 6.18, N1 on 7.3."""
        self.there_and_back(('6.18', '7.3'), (A76, N1))

    def test_linux(self):
        """Linux 6.18 as the guest takes the list for its errata."""
        hosts = self.hosts('6.18', '6.18', cpus=(N1, A76),
                           guests=('linux-new',))
        source = self.guest(hosts[0], kind='linux-new',
                            **self.options(hosts[0]))
        self.assertRegex(source.serial(),
                         r'(?m)^target implementation CPUs is 2$')
        there = self.guest(hosts[1], kind='linux-new', incoming=True,
                           **self.options(hosts[1]))
        result = migrate(source, there, return_path=True)
        self.assertEqual(result.outcome, MIGRATED, str(result))
        self.assertEqual(there.stderr(), '')

    def test_by_hand(self):
        """A list without a baseline: the guest keeps its host's MIDR_EL1."""
        host, = self.hosts('6.18', exact=True)
        words = '-'.join(f'0x{midr:x}:0:0' for midr in MIDRS.values())
        guest = self.guest(host, cpu=f'host,x-target-impl-cpus={words}')
        self.assertCountEqual(self.seen(guest), [
            (midr, 0, 0) for midr in MIDRS.values()])
        self.assertEqual(self.midr(guest), MIDRS[N1])
        self.assertRegex(guest.check(), '^witness ok')

    def test_not_asked_for(self):
        """Without a word of the user a guest is told of nothing."""
        host, = self.hosts('6.18')
        self.assertEqual(self.seen(self.guest(host)), [])


if __name__ == '__main__':
    unittest.main()
