# SPDX-License-Identifier: GPL-2.0-or-later
"""Stock and series in all combinations do what the documentation says."""

import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE)]

# pylint: disable=wrong-import-position
from rig import interop                                     # noqa: E402
from rigcase import RigCase                                 # noqa: E402


class Few(RigCase):
    """
    :avocado: tags=quick,rig
    """

    emulated_only = True

    def test_rows(self):
        """A row of the page for each combination of source and destination."""
        documented = interop.documented_rows()
        for way, facts in interop.measure(interop.FEW).items():
            with self.subTest(way):
                self.assertIn(interop.row(way, facts), documented)


class All(RigCase):
    """
    :avocado: tags=slow,rig
    """

    emulated_only = True
    maxDiff = None

    def test_table(self):
        """Every row of the page, which `make interop-docs` renews."""
        self.assertEqual(interop.table(interop.measure()),
                         interop.documented())


if __name__ == '__main__':
    unittest.main()
