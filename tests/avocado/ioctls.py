# SPDX-License-Identifier: GPL-2.0-or-later
"""How often a save and a load ask real KVM for registers."""

import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE)]

# pylint: disable=wrong-import-position
from rig import ioctls                                      # noqa: E402
from rigcase import RigCase                                 # noqa: E402


class Ioctls(RigCase):
    """
    :avocado: tags=quick,rig
    """

    emulated_only = True

    def test_list_is_moved_once(self):
        """6.18, PMU on: no more reads at save, writes at load, than listed.

        But for the manifest, which is of the first vCPU only.
        """
        modes = ('series', 'without preflight')
        indexes, found = ioctls.measure_all(modes=modes)
        for mode in modes:
            self.assertEqual(ioctls.excess(indexes, mode, found[mode]), [])
            # A trace without these ioctls would also show no excess.
            self.assertGreater(found[mode].save[ioctls.GET_ONE_REG],
                               len(indexes) // 2)
            self.assertGreater(found[mode].load[ioctls.SET_ONE_REG], 0)


if __name__ == '__main__':
    unittest.main()
