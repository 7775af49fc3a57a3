# SPDX-License-Identifier: GPL-2.0-or-later
"""What the recorder makes of a dump (no host)."""

import unittest

from rig.record import lists

DUMP = {
    'kernel': '6.18.15+deb13-cloud-arm64', 'target': 5,
    'sve-vector-lengths': [128, 256, 512],
    'capabilities': ['counter-offset', 'arm-el2'],
    'registers': [
        {'index': '0x60200000001000d4'},
        {'index': '0x6020000000110000', 'value': '0x2'},
        {'index': '0x603000000013c020', 'value': '0x1100000011111112',
         'writable': '0xff'},
        {'index': '0x606000000015ffff'},
    ],
}


class Lists(unittest.TestCase):
    def test_rows_have_the_digits_of_their_size(self):
        _, rows = lists.parse(DUMP, 'vregs+sve', '#1 SMP')
        self.assertEqual(rows[:3], [
            ('0x60200000001000d4', '-', '-'),
            ('0x6020000000110000', '0x00000002', '-'),
            ('0x603000000013c020', '0x1100000011111112',
             '0x00000000000000ff')])

    def test_vector_lengths_are_bits(self):
        # 128, 256 and 512 bits: 1, 2 and 4 times 128.
        _, rows = lists.parse(DUMP, 'vregs+sve', '#1 SMP')
        self.assertEqual(rows[3][1], '0x' + '0' * 127 + 'b')

    def test_head(self):
        head, _ = lists.parse(DUMP, 'vregs+sve', '#1 SMP')
        self.assertEqual(head[:3], [
            '# kernel: 6.18.15+deb13-cloud-arm64 #1 SMP',
            '# features: vregs+sve', '# target: 5'])
        self.assertIn('# KVM_CAP_COUNTER_OFFSET: 1', head)
        self.assertIn('# KVM_CAP_ARM_EL2: 1', head)
        self.assertIn('# KVM_CAP_ARM_MTE: 0', head)
        self.assertEqual(head[-1], '# registers: 4')

    def test_sums_that_a_host_offers(self):
        offers = {'psci-0.2', 'pmu-v3', 'ptrauth-address', 'ptrauth-generic'}
        self.assertTrue(lists.has(offers, 'vregs'))
        self.assertTrue(lists.has(offers, 'vregs+pmu'))
        self.assertTrue(lists.has(offers, 'vregs+pauth'))
        self.assertFalse(lists.has(offers, 'vregs+pmu+sve+pauth'))


if __name__ == '__main__':
    unittest.main()
