# SPDX-License-Identifier: GPL-2.0-or-later
"""`make deb`'s packages on hosts of Debian 13 with its libvirt, by dpkg."""

import json
import time
import unittest

from rig.base.errors import GuestAltered
from rig.host import boot
from rig.libvirt import domain as libvirt, image as libvirt_image, packages
from rig.libvirt.case import PSCI, LibvirtCase
from rig.migration import MIGRATED
from rig.network import Network

# Debian's QEMU loses counters of the PMU when it loads a guest on Linux 6.12:
# what goes to it is started without.
NO_PMU = "<pmu state='off'/>"


class Packages(LibvirtCase):
    """
    :avocado: tags=slow,packages
    """

    def package_hosts(self, *kernels, kinds):
        """Booted hosts with these packages; libvirtd answers."""
        for kind in packages.FOLDERS:
            self.require(packages.debs, kind)
        network = self.stack.enter_context(Network())
        hosts = self.stack.enter_context(boot(*(
            packages.host(kernel, network, name=f'host-{letter}')
            for kernel, letter in zip(kernels, 'abc'))))
        for host, kind in zip(hosts, kinds):
            packages.install(host, kind)
        libvirt.start(*hosts)
        return hosts

    def emulator(self, domain):
        """The program of its QEMU, as the kernel has it."""
        return domain.host.run(
            'readlink /proc/$(cat /run/libvirt/qemu/'
            f'{domain.name}.pid)/exe').stdout.strip()

    def starts_again(self, domain, change=None):
        """Saved, and the packages changed, it starts and is whole."""
        host, before = domain.host, domain.ticks()
        domain.virsh(f'managedsave {domain.name}')
        if change:
            packages.install(host, change)
        began = time.monotonic()
        result = domain.start(host)
        self.record('managedsave, start', (host, host),
                    'failed' if result.status else MIGRATED,
                    time.monotonic() - began, libvirt.said(result))
        self.assertEqual(result.status, 0, result.stderr)
        self.assertRegex(domain.check(), '^witness ok')
        self.assertGreater(domain.ticks(), before)
        self.assertEqual(domain.state(), 'running (restored)')

    def test_installed(self):
        """Our packages on 6.12 and 6.18: there and back."""
        hosts = self.package_hosts('6.12', '6.18',
                                   kinds=('series', 'series'))
        domain = self.domain(hosts[0])
        self.goes(domain, hosts[1])
        self.goes(domain, hosts[0])
        for host in hosts:
            dump = json.loads(host.run('kvm-arm-regs dump').stdout)
            self.assertIn(dump['kernel'].split()[-1], host.kernel.version)

    def test_started_on_the_newer_kernel(self):
        """Our packages: from 6.18 to 6.12, with kvm-psci-version=1.1."""
        hosts = self.package_hosts('6.18', '6.12',
                                   kinds=('series', 'series'))
        domain = self.domain(hosts[0], PSCI)
        self.goes(domain, hosts[1])
        self.goes(domain, hosts[0])

    def test_upgraded_under_a_guest(self):
        """Upgraded under a guest of Debian's QEMU: 6.12 to 6.18 and back."""
        hosts = self.package_hosts('6.12', '6.18', kinds=('debian', 'debian'))
        domain = self.domain(hosts[0])
        for host in hosts:
            packages.install(host, 'series')
        self.assertRegex(domain.check(), '^witness ok')
        self.assertRegex(self.emulator(domain), r' \(deleted\)$')
        self.goes(domain, hosts[1])
        self.assertEqual(self.emulator(domain), libvirt_image.EMULATOR)
        self.goes(domain, hosts[0])
        self.assertEqual(self.emulator(domain), libvirt_image.EMULATOR)

    def test_downgraded_under_a_guest(self):
        """Downgraded under a guest of ours: it goes to Debian's, 6.12."""
        hosts = self.package_hosts('6.12', '6.12',
                                   kinds=('series', 'debian'))
        domain = self.domain(hosts[0], features=NO_PMU)
        packages.install(hosts[0], 'debian')
        self.goes(domain, hosts[1])
        self.goes(domain, hosts[0])

    def test_saved_and_upgraded(self):
        """Saved by Debian's QEMU, started by ours, and the other way."""
        host, = self.package_hosts('6.12', kinds=('debian',))
        domain = libvirt.Domain(host, features=NO_PMU)
        domain.define(host)
        self.assertEqual(domain.start(host).status, 0)
        domain.wait_serial(r'^tick 1\n')
        self.starts_again(domain, 'series')
        self.starts_again(domain, 'debian')
        self.starts_again(domain, 'series')

    def test_pmu_of_debians(self):
        """Debian's QEMU alone loses counters of the PMU; ours does not."""
        host, = self.package_hosts('6.12', kinds=('debian',))
        domain = self.defined(host)
        with self.assertRaisesRegex(GuestAltered, 'PMCNTENSET_EL0'):
            self.starts_again(domain)
        domain.destroy()
        packages.install(host, 'series')
        self.starts_again(self.defined(host))

    def test_saved_before_the_kernel(self):
        """Saved by Debian's QEMU on 6.12, started by ours on 6.18."""
        hosts = self.package_hosts('6.12', '6.18',
                                   kinds=('debian', 'series'))
        self.starts_saved(self.defined(*hosts), hosts[1])


if __name__ == '__main__':
    unittest.main()
