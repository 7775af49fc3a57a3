# SPDX-License-Identifier: GPL-2.0-or-later
"""How often a save and a load ask real KVM for registers."""

import unittest

from rig.ioctls import run as ioctls
from rig.testing.case import RigCase


class Ioctls(RigCase):
    """
    :avocado: tags=quick,rig
    """

    emulated_only = True

    def test_list_is_moved_once(self):
        """6.18, PMU on: each register read at save, written at load, once."""
        indexes, found = ioctls.measure_all(qemus=('series',))
        counts = found['series']
        self.assertEqual(ioctls.excess(indexes, counts), [])
        # A trace without these ioctls would also show no excess.
        for numbers, request in ((counts.save, ioctls.GET_ONE_REG),
                                 (counts.load, ioctls.SET_ONE_REG),
                                 (counts.load, ioctls.GET_ONE_REG)):
            self.assertGreater(numbers[request], len(indexes) // 2)


if __name__ == '__main__':
    unittest.main()
