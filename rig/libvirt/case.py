# SPDX-License-Identifier: GPL-2.0-or-later
"""What the cases with libvirt share: hosts, guests, verdicts, a record."""

import json
import re
import time

from rig import image
from rig.base.errors import slow
from rig.host import boot
from rig.libvirt import domain as libvirt, report as libvirt_report
from rig.migration import MIGRATED, REFUSED
from rig.network import Network
from rig.testing.case import RigCase

PSCI = ('-global', 'host-arm-cpu.kvm-psci-version=1.1')
SOURCE_SAYS = "job 'migration out' failed: The destination refused the " \
    'guest: registers of the source (Linux {}) cannot be restored on this ' \
    'host: '
DESTINATION_SAYS = 'Message from the destination host: '


class LibvirtCase(RigCase):
    """Hosts with libvirt, which end with the test.

    What virsh did and said is kept for the report of `make check-libvirt`.
    """

    emulated_only = True

    def setUp(self):
        super().setUp()
        self.records = []

    def libvirt_hosts(self, *kernels, qemus=('series', 'series'),
                      apparmor=False):
        """Booted hosts in which libvirtd answers; a QEMU for each."""
        for each in image.QEMUS.keys() & set(qemus):
            self.require(image.qemu_path, each)
        network = self.stack.enter_context(Network())
        hosts = self.stack.enter_context(boot(*(
            libvirt.host(kernel, network, qemu=qemu, name=f'host-{letter}')
            for kernel, qemu, letter in zip(kernels, qemus, 'ab'))))
        libvirt.start(*hosts, apparmor=apparmor)
        return hosts

    def domain(self, host, arguments=(), **kwargs):
        """A guest that runs, and is whole."""
        domain = libvirt.Domain(host, arguments, **kwargs)
        domain.create()
        self.assertRegex(domain.check(), '^witness ok')
        return domain

    def defined(self, *hosts, arguments=()):
        """A guest that both hosts know, and that runs on the first."""
        domain = libvirt.Domain(hosts[0], arguments)
        for each in hosts:
            domain.define(each)
        self.assertEqual(domain.start(hosts[0]).status, 0)
        domain.wait_serial(r'^tick 1\n')
        return domain

    def starts_saved(self, domain, host):
        """Saved where it is, it starts on another host, and is whole."""
        source, before = domain.host, domain.ticks()
        began = time.monotonic()
        host.put(domain.managedsave(), domain.saved())
        domain.virsh(f'managedsave-remove {domain.name}')
        result = domain.start(host)
        self.record('managedsave, start', (source, host),
                    'failed' if result.status else MIGRATED,
                    time.monotonic() - began, libvirt.said(result))
        self.assertEqual(result.status, 0, result.stderr)
        self.assertRegex(domain.check(), '^witness ok')
        self.assertGreater(domain.ticks(), before)
        self.assertEqual(domain.state(), 'running (restored)')

    def events(self, host):
        """A command that prints libvirt's events there, as they come."""
        running = host.popen('exec virsh event --all --loop')
        self.addCleanup(running.close)
        # It says nothing once it listens.
        host.run('virsh list')
        return running

    def wait_for(self, running, regex, timeout=60):
        """The first match in what a command prints."""
        rex = re.compile(regex)

        def found():
            return rex.search(running.stdout.decode(errors='replace'))

        running.wait(timeout * slow(), found)
        self.assertTrue(found(), f'no "{regex}" in '
                                 f'{running.stdout.decode()}')
        return found()

    def record(self, way, hosts, outcome, seconds, said=''):
        """Keep what was done, between which hosts, and what virsh said."""
        self.records.append({
            'way': way, 'kernels': [each.kernel.version for each in hosts],
            'outcome': outcome, 'seconds': round(seconds, 1), 'said': said})
        path = libvirt_report.path(self.id().rsplit('.', 1)[1])
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(self.records, indent=1) + '\n',
                        encoding='utf-8')

    def virsh_migrate(self, domain, to, options='', xml=None):
        """`virsh migrate --live`, kept; the Migration."""
        source = domain.host
        result = domain.migrate(to, options, xml)
        self.record(f'migrate --live {options}'.strip(), (source, to),
                    result.outcome, result.seconds, result.said)
        return result

    def goes(self, domain, to, options=''):
        """It migrates, counts on there, and is whole."""
        before = domain.ticks()
        result = self.virsh_migrate(domain, to, options)
        self.assertEqual(result.outcome, MIGRATED, str(result))
        self.assertEqual(result.status, 0, str(result))
        self.assertRegex(domain.check(), '^witness ok')
        self.assertGreater(domain.ticks(), before)
        self.assertEqual(domain.state(), 'running (migrated)')

    def stays(self, domain, to, *texts, options='', xml=None, late=False,
              whole=True):
        """It is refused, virsh prints all of this; it runs on, and is whole.

        Its state and the reason for it are as before: it was not even
        paused.  Refused `late`, after all of its RAM, it was paused.
        """
        before = domain.ticks()
        state = 'running (unpaused)' if late else domain.state()
        result = self.virsh_migrate(domain, to, options, xml)
        self.assertEqual(result.outcome, REFUSED, str(result))
        self.assertEqual(result.status, 1, str(result))
        for text in texts:
            self.assertIn(text, result.said)
        if whole:
            self.assertRegex(domain.check(), '^witness ok')
        self.assertGreater(domain.ticks(), before)
        self.assertEqual(domain.state(), state)
        return result.said

    def refused_by_both(self, domain, to, *texts, **kwargs):
        """Both hosts' words are in what virsh prints, each with all this."""
        said = self.stays(
            domain, to, SOURCE_SAYS.format(domain.host.kernel.version),
            DESTINATION_SAYS, **kwargs)
        source, _, destination = said.partition(DESTINATION_SAYS)
        for text in texts:
            self.assertIn(text, source)
            self.assertIn(text, destination)
        return said
