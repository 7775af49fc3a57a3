# SPDX-License-Identifier: GPL-2.0-or-later
"""With x-cpreg-preflight off the stream is stock's, byte for byte.

Guests that never ran, each saved to a file on one host, part by part.  Time
passes into two registers, which may differ, and nothing else.
"""

import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE)]

# pylint: disable=wrong-import-position
from rig import cases                                       # noqa: E402
from rig.errors import Deadline                             # noqa: E402
from rig.migration import wait_source                       # noqa: E402
from cpreg_stream import CpregStream                        # noqa: E402
from rigcase import RigCase                                 # noqa: E402
from saved_stream import SavedStream                        # noqa: E402

CAPABILITY = 'x-cpreg-preflight'
# KVM_REG_ARM_PTIMER_CNT and KVM_REG_ARM_TIMER_CNT, which count on.
COUNTERS = (0x603000000013df01, 0x603000000013df1a)
MACHINE = ',gic-version=3,dtb-randomness=off'
RTC = ('-rtc', 'base=2026-01-01T00:00:00,clock=vm')
MANIFEST, INIT = 'arm-cpreg-manifest', b'cpu/kvm-vcpu-init'


class Off(RigCase):
    """
    :avocado: tags=quick,rig
    """

    def setUp(self):
        super().setUp()
        self.host, = self.hosts('6.18', qemu=cases.QEMUS, cpus=(cases.MAX,))

    def saved(self, qemu, capability=None, machine='virt'):
        """The stream of a new guest, its counters at 0."""
        with self.guest(self.host, qemu, memory='64M', start=False,
                        machine=machine + MACHINE, extra=RTC) as guest:
            if capability is not None:
                guest.qmp('migrate-set-capabilities', capabilities=[
                    {'capability': CAPABILITY, 'state': capability}])
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

    def test_capability_off(self):
        """Switched off at run time; and what it adds where it is on."""
        stock = self.saved('stock')
        self.assert_same(stock, self.saved('series', False))
        added = self.saved('series', True)
        names = {name for name, _, _ in added.devices}
        self.assertEqual(names - {name for name, _, _ in stock.devices},
                         {MANIFEST})
        cpu, = (body for name, body in added.devices.items()
                if name[0] == 'cpu')
        self.assertIn(INIT, cpu)

    def test_older_machine(self):
        """It is off for a machine of 10.1, without anybody's doing."""
        self.assert_same(self.saved('stock', machine='virt-10.1'),
                         self.saved('series', machine='virt-10.1'))


if __name__ == '__main__':
    unittest.main()
