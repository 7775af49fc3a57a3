# SPDX-License-Identifier: GPL-2.0-or-later
"""What the cases on emulated hosts share: hosts, guests, verdicts."""

import contextlib
import json
import os
import pathlib
import re
import shutil
import tempfile
import unittest

from rig import altered, image, messages, migration, pool
from rig.base.errors import GuestAltered, GuestError, RigError
from rig.base.reg_lists import refusal
from rig.guest import Guest
from rig.host import DEFAULT_CPU, Host, boot, emulator_path
from rig.migration import MIGRATED, REFUSED, migrate
from rig.network import Network
from rig.real import host as real_host
from rig.testing import places


def recorded(name, source, destination, cpus=(DEFAULT_CPU, DEFAULT_CPU),
             features='vregs+pmu'):
    """What a refusal says of a register: both kernels' recorded values."""
    return refusal(name, *(f'{kernel}-{cpu}-{features}.txt' for kernel, cpu
                           in zip((source, destination), cpus)))


class RigCase(unittest.TestCase):
    """Hosts and guests that end with the test, in any case.

    Hosts of other processes wait for a place.  A test that needs what is
    not built is skipped, and the reason says how to build it.  With real
    Arm KVM the hosts are this machine, unless the case is `emulated_only`.
    """

    emulated_only = False

    def setUp(self):
        self.stack = contextlib.ExitStack()
        self.addCleanup(self.stack.close)
        self.real = real_host.used()
        if self.real and self.emulated_only:
            self.skipTest(f'needs emulated hosts ({real_host.REMEDY})')
        if not (self.real or os.environ.get('RIG_EMULATOR')):
            self.require(emulator_path)
        self.stack.enter_context(places.hold(
            image.CACHE, places.number(os.cpu_count())))

    def require(self, find, *args):
        """Skip, for the reason that find() gives, if it finds no file."""
        try:
            find(*args)
        except RigError as err:
            self.skipTest(str(err))

    def require_tool(self, name):
        """Skip where a program is not installed."""
        if not shutil.which(name):
            self.skipTest(f'no {name}: `make setup` installs it')

    def hosts(self, *kernels, network=None, qemu=('series',), cpus=None,
              guests=('witness',), exact=False, cpu_features=(), **kwargs):
        """Booted hosts on a network of their own, the witness aboard.

        Each may have its own CPU.  With `exact` the case is about these
        very kernels and CPUs; see real_host.obstacle().
        """
        cpus = cpus or (DEFAULT_CPU,) * len(kernels)
        for each in image.QEMUS.keys() & set(qemu):
            self.require(image.qemu_path, each)
        if self.real:
            why = real_host.obstacle(real_host.machine(), kernels, cpus,
                                     exact, cpu_features)
            if why:
                self.skipTest(why)
            network = network or real_host.Loopback()
            return self.stack.enter_context(boot(*(
                real_host.RealHost(f'host{number}', network=network, cpu=cpu,
                                   qemu=qemu, guests=guests)
                for number, cpu in enumerate(cpus, 1))))
        network = network or self.stack.enter_context(Network())
        return self.stack.enter_context(boot(*(
            Host(kernel, network=network, qemu=qemu, guests=guests, cpu=cpu,
                 **kwargs)
            for kernel, cpu in zip(kernels, cpus))))

    def instead(self, host, kernel):
        """A host of another kernel, which replaces a host that ends.

        More than two at once are too much for a small machine.
        """
        host.close()
        return self.hosts(kernel, network=host.network, cpus=(host.cpu,))[0]

    def guest(self, host, qemu='series', *, kind='witness', start=True,
              extra=(), **kwargs):
        """A running guest, or one that waits: for a migration, or with -S."""
        guest = self.stack.enter_context(Guest(
            host, qemu, kind, extra=(*extra, *([] if start else ['-S'])),
            **kwargs))
        if start and not guest.incoming:
            guest.wait_up()
        return guest

    def file(self, name, content):
        """A file of this machine with a text, or with JSON."""
        folder = self.stack.enter_context(tempfile.TemporaryDirectory())
        path = pathlib.Path(folder) / name
        path.write_text(content if isinstance(content, str) else
                        json.dumps(content), encoding='utf-8')
        return path

    def pool_file(self, *hosts, features=('pmu',)):
        """The baseline of hosts, (kernel, CPU) each."""
        self.require_tool('ninja')
        return self.file('pool.json', pool.of_hosts(hosts, features))

    def declines(self, host, *texts, **kwargs):
        """QEMU ends at its start, with one line that has all of these texts.

        The guest prints as soon as a vCPU runs; it printed nothing.
        """
        with self.assertRaises(GuestError) as raised:
            self.guest(host, start=False, **kwargs)
        text = str(raised.exception)
        self.assertIn('did not start (it ended with 1)', text)
        self.assertNotIn('\n  serial:\n', text)
        said = re.search(r'\n  stderr:\n((?:    \| .*\n?)+)', text)
        self.assertTrue(said, text)
        lines = [line[6:] for line in said.group(1).splitlines()]
        self.assertEqual(len(lines), 1, lines)
        for each in texts:
            self.assertIn(each, lines[0])
        return lines[0]

    def pair(self, source, destination, kernels, *, host_cpu=DEFAULT_CPU,
             cpu_features=(), **kwargs):
        """Source and destination guest: a QEMU and a kernel for each."""
        hosts = self.hosts(*kernels, qemu=sorted({source, destination}),
                           cpus=(host_cpu, host_cpu),
                           cpu_features=cpu_features)
        return (self.guest(hosts[0], source, **kwargs),
                self.guest(hosts[1], destination, incoming=True, **kwargs))

    def migrates(self, source, destination, *, says='', **kwargs):
        """Migrate; the witness is whole at the destination.

        The destination says what the regular expression `says` tells.
        """
        self.assertRegex(source.check(), '^witness ok')
        result = migrate(source, destination, **kwargs)
        self.assertEqual(result.outcome, MIGRATED, str(result))
        self.assertRegex(destination.check(), '^witness ok')
        self.assertRegex(destination.stderr(), rf'\A{says}\Z')
        return result

    def altered(self, source, destination, registers, kernels):
        """Migrate; KVM itself shows other values in these registers."""
        self.assertRegex(source.check(), '^witness ok')
        result = migrate(source, destination, return_path=True)
        self.assertEqual(result.outcome, MIGRATED, str(result))
        with self.assertRaises(GuestAltered):
            destination.check()
        self.assertEqual(destination.stderr(), '')
        self.assertEqual(destination.mismatches(), registers)
        for line in messages.differences(destination.serial()):
            self.assertTrue(altered.alteration(line, *kernels), line)

    def refused(self, source, destination, *texts, **kwargs):
        """Refused with all of these texts; the witness runs on, whole."""
        result = migrate(source, destination, **kwargs)
        self.assertEqual(result.outcome, REFUSED, str(result))
        said = (result.destination_stderr if kwargs.get('exit_on_error', True)
                else result.destination_error)
        for text in texts:
            self.assertIn(text, said)
        self.assertRegex(source.check(), '^witness ok')
        return result

    def refused_late(self, source, destination, *texts, check_before_ram=False,
                     **kwargs):
        """After RAM was sent, by a load; the guest runs on."""
        result = self.refused(source, destination, *texts, **{
            'return_path': True, 'check_before_ram': check_before_ram,
            **kwargs})
        self.assertEqual(result.source_status, 'failed')
        self.assertGreater(result.sent(), 1 << 20)
        return result

    def refused_early(self, source, destination, *texts, **kwargs):
        """Refused before RAM was sent; both sides say all of these texts."""
        result = self.refused(source, destination, *texts, **kwargs)
        self.assertEqual(result.source_status, 'failed')
        self.assertRegex(result.source_error or '',
                         '^The destination refused the guest: ')
        for text in texts:
            self.assertIn(text, result.source_error)
        self.assertLess(result.sent(), migration.BEFORE_RAM)
        return result
