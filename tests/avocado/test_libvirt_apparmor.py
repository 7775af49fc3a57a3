# SPDX-License-Identifier: GPL-2.0-or-later
"""Guests under the AppArmor profiles of Debian's libvirt."""

import json
import os
import unittest

from rig import pool
from rig.host import DEFAULT_CPU
from rig.libvirt import domain as libvirt, image as libvirt_image
from rig.libvirt.case import LibvirtCase

FILE = '/etc/kvm/pool-1.json'
# What reports/libvirt.rst tells to add, and where.
RULE = '/etc/kvm/*.json r,\n'
RULES = '/etc/apparmor.d/abstractions/libvirt-qemu.d/kvm-baseline'
ELSEWHERE = '/opt/qemu/bin/qemu-system-aarch64'
LIBVIRTD_PROFILE = '/etc/apparmor.d/usr.sbin.libvirtd'
LIBVIRTD_RULES = '/etc/apparmor.d/local/usr.sbin.libvirtd'
GLOBAL = ('-global', 'host-arm-cpu.kvm-baseline=pool')


class AppArmor(LibvirtCase):
    """
    :avocado: tags=slow,libvirt
    """

    def setUp(self):
        super().setUp()
        self.text = pool.of_hosts([('6.18', DEFAULT_CPU),
                                   ('6.12', DEFAULT_CPU)])

    def confined(self, domain, host):
        """Its QEMU is under the profile that libvirt made for it."""
        pid = host.run(f'cat /run/libvirt/qemu/{domain.name}.pid').stdout
        self.assertRegex(
            host.run(f'cat /proc/{pid.strip()}/attr/current').stdout,
            r'^libvirt-[0-9a-f-]{36} \(enforce\)')

    def test_apparmor_file(self):
        """A baseline's file needs a line; then it migrates, and back."""
        hosts = self.libvirt_hosts('6.18', '6.12', apparmor=True)
        for each in hosts:
            each.put(self.text.encode(), FILE)
        arguments = ('-object', f'arm-kvm-baseline,id=pool,file={FILE}',
                     *GLOBAL)
        denied = libvirt.Domain(hosts[0], arguments)
        result = denied.try_create()
        self.assertEqual(result.status, 1, result)
        self.assertIn(f'{FILE}', result.stderr)
        self.assertIn('Permission denied', result.stderr)
        self.record('create', hosts[:1], 'denied', 0, libvirt.said(result))
        for each in hosts:
            each.put(RULE.encode(), RULES)
        domain = self.domain(hosts[0], arguments)
        self.confined(domain, hosts[0])
        for each in reversed(hosts):
            self.goes(domain, each)
            self.confined(domain, each)

    def test_apparmor_data(self):
        """A baseline in the XML needs none; nor do managedsave and start."""
        hosts = self.libvirt_hosts('6.18', '6.12', apparmor=True)
        domain = self.defined(*hosts, arguments=(
            '-object', json.dumps({
                'qom-type': 'arm-kvm-baseline', 'id': 'pool',
                'data': json.dumps(json.loads(self.text))}), *GLOBAL))
        self.confined(domain, hosts[0])
        self.goes(domain, hosts[1])
        self.starts_saved(domain, hosts[0])
        self.confined(domain, hosts[0])

    def test_apparmor_elsewhere(self):
        """A QEMU that is not in /usr/bin: lines for libvirtd and for QEMU."""
        host, = self.libvirt_hosts('6.18', apparmor=True)
        host.run(f'mkdir -p {os.path.dirname(ELSEWHERE)}; '
                 f'cp {libvirt_image.EMULATOR} {ELSEWHERE}')
        denied = libvirt.Domain(host)
        denied.xml = denied.xml.replace(libvirt_image.EMULATOR, ELSEWHERE)
        result = denied.try_create()
        self.assertEqual(result.status, 1, result)
        self.assertIn('Permission denied', result.stderr)
        self.record('create', [host], 'denied', 0, libvirt.said(result))
        host.put(f'{ELSEWHERE} PUx,\n'.encode(), LIBVIRTD_RULES)
        host.run(f'apparmor_parser -r {LIBVIRTD_PROFILE}')
        host.put(f'{ELSEWHERE} rmix,\n'.encode(), RULES)
        denied.create()
        self.record('create', [host], 'runs', 0)
        self.confined(denied, host)
        self.assertRegex(denied.check(), '^witness ok')


if __name__ == '__main__':
    unittest.main()
