# SPDX-License-Identifier: GPL-2.0-or-later
"""A file has stock's stream, byte for byte, whatever the machine type.

Guests that never ran, each saved to a file on one host, part by part.  Time
passes into two registers, which may differ, and nothing else.
"""

import unittest

from rig import image, pool
from rig.base.errors import Deadline
from rig.matrix import cases
from rig.migration import wait_source
from rig.streams.cpreg import CpregStream
from rig.streams.saved import SavedStream
from rig.testing.case import RigCase

# KVM_REG_ARM_PTIMER_CNT and KVM_REG_ARM_TIMER_CNT, which count on.
COUNTERS = (0x603000000013df01, 0x603000000013df1a)
MACHINE = ',gic-version=3,dtb-randomness=off'
RTC = ('-rtc', 'base=2026-01-01T00:00:00,clock=vm')
MANIFEST, INIT = 'arm-migration-manifest', b'cpu/kvm-vcpu-init'


class Files(RigCase):
    """
    :avocado: tags=quick,rig
    """

    def setUp(self):
        super().setUp()
        self.host, = self.hosts('6.18', qemu=image.COMPARED, cpus=(cases.MAX,))

    def saved(self, qemu, machine, *, cpu='host', extra=()):
        """The stream of a new guest, its counters at 0."""
        with self.guest(self.host, qemu, memory='64M', start=False, cpu=cpu,
                        machine=machine + MACHINE,
                        extra=(*RTC, *extra)) as guest:
            path = self.host.path(f'/tmp/{guest.name}')
            guest.qmp('migrate', uri=f'file:{path}')
            info = wait_source(guest, Deadline(60))
            self.assertEqual(info['status'], 'completed', info)
        stream = CpregStream(self.host.get(path))
        for regidx in COUNTERS:
            stream.set(regidx, 0)
        return SavedStream(stream.render())

    def assert_same(self, stock, series):
        self.assertEqual(stock.head, series.head)
        self.assertGreater(len(stock.pages), 1000)
        self.assertEqual(stock.pages, series.pages)
        self.assertEqual(stock.commands, series.commands)
        self.assertEqual(stock.described, series.described)
        self.assertGreater(len(stock.devices), 10)
        self.assertEqual(list(stock.devices), list(series.devices))
        for name, body in stock.devices.items():
            self.assertEqual(body, series.devices[name], name)

    def test_file(self):
        """Default settings, the newest machine and an old one."""
        for machine in ('virt-10.2', 'virt-9.2'):
            with self.subTest(machine):
                self.assert_same(self.saved('stock', machine),
                                 self.saved('series', machine))

    def test_baseline(self):
        """What the file of a guest with a baseline has more."""
        plain = self.saved('series', 'virt')
        path = self.pool_file(('6.18', cases.MAX), ('7.3', cases.MAX))
        added = self.saved('series', 'virt', **pool.options(self.host, path))
        names = {name for name, _, _ in added.devices}
        self.assertEqual(names - {name for name, _, _ in plain.devices},
                         {MANIFEST})
        for stream, has in ((plain, False), (added, True)):
            cpu, = (body for name, body in stream.devices.items()
                    if name[0] == 'cpu')
            self.assertEqual(INIT in cpu, has)


if __name__ == '__main__':
    unittest.main()
