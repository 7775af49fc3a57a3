# SPDX-License-Identifier: GPL-2.0-or-later
"""kvm-arm-regs foretells what a migration does.

The tool dumps what KVM has on two hosts, and says which way a guest can move;
then a guest is migrated, both ways.
"""

import unittest

from rig import kvm_arm_regs, messages
from rig.host import DEFAULT_CPU
from rig.matrix import cases
from rig.migration import MIGRATED, REFUSED, migrate
from rig.testing.case import RigCase

OUTCOMES = {'compatible': MIGRATED, 'refused': REFUSED}


class Foretold(RigCase):
    """
    :avocado: tags=quick,rig
    """

    def setUp(self):
        super().setUp()
        self.require_tool('ninja')

    def both_ways(self, *kernels, cpus=(DEFAULT_CPU, DEFAULT_CPU),
                  features=((), ())):
        """As the tool says, and for the registers that it names."""
        hosts = self.hosts(*kernels, cpus=cpus)
        dumps = [kvm_arm_regs.dump(host, *each)
                 for host, each in zip(hosts, features)]
        ends = list(zip(hosts, dumps, (
            {'cpu': ','.join(('host', *each)), 'memory': '64M'}
            for each in features)))
        for (host, dump, options), (there, dump_there, there_options) in (
                ends, ends[::-1]):
            said = kvm_arm_regs.compare(dump, dump_there)
            with self.subTest(source=str(host), destination=str(there)):
                source = self.guest(host, **options)
                result = migrate(source, self.guest(
                    there, incoming=True, **there_options))
                self.assertEqual(result.outcome, OUTCOMES[said['verdict']],
                                 f'{said}\n{result}')
                # None stands for features: no register is compared then.
                self.assertEqual(
                    messages.refused_registers(result.destination_stderr),
                    sorted(name for name in said['refused'] if name))
            source.close()

    def test_neighbours(self):
        """6.12 and 6.18: only forward, for the PSCI version."""
        self.both_ways('6.12', '6.18')

    def test_older(self):
        """6.1 and 6.12: what 6.12 shows of its CPU, 6.1 cannot."""
        self.both_ways('6.1', '6.12')

    def test_oldest(self):
        """5.10 and 6.18."""
        self.both_ways('5.10', '6.18')

    def test_newest(self):
        """6.18 and 7.3, both ways."""
        self.both_ways('6.18', '7.3')

    def test_all_features(self):
        """6.18 and 7.3 on a CPU with S1PIE, which 7.3 takes and changes."""
        self.both_ways('6.18', '7.3', cpus=(cases.MAX, cases.MAX))

    def test_other_cpu(self):
        """N1 and A76 on one kernel."""
        self.both_ways('6.18', '6.18', cpus=(cases.N1, cases.A76))

    def test_other_features(self):
        """With a PMU and without: no register is to blame."""
        self.both_ways('6.18', '6.18', features=((), ('pmu=off',)))


if __name__ == '__main__':
    unittest.main()
