# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest that is started with its pool's baseline goes to all of its hosts.

On real kernels of 6.1, which can change nothing of what it shows, and later
ones, which can.  The pool's hosts are those of recorded register lists.
"""

import unittest

from rig import migration, pool
from rig.guest_tour import Tour, series_of
from rig.matrix.cases import VARIANTS
from rig.migration import MIGRATED, migrate
from rig.testing.case import RigCase

REMEDY = 'with the same baseline: -object arm-kvm-baseline'
# The monitor reads a byte at a time, and the hosts are emulated.
LONG = 240


def values(manifest):
    """{index: value} of the registers that have a value."""
    return {int(register['index'], 0): int(register['value'], 0)
            for register in manifest['registers'] if 'value' in register}


def same(found, wanted):
    """Of `found` what `wanted` has too: not every kernel lists them all."""
    return {hex(index): hex(value) for index, value in found.items()
            if index in wanted}


# All that is said of a guest with whatever number of vCPUs.
LOST = (r'\A.*warning: CNTPCT_EL0 \(0x[0-9a-f]+\) = 0x[0-9a-f]+ is lost on '
        r'this host: .* physical timer\n\Z')


def has_counter(host):
    """Linux migrates CNTPCT_EL0 since 6.4."""
    return tuple(map(int, series_of(host).split('.'))) >= (6, 4)


class Baseline(RigCase):
    """
    :avocado: tags=quick,rig
    """

    def setUp(self):
        super().setUp()
        self.pool = self.pool_file(*VARIANTS['pool-6.1'].members())

    def options(self, host):
        """Of a guest with the baseline."""
        return {**pool.options(host, self.pool), 'memory': '64M'}

    def tour(self, host, **kwargs):
        """A running witness with the baseline."""
        tour = self.stack.enter_context(Tour(
            host, options=self.options, **kwargs))
        tour.guest.wait_up()
        self.assert_is_the_pools(tour.guest)
        self.assertRegex(tour.check(), '^witness ok: ')
        return tour

    def go(self, tour, host):
        """It migrates, and shows the same values there."""
        loses = has_counter(tour.guest.host) and not has_counter(host)
        result = tour.go(host)
        self.assertEqual(result.outcome, MIGRATED, str(result))
        self.assertRegex(tour.guest.stderr(), LOST if loses else r'\A\Z')
        self.assert_is_the_pools(tour.guest)
        self.assertRegex(tour.check(), '^witness ok')

    def assert_is_the_pools(self, guest):
        """KVM shows the guest each of the baseline's values."""
        found = values(guest.qmp('query-arm-migration-manifest', timeout=LONG))
        wanted = values(pool.read(self.pool))
        self.assertEqual(same(found, wanted), same(wanted, found))
        self.assertGreater(len(same(found, wanted)), 30)

    def reset(self, tour):
        """The guest starts anew, with the same values."""
        tour.reset()
        self.assert_is_the_pools(tour.guest)
        self.assertRegex(tour.check(), '^witness ok: ')

    def test_there_and_back(self):
        """6.18 to 6.1 and home, two vCPUs, reset at every stop.

        :avocado: tags=mission
        """
        hosts = self.hosts('6.18', '6.1', smp=2)
        tour = self.tour(hosts[0], smp=2)
        self.assertIn('witness start: cpus=2', tour.guest.serial())
        for host in (hosts[1], hosts[0]):
            self.go(tour, host)
            self.reset(tour)

    def test_started_on_the_oldest(self):
        """6.1 to 6.18, and back as it came."""
        hosts = self.hosts('6.1', '6.18')
        tour = self.tour(hosts[0])
        for host in (hosts[1], hosts[0]):
            self.go(tour, host)

    def test_without_services(self):
        """5.10 does not know of the bitmaps of services: it has none."""
        self.pool = self.pool_file(*VARIANTS['pool-5.10'].members())
        hosts = self.hosts('6.18', '5.10')
        tour = self.tour(hosts[0])
        for host in (hosts[1], hosts[0]):
            self.go(tour, host)

    def test_destination_without_it(self):
        """Refused before RAM, and both sides say what to do.

        So is one with the baseline of another pool that has both hosts.
        """
        hosts = self.hosts('6.18', '6.12')
        tour = self.tour(hosts[0])
        other = self.file('other.json', pool.of_hosts(
            VARIANTS['pool-5.10'].members()))
        for options, label in (({}, 'no baseline'),
                               (pool.options(hosts[1], other),
                                'baseline pool (/pools/other.json)')):
            self.refused_early(tour.guest, self.guest(
                hosts[1], incoming=True, memory='64M', **options),
                'baseline pool (/pools/pool.json)', label, REMEDY,
                return_path=True)
        self.go(tour, hosts[1])

    def test_destination_that_knows_no_baselines(self):
        """Stock would take the guest, and change its view at a reset."""
        hosts = self.hosts('6.18', '6.18', qemu=('stock', 'series'))
        tour = self.tour(hosts[0])
        result = migrate(tour.guest, self.guest(
            hosts[1], 'stock', incoming=True, memory='64M'))
        self.assertEqual(result.source_status, 'failed')
        self.assertIn("the destination's QEMU does not know such guests",
                      result.source_error)
        self.assertLess(result.sent(), migration.BEFORE_RAM)
        self.assertRegex(tour.check(), '^witness ok')
        self.go(tour, hosts[1])

    def test_older_machine(self):
        """Checked too on an older machine type, the capability off."""
        hosts = self.hosts('6.18', '6.12')
        kwargs = {'memory': '64M', 'machine': 'virt-10.1,gic-version=3'}
        source = self.guest(hosts[0], **kwargs,
                            **pool.options(hosts[0], self.pool))
        self.refused_early(source, self.guest(
            hosts[1], incoming=True, **kwargs), REMEDY, check_before_ram=False)
        self.migrates(source, self.guest(
            hosts[1], incoming=True, **kwargs,
            **pool.options(hosts[1], self.pool)))

    def test_asked_while_it_runs(self):
        """A verdict on a guest with other values; the one here goes on."""
        host, = self.hosts('6.18', exact=True)
        guest = self.tour(host).guest
        manifest = guest.qmp('query-arm-migration-manifest', timeout=LONG)
        self.assertIn('baseline pool', manifest['baseline'])
        for value, fits in ((None, True), ('0x0', False)):
            for register in manifest['registers']:
                if register['name'] == 'ID_AA64ISAR0_EL1' and value:
                    register['value'] = value
            verdict = guest.qmp('check-arm-migration-manifest', timeout=LONG,
                                manifest=manifest)
            self.assertEqual(verdict['compatible'], fits, verdict)
            self.assertRegex(guest.check(), '^witness ok')
        self.assertIn('a reset of the guest would go back', verdict['error'])
        self.assertIn('ID_AA64ISAR0_EL1', verdict['error'])


class Exported(RigCase):
    """A baseline of one running guest, which was started without.

    :avocado: tags=quick,rig
    """

    def exported(self, guest, wrapped):
        """Its manifest in a file, as QMP answered or as it is."""
        manifest = guest.qmp('query-arm-migration-manifest', timeout=LONG)
        return self.file('guest.json',
                         {'return': manifest} if wrapped else manifest)

    def there_and_back(self, old, new, wrapped):
        """A guest of the older host can come back from the newer one.

        A destination has the guest's values before the guest arrives.
        """
        path = None
        hosts = self.hosts(old, new)
        tour = self.stack.enter_context(Tour(
            hosts[0], memory='64M',
            options=lambda host: pool.options(host, path) if path else {}))
        tour.guest.wait_up()
        path = self.exported(tour.guest, wrapped)
        wanted = values(pool.read(path).get('return') or pool.read(path))
        with self.guest(hosts[1], incoming=True, memory='64M',
                        **pool.options(hosts[1], path)) as waiting:
            found = values(waiting.qmp('query-arm-migration-manifest',
                                       timeout=LONG))
        self.assertEqual(same(found, wanted), same(wanted, found))
        for host in (hosts[1], hosts[0]):
            result = tour.go(host)
            self.assertEqual(result.outcome, MIGRATED, str(result))
            self.assertRegex(tour.check(), '^witness ok')

    def test_of_6_12(self):
        """With QMP's "return" around it."""
        self.there_and_back('6.12', '6.18', True)

    def test_of_6_1(self):
        """As it is."""
        self.there_and_back('6.1', '7.3', False)


if __name__ == '__main__':
    unittest.main()
