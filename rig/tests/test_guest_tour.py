# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest's tour, and what it may find altered (seconds).

Hosts and guests are stand-ins; witnesses say what they say in rig/witness.
"""

import unittest
from types import SimpleNamespace
from unittest import mock

from rig import guest_tour
from rig.base.errors import GuestAltered

IDC = ('witness MISMATCH CTR_EL0 expected 0x9444c004 found 0x8444c004\n'
       'witness failed: 1 registers, 0 words of memory\n')
MORE = ('witness MISMATCH PMCEID0_EL0 expected 0x40020001 found 0x20001\n'
        'witness failed: 2 registers, 0 words of memory\n')


def host(version):
    return SimpleNamespace(kernel=SimpleNamespace(version=f'{version}.1-x'))


class FakeGuest:
    """Says what `says` has for its kernel."""

    says = {}
    closed = []

    def __init__(self, at, qemu, kind, incoming=False, **kwargs):
        # pylint: disable=too-many-arguments
        self.host, self.incoming = at, incoming
        self.given = (qemu, kind, kwargs)

    def said(self):
        return self.says.get(guest_tour.series_of(self.host), 'tick 7\n')

    def ticks(self):
        return 7

    def check(self):
        if 'witness' in self.said():
            raise GuestAltered('not what it was')
        return 'witness ok: tick 7, 9 registers, 9 KiB compared'

    def reset(self):
        pass

    def close(self):
        self.closed.append(guest_tour.series_of(self.host))


class Going(unittest.TestCase):

    def setUp(self):
        FakeGuest.says, FakeGuest.closed = {}, []
        self.outcome = 'migrated'
        for name, value in (('Guest', FakeGuest), ('migrate', self.migrate)):
            patch = mock.patch.object(guest_tour, name, value)
            patch.start()
            self.addCleanup(patch.stop)

    def migrate(self, source, destination, return_path):
        self.assertTrue(return_path and destination.incoming)
        self.assertFalse(source is destination)
        return SimpleNamespace(outcome=self.outcome)

    def tour(self, *kernels):
        """A tour that has been to all of them."""
        made = guest_tour.Tour(
            host(kernels[0]), memory='64M',
            options=lambda at: {'cpu': guest_tour.series_of(at)})
        for kernel in kernels[1:]:
            made.go(host(kernel))
        return made

    def test_goes(self):
        with self.tour('6.18', '6.1', '7.3') as there:
            self.assertEqual(guest_tour.series_of(there.guest.host), '7.3')
            self.assertEqual(there.guest.given, (
                'series', 'witness', {'memory': '64M', 'cpu': '7.3'}))
            self.assertEqual(FakeGuest.closed, ['6.18', '6.1'])
            self.assertEqual(there.left_at, 7)
        self.assertEqual(FakeGuest.closed, ['6.18', '6.1', '7.3'])

    def test_refused_stays(self):
        self.outcome = 'refused'
        with self.tour('6.18', '6.1') as there:
            self.assertEqual(guest_tour.series_of(there.guest.host), '6.18')
            self.assertEqual(FakeGuest.closed, ['6.1'])

    def test_whole(self):
        self.assertRegex(self.tour('6.18', '7.3').check(), '^witness ok: ')

    def test_what_kvm_alters(self):
        """The witness names it once, and counts it in every check."""
        FakeGuest.says = {
            '6.1': IDC, '5.10': MORE,
            '7.3': 'witness failed: 2 registers, 0 words of memory\n'}
        there = self.tour('6.18', '6.1')
        self.assertEqual(there.check(),
                         'witness ok, but KVM has shown another CTR_EL0')
        for kernel in ('5.10', '7.3'):
            there.go(host(kernel))
            self.assertEqual(
                there.check(), 'witness ok, but KVM has shown another '
                'CTR_EL0, PMCEID0_EL0')

    def test_several_cpus(self):
        """Each of them counts its registers, and is named once."""
        line = IDC.split('\n', maxsplit=1)[0]
        FakeGuest.says = {'6.1': ''.join(
            f'{line} on cpu {cpu}\n' for cpu in (1, 0))
            + IDC.split('\n')[1].replace('1', '2') + '\n'}
        there = self.tour('6.18', '6.1')
        for _ in range(2):
            self.assertEqual(there.check(),
                             'witness ok, but KVM has shown another CTR_EL0')

    def test_anything_else(self):
        for said in (IDC.replace('CTR', 'DCZID'),
                     IDC.replace('failed: 1', 'failed: 2'),
                     IDC.replace('0 words', '1 words'),
                     IDC.split('\n', maxsplit=1)[0] + '\n',
                     IDC + 'witness FAULT esr 0x1 elr 0x2\n'):
            FakeGuest.says = {'6.1': said}
            with self.subTest(said), self.assertRaises(GuestAltered):
                self.tour('6.18', '6.1').check()
        # These kernels show the same CTR_EL0.
        FakeGuest.says = {'6.12': IDC}
        with self.assertRaises(GuestAltered):
            self.tour('6.18', '6.12').check()

    def test_reset(self):
        """It learns everything anew, where it is."""
        FakeGuest.says = {'6.1': IDC}
        there = self.tour('6.18', '6.1')
        there.check()
        there.reset()
        self.assertEqual(there.altered, '')
        with self.assertRaises(GuestAltered):
            there.check()


if __name__ == '__main__':
    unittest.main()
