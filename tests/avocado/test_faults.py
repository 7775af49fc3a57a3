# SPDX-License-Identifier: GPL-2.0-or-later
"""Faults in the middle of a migration: who runs the guest, and is it whole?

The cases and what may come of them are those of rig/faults/cases.py, which
`make faults` shows as a table.
"""

import unittest

from rig.base.errors import slow
from rig.faults import run as faults
from rig.faults.cases import CASES, NONE, SMALL
from rig.faults.phases import Bench
from rig.faults.small_hosts import SMALL as SMALL_MEMORY
from rig.preload import inject
from rig.testing.case import RigCase


class Faults(RigCase):
    """Links are cut and hosts run out of memory: emulated ones."""

    emulated_only = True

    def run_all(self, cases, **destination):
        """Run cases on one pair of hosts, and judge each."""
        source, = self.hosts(faults.SOURCE, files=inject.files())
        other, = self.hosts(faults.DESTINATION, network=source.network,
                            files=inject.files(), **destination)
        bench = Bench(source, other, source.network)
        self.stack.callback(bench.close)
        for case in cases:
            with self.subTest(case.name):
                facts = {'slow': slow(), **case.run(bench, case.qemu)}
                self.assertEqual(faults.verdict(case, facts), [], facts)


class Quick(Faults):
    """
    :avocado: tags=quick,rig
    """

    def test_one_of_each_kind(self):
        self.run_all([case for case in CASES if case.quick
                      and case.hosts != NONE])

    def test_bits_without_kvm(self):
        """Every 97th byte of a list, with TCG: no host."""
        for case in CASES:
            if case.quick and case.hosts == NONE:
                facts = case.run(None, case.qemu)
                self.assertEqual(faults.verdict(case, facts), [])
                self.assertGreater(len(facts['rows']), 30)


class Slow(Faults):
    """But for what takes each byte or each ioctl, which `make faults` does.

    :avocado: tags=slow,rig
    """

    def rest(self, hosts, *beginnings):
        """Cases whose name begins so, of those that are not quick."""
        found = [case for case in CASES if case.qemu == 'series'
                 and not case.quick and case.hosts == hosts
                 and case.name.startswith(beginnings)]
        self.assertTrue(found)
        return found

    def test_sides_are_killed(self):
        self.run_all(self.rest('usual', 'destination killed',
                               'source killed'))

    def test_links(self):
        self.run_all(self.rest('usual', 'link '))

    def test_kvm(self):
        self.run_all(self.rest('usual', 'SET_ONE_REG', 'GET_ONE_REG',
                               'some '))

    def test_address_space(self):
        self.run_all(self.rest('usual', 'destination whose address'))

    def test_out_of_memory(self):
        self.run_all(self.rest(SMALL, 'destination out of memory'),
                     memory=SMALL_MEMORY)


if __name__ == '__main__':
    unittest.main()
