# SPDX-License-Identifier: GPL-2.0-or-later
"""Stock and series in all combinations do what the documentation says."""

import unittest

from rig import image, saved
from rig.interop import run as interop
from rig.interop.run import MACHINE, OLDER_MACHINE
from rig.testing.case import RigCase


class Few(RigCase):
    """
    :avocado: tags=quick,rig
    """

    emulated_only = True
    maxDiff = None

    def test_rows(self):
        """The rows of the page that the series is in, with QEMU's defaults."""
        documented = interop.documented()[0]
        self.assertEqual(interop.measure(interop.FEW),
                         {way: documented[way] for way in interop.FEW})


class All(RigCase):
    """
    :avocado: tags=slow,rig
    """

    emulated_only = True
    maxDiff = None

    def test_table(self):
        """Every row of the page, which `make interop-report` renews."""
        found, exchanged, _ = interop.documented()
        self.assertEqual(interop.measure(), found)
        self.assertEqual(interop.exchange(), exchanged)


class Stock(RigCase):
    """A guest that stock and the series have by turns, nobody sets anything.

    :avocado: tags=quick,rig
    """

    def setUp(self):
        super().setUp()
        self.stocks = ('stock',) if self.real else ('stock', image.NEWEST)

    def guest(self, host, qemu='series', *, machine=MACHINE, **kwargs):
        return super().guest(host, qemu, memory='64M',
                             machine=f'{machine},gic-version=3', **kwargs)

    def test_live(self):
        """To stock and from it."""
        hosts = self.hosts('6.18', '6.18', qemu=(*self.stocks, 'series'))
        for machine in (MACHINE, OLDER_MACHINE):
            for stock in self.stocks:
                for source, destination in ((stock, 'series'),
                                            ('series', stock)):
                    with self.subTest(machine=machine, source=source,
                                      destination=destination), \
                            self.guest(hosts[0], source, machine=machine) \
                            as here, \
                            self.guest(hosts[1], destination,
                                       machine=machine, incoming=True) \
                            as there:
                        self.migrates(here, there)

    def test_file(self):
        """A file of the series loads in stock, whose file loads here."""
        host, = self.hosts('6.18', qemu=(*self.stocks, 'series'))
        for machine in (MACHINE, OLDER_MACHINE):
            for stock in self.stocks:
                with self.subTest(machine=machine, stock=stock):
                    self.from_file_to_file(host, machine, stock)

    def from_file_to_file(self, host, machine, stock):
        with self.guest(host, machine=machine) as guest:
            paths = [host.path(f'/tmp/{guest.name}-{n}') for n in range(2)]
            saved.save_file(guest, paths[0])
        with self.guest(host, stock, machine=machine,
                        incoming=True) as guest:
            self.assertIsNone(saved.load_file(guest, paths[0]))
            self.assertRegex(guest.check(), '^witness ok')
            saved.save_file(guest, paths[1])
        with self.guest(host, machine=machine, incoming=True) as guest:
            self.assertIsNone(saved.load_file(guest, paths[1]))
            self.assertRegex(guest.check(), '^witness ok')
            self.assertEqual(guest.stderr(), '')


if __name__ == '__main__':
    unittest.main()
