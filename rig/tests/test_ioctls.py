# SPDX-License-Identifier: GPL-2.0-or-later
"""Counting register ioctls in a trace (no emulated host)."""

import unittest

from rig.base.errors import RigError
from rig.ioctls import run as ioctls
from rig.ioctls.run import GET_ONE_REG, SET_ONE_REG, Counts

# Written out, from the kernel's uapi headers.
PSCI_VERSION = 0x6030000000140000
MIDR_EL1 = 0x603000000013c000
TCR_EL1 = 0x603000000013c102


def traced(*lines):
    return ''.join(f'kvm_vcpu_ioctl cpu_index {cpu}, type 0x{request:x}, '
                   'arg 0xffffc0ffee00\n' for cpu, request in lines)


class Count(unittest.TestCase):

    def test_uapi_numbers(self):
        """_IOWR(KVMIO, 0xb0, u64) and _IOW(KVMIO, 0xab and 0xac, 16)."""
        def number(way, size, last):
            return way << 30 | size << 16 | 0xae << 8 | last

        self.assertEqual(
            list(ioctls.NAMES),
            [number(3, 8, 0xb0), number(1, 16, 0xab), number(1, 16, 0xac)])

    def test_each_vcpu_on_its_own(self):
        found = ioctls.count(
            traced((0, GET_ONE_REG), (1, GET_ONE_REG), (1, GET_ONE_REG))
            + 'kvm_run_exit cpu_index 0, reason 6\nkvm_vcpu_ioctl cpu_ind'
            + '\n1234@5.6:' + ' ' + traced((0, SET_ONE_REG)))
        self.assertEqual(found[0][GET_ONE_REG], 1)
        self.assertEqual(found[1][GET_ONE_REG], 2)
        self.assertEqual(found[0][SET_ONE_REG], 1)
        self.assertEqual(ioctls.most(found)[GET_ONE_REG], 2)

    def test_trace_that_says_nothing(self):
        for text in ('', traced((0, GET_ONE_REG))):
            with self.assertRaisesRegex(RigError, 'not of all 2'):
                ioctls.most(ioctls.count(text))

    def test_excess(self):
        """331 listed; at load one read for each write, and no more."""
        indexes = [PSCI_VERSION, MIDR_EL1, *([TCR_EL1] * 329)]
        for save, writes, reads, expected in (
                (331, 331, 331, 0), (332, 331, 331, 1), (331, 332, 331, 1),
                (331, 200, 201, 1), (662, 662, 663, 3)):
            counts = Counts({GET_ONE_REG: save, SET_ONE_REG: 999},
                            {GET_ONE_REG: reads, SET_ONE_REG: writes})
            with self.subTest(counts):
                self.assertEqual(len(ioctls.excess(indexes, counts)),
                                 expected)

    def test_table(self):
        zero = dict.fromkeys(ioctls.NAMES, 0)
        text = ioctls.table({'stock': Counts({**zero, GET_ONE_REG: 588}, zero),
                             'series': Counts(zero, zero)})
        self.assertRegex(text, r'KVM_GET_ONE_REG +\| 588 +\| 0 ')
        self.assertEqual(len({len(line) for line in text.split('\n')}), 1)


if __name__ == '__main__':
    unittest.main()
