# SPDX-License-Identifier: GPL-2.0-or-later
"""`virsh migrate` of host-passthrough guests between hosts with libvirt."""

import json
import time
import unittest

from rig import pool
from rig.base.errors import slow
from rig.host import DEFAULT_CPU, Result
from rig.libvirt import domain as libvirt
from rig.libvirt.case import PSCI, LibvirtCase
from rig.migration import MIGRATED
from rig.testing.case import recorded

PSCI_REMEDY = 'start the guest with -cpu host,kvm-psci-version=1.1'


class Quick(LibvirtCase):
    """
    :avocado: tags=quick,rig,libvirt
    """

    def test_newer_kernel(self):
        """6.12 to 6.18, which stock QEMU refuses."""
        hosts = self.libvirt_hosts('6.12', '6.18')
        self.goes(self.domain(hosts[0]), hosts[1])

    def test_refused_value(self):
        """6.18 to 6.12: virsh names register, values and remedy."""
        kernels = ('6.18', '6.12')
        hosts = self.libvirt_hosts(*kernels)
        self.refused_by_both(
            self.domain(hosts[0]), hosts[1],
            recorded('PSCI_VERSION', *kernels), PSCI_REMEDY)


class Ways(LibvirtCase):
    """
    :avocado: tags=slow,libvirt
    """

    def test_there_and_back(self):
        """Started on 6.18 with kvm-psci-version=1.1: to 6.12 and back."""
        hosts = self.libvirt_hosts('6.18', '6.12')
        domain = self.domain(hosts[0], PSCI)
        self.goes(domain, hosts[1])
        self.goes(domain, hosts[0])

    def test_eight_times(self):
        """Eight times there and back."""
        hosts = self.libvirt_hosts('6.12', '6.18')
        domain = self.domain(hosts[0])
        for _ in range(8):
            self.goes(domain, hosts[1])
            self.goes(domain, hosts[0])

    def test_p2p(self):
        """--p2p: libvirtd itself speaks to the other; and refused."""
        hosts = self.libvirt_hosts('6.12', '6.18')
        domain = self.domain(hosts[0])
        self.goes(domain, hosts[1], '--p2p')
        domain.destroy()
        self.refused_by_both(self.domain(hosts[1]), hosts[0], PSCI_REMEDY,
                             options='--p2p')

    def test_postcopy(self):
        """--postcopy, switched before RAM was there: pages are asked for."""
        hosts = self.libvirt_hosts('6.12', '6.18')
        domain = self.domain(hosts[0])
        events = self.events(hosts[0])
        before, began = domain.ticks(), time.monotonic()
        running = hosts[0].popen('exec virsh ' + domain.migrate_command(
            hosts[1], '--postcopy --bandwidth 1 --postcopy-bandwidth 1'))
        self.addCleanup(running.close)
        self.wait_for(events, "'migration-iteration'.*: iteration: '1'")
        domain.virsh(f'migrate-postcopy {domain.name}')
        self.wait_for(events, "'lifecycle'.*: Suspended Post-copy")
        self.assertTrue(running.wait(120 * slow()), 'virsh does not end')
        result = domain.judged(hosts[1], Result(
            running.status, running.stdout.decode(),
            running.stderr.decode()), time.monotonic() - began)
        self.record('migrate --live --postcopy', hosts, result.outcome,
                    result.seconds, result.said)
        self.assertEqual((result.outcome, result.status), (MIGRATED, 0),
                         str(result))
        asked = self.wait_for(events, r'memory_postcopy_requests: (\d+)')
        self.assertGreater(int(asked.group(1)), 0)
        self.assertRegex(domain.check(), '^witness ok')
        self.assertGreater(domain.ticks(), before)

    def test_refused_postcopy(self):
        """Refused before there is anything to switch to."""
        hosts = self.libvirt_hosts('6.18', '6.12')
        self.refused_by_both(
            self.domain(hosts[0]), hosts[1], PSCI_REMEDY,
            options='--postcopy --postcopy-after-precopy')

    def test_saved(self):
        """managedsave on one kernel, start on the other, both ways."""
        hosts = self.libvirt_hosts('6.12', '6.18')
        domain = self.defined(*hosts, arguments=PSCI)
        self.starts_saved(domain, hosts[1])
        self.starts_saved(domain, hosts[0])

    def test_refused_saved(self):
        """What 6.18 saved does not start on 6.12, and still does on 6.18."""
        kernels = ('6.18', '6.12')
        hosts = self.libvirt_hosts(*kernels)
        domain = self.defined(*hosts)
        hosts[1].put(domain.managedsave(), domain.saved())
        before, began = domain.ticks(), time.monotonic()
        result = domain.start(hosts[1])
        self.record('managedsave, start', hosts, 'refused',
                    time.monotonic() - began, libvirt.said(result))
        self.assertEqual(result.status, 1)
        self.assertIn(recorded('PSCI_VERSION', *kernels), result.stderr)
        self.assertIn(PSCI_REMEDY, result.stderr)
        self.assertRegex(domain.state(hosts[1]), '^shut off')
        self.assertEqual(domain.start(hosts[0]).status, 0)
        self.assertRegex(domain.check(), '^witness ok')
        self.assertGreater(domain.ticks(), before)

    def test_refused_register(self):
        """6.1 to 5.10, which does not know of what the guest can call."""
        hosts = self.libvirt_hosts('6.1', '5.10')
        self.refused_by_both(
            self.domain(hosts[0], ('-global',
                                   'host-arm-cpu.kvm-psci-version=1.0')),
            hosts[1],
            'STD_BMAP (0x6030000000160000) = 0x1: the destination has no such '
            'register, and the guest can call its services (TRNG_V1_0; known '
            'to Linux 5.19 and later)',
            'VENDOR_HYP_BMAP (0x6030000000160002) = 0x3: the destination has '
            'no such register')

    def test_refused_feature(self):
        """A destination without a PMU: as virsh --xml has it, started so."""
        hosts = self.libvirt_hosts('6.12', '6.18')
        domain = self.domain(hosts[0])
        # What it can see for itself, libvirt refuses itself.
        self.stays(domain, hosts[1], "State of feature 'pmu' differs",
                   xml=libvirt.domain_xml(
                       domain.name, features="<pmu state='off'/>"))
        self.refused_by_both(
            domain, hosts[1],
            'the vCPU feature pmu-v3 is on at the source and off at the '
            'destination: start the destination with -cpu host,pmu=on, or, if '
            'its host cannot, start the guest with -cpu host,pmu=off',
            xml=libvirt.domain_xml(domain.name, (
                '-global', 'host-arm-cpu.pmu=off')))
        self.goes(domain, hosts[1])

    def test_baseline(self):
        """Started on 6.18 with the pool's baseline: to 6.12 and back."""
        hosts = self.libvirt_hosts('6.18', '6.12')
        text = pool.of_hosts([('6.18', DEFAULT_CPU), ('6.12', DEFAULT_CPU)])
        domain = self.domain(hosts[0], (
            '-object', json.dumps({
                'qom-type': 'arm-kvm-baseline', 'id': 'pool',
                'data': json.dumps(json.loads(text))}),
            '-global', 'host-arm-cpu.kvm-baseline=pool'))
        self.goes(domain, hosts[1])
        self.goes(domain, hosts[0])


class BeforeRam(LibvirtCase):
    """
    :avocado: tags=slow,libvirt
    """

    def test_check_off(self):
        """The check off: refused after RAM, by the destination's words."""
        kernels = ('6.18', '6.12')
        hosts = self.libvirt_hosts(*kernels)
        said = self.stays(
            self.domain(hosts[0], ('-global',
                                   'migration.x-check-before-ram=off')),
            hosts[1], recorded('PSCI_VERSION', *kernels), late=True)
        self.assertIn('Sibling indicated error 1', said)
        self.assertNotIn('The destination refused the guest', said)

    def test_series_to_stock(self):
        """To a stock QEMU, with nothing switched off."""
        hosts = self.libvirt_hosts('6.18', '6.18', qemus=('series', 'stock'))
        self.goes(self.domain(hosts[0]), hosts[1])


class Stock(LibvirtCase):
    """
    :avocado: tags=slow,libvirt
    """

    def names_nothing(self, *kernels):
        """Refused, and virsh prints neither a register nor a remedy.

        A stock QEMU that stops a guest on Linux 6.7 to 6.14 and lets it run
        on loses the enable bits of its PMU: the witness is not asked.
        """
        hosts = self.libvirt_hosts(*kernels, qemus=('stock', 'stock'))
        said = self.stays(self.domain(hosts[0]), hosts[1], late=True,
                          whole=False)
        self.assertNotRegex(said, 'PSCI|_EL1|0x60|kvm-psci-version')

    def test_stock_newer_kernel(self):
        """Stock QEMU: 6.12 to 6.18, which migrates with the series."""
        self.names_nothing('6.12', '6.18')

    def test_stock_value(self):
        """Stock QEMU: 6.18 to 6.12."""
        self.names_nothing('6.18', '6.12')


if __name__ == '__main__':
    unittest.main()
