# SPDX-License-Identifier: GPL-2.0-or-later
"""What holds of the baseline of any hosts.

It is the same whatever the order of the hosts (commutative) and however they
are grouped (associative), that of one is itself (idempotent), every member
fits it, and one more host makes no field less safe.
"""

import os

import pool
from safe_values import BITMAPS

SAMPLES = int(os.environ.get('KVM_ARM_REGS_SAMPLES', '16'))


class Algebra:
    """A mixin for pool.Case; hosts(least, most) is left to the class."""

    def each(self, least, most, check):
        """check(hosts, options) of random ones; what fails names the seed."""
        for _ in range(SAMPLES):
            hosts, options = self.hosts(least, most)
            what = ', '.join(f'{host["host"]} Linux {host["kernel"]}'
                             for host in hosts)
            with self.subTest(f'KVM_ARM_REGS_SEED={pool.SEED}: {what}'):
                check(hosts, options)

    def test_expected(self):
        ends = []

        def check(hosts, options):
            ends.append(self.check(hosts, *options))
            if ends[-1]:
                self.check_exchange(hosts, ends[-1])

        self.each(2, 5, check)
        # Of both there are many, or nothing was tested.
        self.assertGreater(ends.count(None), SAMPLES // 8)
        self.assertLess(ends.count(None), SAMPLES - SAMPLES // 8)

    def test_order(self):
        def check(hosts, options):
            one = self.baseline(hosts, *options)
            self.random.shuffle(hosts)
            self.assertEqual(self.baseline(hosts, *options), one)

        self.each(2, 6, check)

    def test_groups(self):
        def check(hosts, options):
            whole = self.baseline(hosts, *options)
            at = self.random.randint(1, len(hosts) - 1)
            parts = [self.baseline(part, *options)
                     for part in (hosts[:at], hosts[at:])]
            if None in parts:
                self.assertIsNone(whole, 'a conflict that more hosts mend')
            else:
                self.assertEqual(self.baseline(parts, *options), whole,
                                 self.conflict)

        self.each(3, 8, check)

    def test_itself(self):
        def check(hosts, options):
            found = self.baseline(hosts, *options)
            for again in ([*hosts, hosts[0]], [found], [found, found],
                          [hosts[0], found]):
                if found or None not in again:
                    self.assertEqual(self.baseline(again, *options), found)

        self.each(1, 4, check)

    def test_one_host_more(self):
        def check(hosts, options):
            fewer = self.baseline(hosts[1:], *options)
            more = self.baseline(hosts, *options)
            if fewer is None:
                self.assertIsNone(more)
            if more is None:
                return
            self.assert_as_safe(more, fewer)
            has, had = pool.values(more), pool.values(fewer)
            self.assertLessEqual(has['PSCI_VERSION'], had['PSCI_VERSION'])
            for name, absent in BITMAPS.items():
                self.assertEqual(has.get(name, absent) &
                                 ~had.get(name, absent), 0, name)

        self.each(2, 6, check)

    def test_a_host_fits_what_it_does_not_change(self):
        """fits, and a baseline with the host in it, say the same."""
        ends = []

        def check(hosts, options):
            found = self.baseline(hosts[1:], *options)
            if found is None:
                return
            more = self.baseline([found, hosts[0]], *options)
            ends.append(self.fits(found, hosts[0]))
            if ends[-1]:
                self.assertIsNotNone(more, self.conflict)
                self.assertEqual(self.chosen(more), self.chosen(found))
            else:
                self.assertFalse(more and all(
                    more.get(member) == found.get(member) for member in
                    ('registers', 'sve-vector-lengths', 'target-impl-cpus')))

        self.each(2, 4, check)
        self.assertEqual(set(ends), {False, True})

    @staticmethod
    def chosen(found):
        """What has no other value that serves as well."""
        return ({name: hex(value) for name, value in
                 pool.values(found).items() if value and
                 not name.startswith(('CLIDR', 'CCSIDR')) and
                 name not in BITMAPS},
                found['sve-vector-lengths'], found.get('target-impl-cpus'))
