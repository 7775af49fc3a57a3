# SPDX-License-Identifier: GPL-2.0-or-later
"""The algebra of baseline, on the recorded kernels and CPUs."""

import itertools
import os
import unittest

import pool
import tool
from algebra import Algebra
from safe_values import WRITABLE_CPU

NAMES = sorted(path.name for path in tool.LISTS.glob('*.txt'))
VCPUS = sorted({name.split('-', 1)[1] for name in NAMES})
# All pairs of these vCPUs; with 11 it takes minutes.
PAIRS = int(os.environ.get('KVM_ARM_REGS_VCPUS', '3'))


def of_vcpu(vcpu):
    return [tool.host(name) for name in NAMES
            if name.split('-', 1)[1] == vcpu]


class Recorded(Algebra, pool.Case):

    def hosts(self, least, most):
        """Of one vCPU; or with the same features, of different CPUs."""
        if self.random.randint(0, 1):
            hosts, options = of_vcpu(self.random.choice(VCPUS)), ()
        else:
            features = self.random.choice(('vregs.txt', 'vregs+pmu.txt'))
            hosts = [host for vcpu in VCPUS if vcpu.endswith('-' + features)
                     for host in of_vcpu(vcpu)
                     if WRITABLE_CPU in host['capabilities']]
            options = ('--target-impl-cpus',)
        return (self.random.sample(hosts, self.random.randint(least, most)),
                options)

    def test_all_are_there(self):
        self.assertEqual(len(VCPUS), 11)
        for vcpu in VCPUS:
            self.assertEqual(len(of_vcpu(vcpu)), 11)

    def test_pairs(self):
        found = []
        for vcpu in self.random.sample(VCPUS, PAIRS):
            for pair in itertools.combinations(of_vcpu(vcpu), 2):
                with self.subTest(vcpu, kernels=[host['kernel']
                                                 for host in pair]):
                    found.append(self.check(pair))
                    if found[-1]:
                        self.assertTrue(self.fits(found[-1], *pair))
        # Of both there are many, or nothing was tested.
        self.assertGreater(sum(one is not None for one in found), 20)
        self.assertIn(None, found)


if __name__ == '__main__':
    unittest.main()
