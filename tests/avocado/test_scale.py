# SPDX-License-Identifier: GPL-2.0-or-later
"""What a vCPU costs does not grow with the number of vCPUs."""

import pathlib
import tempfile
import unittest

from rig import image
from rig.host import boot
from rig.scale import run as scale
from rig.testing.case import RigCase

SIZES = (1, 2, 8)


class Scale(RigCase):
    """
    :avocado: tags=quick,rig
    """

    emulated_only = True    # it counts what a library of its own sees

    def test_ioctls_and_bytes_per_vcpu(self):
        """6.18, up to 8 vCPUs: no more than stock's, and not growing.

        But for two subsections in each vCPU's section, one manifest, and one
        scratch vCPU.
        """
        for name in image.QEMUS:
            self.require(image.qemu_path, name)
        folder = self.stack.enter_context(tempfile.TemporaryDirectory())
        host, = self.stack.enter_context(boot(scale.new_host(scale.KERNEL)))
        found = scale.measure_all(
            lambda: host, SIZES,
            scale.Results(pathlib.Path(folder) / 'results', {}),
            ('stock', 'series'), lambda size: 1)
        for what in ('start', 'save', 'load', 'bytes', 'cpu_bytes'):
            with self.subTest(what):
                self.bounded(what, *(
                    [self.cost(what, found[size][mode][0]) for size in SIZES]
                    for mode in ('stock', 'series')))
        # Each vCPU's writes are read back, and those of one scratch vCPU for
        # all: stock reads none at a load.
        reads, writes = ([
            found[size]['series'][0]['ioctls']['load'][f'KVM_{what}_ONE_REG']
            for size in SIZES] for what in ('GET', 'SET'))
        each = (reads[1] - reads[0]) / (SIZES[1] - SIZES[0])
        self.assertEqual(reads[2] - reads[1], each * (SIZES[2] - SIZES[1]))
        self.assertGreater(each, 0)
        self.assertLessEqual(
            each, (writes[1] - writes[0]) / (SIZES[1] - SIZES[0]))
        self.assertLess(reads[0], 2 * each)

    @staticmethod
    def cost(what, facts):
        """Bytes, or the ioctls of a phase."""
        return (sum(facts['ioctls'][what].values())
                if what in facts['ioctls'] else facts[what])

    def bounded(self, what, stock, series):
        """No more than stock; the later vCPUs no more than the second."""
        # A stream or a count of nothing would pass all that follows.
        self.assertGreater(series[0], 50)
        # The more pieces RAM is sent in, the more ends of pieces: up to a
        # kilobyte, while a vCPU has twelve.
        slack = 1.25 if what == 'bytes' else 1
        self.assertLessEqual(
            (series[2] - series[1]) / (SIZES[2] - SIZES[1]),
            (series[1] - series[0]) / (SIZES[1] - SIZES[0]) * slack)
        # A scratch vCPU takes what a guest cannot change before the first
        # vCPU is loaded: once, so that two vCPUs cost less than stock's.
        most = 1.02 if 'bytes' in what else 1
        alone = 1.05 if what == 'load' else most
        for ours, theirs, allowed in zip(series, stock, (alone, most, most)):
            self.assertLessEqual(ours, theirs * allowed)
        self.assertLessEqual(series[1] - series[0],
                             (stock[1] - stock[0]) * most)


if __name__ == '__main__':
    unittest.main()
