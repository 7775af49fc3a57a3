# SPDX-License-Identifier: GPL-2.0-or-later
"""The series on another base: to and from the first base's, and stock.

    make check-base BASE=10.0
"""

import unittest

from rig import image
from rig.base.paths import BUILD, ROOT
from rig.testing.case import RigCase

# The newest machine that all bases have.
MACHINE = 'virt-10.0,gic-version=3'
# What stock 11.1 says of VENDOR_HYP_BMAP_2, which Linux 6.12 does not have.
WARNS = ('qemu: warning: handle_cpreg_missing_in_incoming_stream: fw feat reg '
         '3 expected by the destination but not in the incoming stream: skip '
         'it\n')


class OtherBase(RigCase):
    """
    :avocado: tags=slow,rig,exchange
    """

    emulated_only = True

    def setUp(self):
        super().setUp()
        if BUILD == ROOT / 'build':
            self.skipTest('the first base; set BASE to another')

    def to_and_fro(self, other):
        """6.12 to 6.18, once from the base and once to it."""
        hosts = self.hosts('6.12', '6.18', qemu=('series', other))
        for source, destination in (('series', other), (other, 'series')):
            with self.subTest(source=source, destination=destination), \
                    self.guest(hosts[0], source, machine=MACHINE) as here, \
                    self.guest(hosts[1], destination, machine=MACHINE,
                               incoming=True) as there:
                self.migrates(here, there, says=WARNS if destination ==
                              image.NEWEST else '')

    def test_first(self):
        """The series on the first base."""
        self.to_and_fro('first')

    def test_newest_stock(self):
        """Debian's newest QEMU, which takes four registers by name."""
        self.to_and_fro(image.NEWEST)


if __name__ == '__main__':
    unittest.main()
