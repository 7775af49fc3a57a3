# SPDX-License-Identifier: GPL-2.0-or-later
"""Hostile and foreign streams against a real QEMU, with TCG: no rig needed.

A stream is saved once, its cpreg list is changed in one way, and a new
QEMU loads it.  It must refuse by name, end with status 1 (or stay, with
exit-on-error=false), and never crash; or load, where a rule says so.
"""

import json
import pathlib
import struct
import tempfile
import unittest

from rig.local_qemu import QEMU, Qemu
from rig.qmp import QMPGone
from rig.streams.cpreg import CpregStream, StreamError

# Written out, from the kernel's uapi headers.
MMFR0 = 0x603000000013c038
MMFR3 = 0x603000000013c03b
TCR2_EL1 = 0x603000000013c103
FPMR = 0x603000000013da22
NVHCR_EL2 = 0x603000000013e0a8      # no TCG CPU of the base has it
UNKNOWN_LOW = 0x4020000000000001
UNKNOWN_HIGH = 0x603000000013ffff
PSCI_VERSION = 0x6030000000140000
BMAP_2 = 0x6030000000160003
BYTE_TCR_EL1 = 0x600000000013c102
WIDE_TCR_EL1 = 0x604000000013c102


@unittest.skipUnless(QEMU.is_file(), f'no {QEMU.name} in build/host: run '
                                     '`make qemu-host`')
class Stream(unittest.TestCase):
    """
    :avocado: tags=quick,tcg
    """

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix='stream-')
        cls.saved = cls.save()

    @classmethod
    def save(cls, **kwargs):
        """The stream of a new machine."""
        path = pathlib.Path(cls.folder.name) / 'saved'
        with Qemu(cls.folder.name, **kwargs) as qemu:
            qemu.qmp.command('migrate', {'uri': f'file:{path}'})
            assert qemu.migration()['status'] == 'completed', qemu.output()
        return path.read_bytes()

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def load(self, data, stay=False, **kwargs):
        """(exit status or None, output, query-migrate) of a load."""
        path = pathlib.Path(self.folder.name) / 'incoming'
        path.write_bytes(data)
        with Qemu(self.folder.name, '-incoming', 'defer', **kwargs) as qemu:
            status = {}
            try:
                qemu.qmp.command('migrate-incoming',
                                 {'uri': f'file:{path}',
                                  'exit-on-error': not stay})
                status = qemu.migration()
            except QMPGone:
                qemu.process.wait(60)
            except json.JSONDecodeError as err:
                self.fail(f'QMP: {err}')
            return qemu.process.poll(), qemu.output(), status

    def accept(self, data, **kwargs):
        """The load goes well, without a word."""
        code, output, status = self.load(data, **kwargs)
        self.assertIsNone(code, output)
        self.assertEqual(status['status'], 'completed', output)
        self.assertEqual(output, '')

    def refuse(self, data, *texts, **kwargs):
        """The load ends with status 1 and says all of this."""
        code, output, _ = self.load(data, **kwargs)
        self.assertEqual(code, 1, output)
        for text in texts:
            self.assertIn(text, output)
        return output

    def test_unchanged(self):
        """What was saved loads again, after a round through the editor."""
        stream = CpregStream(self.saved)
        self.assertGreater(len(stream.indexes), 100)
        self.assertEqual(stream.render(), self.saved)
        self.accept(stream.render())

    def test_editor_refuses(self):
        """The editor does not take something else for a list."""
        with self.assertRaises(StreamError):
            CpregStream(self.saved, cpu=1)
        with self.assertRaises(StreamError):
            CpregStream(b'no stream')

    def test_length(self):
        """0, -1, 2^31-1 and one more than is accepted."""
        stream = CpregStream(self.saved)
        for length, text in ((0, 'the register list is empty'),
                             (-1, 'the register list has -1 entries'),
                             (2 ** 31 - 1,
                              'the register list has 2147483647 entries'),
                             (16385, 'the register list has 16385 entries')):
            with self.subTest(length=length):
                self.refuse(stream.render(length),
                            'cpu 0: the migration stream is corrupt: ' + text)

    def test_unsorted(self):
        """Two neighbours in the wrong order."""
        stream = CpregStream(self.saved)
        stream.indexes[4:6] = reversed(stream.indexes[4:6])
        self.refuse(stream.render(), 'the migration stream is corrupt',
                    'not in ascending order: entry 5')

    def test_duplicate(self):
        """An entry twice."""
        stream = CpregStream(self.saved)
        stream.indexes[5] = stream.indexes[4]
        self.refuse(stream.render(), 'the migration stream is corrupt',
                    'entry 5 of the register list', 'is in the list twice')

    def test_unknown_size(self):
        """A size code that is neither 32 nor 64 bits."""
        stream = CpregStream(self.saved)
        stream.add(WIDE_TCR_EL1, 0)
        self.refuse(stream.render(), 'the migration stream is corrupt',
                    'TCR_EL1 (0x604000000013c102), has size code 4')

    def test_cut_off(self):
        """The stream ends inside the list."""
        stream = CpregStream(self.saved)
        for at in (2, 4, 8, 100, 16 * len(stream.indexes)):
            with self.subTest(at=at):
                self.refuse(self.saved[:stream.offset + at],
                            "error while loading state for instance 0x0 of "
                            "device 'cpu'")

    def test_unexpected_are_all_named(self):
        """At the start, in the middle and above the highest own index."""
        stream = CpregStream(self.saved)
        for regidx in (UNKNOWN_LOW, NVHCR_EL2, UNKNOWN_HIGH, PSCI_VERSION):
            stream.add(regidx, 7)
        output = self.refuse(
            stream.render(),
            'cpu 0: registers of the source cannot be restored on this host: '
            'register 0x4020000000000001 = 0x7: the destination has no such '
            'register',
            'NVHCR_EL2 (0x603000000013e0a8) = 0x7', '(0x603000000013ffff)',
            'PSCI_VERSION (0x6030000000140000) = 0x7')
        self.assertEqual(output.count('\n'), 1, output)

    def test_above_highest_is_not_dropped(self):
        """Stock drops what lies above its highest index, without a word."""
        stream = CpregStream(self.saved)
        self.assertGreater(PSCI_VERSION, stream.indexes[-1])
        stream.add(PSCI_VERSION, 0x10003)
        self.refuse(stream.render(), 'PSCI_VERSION (0x6030000000140000) '
                    '= 0x10003: the destination has no such register, and it '
                    'cannot be dropped')

    def test_tolerated_after_refused(self):
        """11.1.3 migrates here: the tolerated one clears the failure."""
        stream = CpregStream(self.saved)
        stream.add(NVHCR_EL2, 0x20)
        stream.add(BMAP_2, 0)
        output = self.refuse(stream.render(), 'NVHCR_EL2')
        self.assertNotIn('VENDOR_HYP_BMAP_2', output)

    def test_tolerated(self):
        """A bitmap without a bit can be dropped; one with a bit cannot."""
        stream = CpregStream(self.saved)
        stream.add(BMAP_2, 0)
        self.accept(stream.render())
        stream.set(BMAP_2, 3)
        self.refuse(stream.render(), 'VENDOR_HYP_BMAP_2 (0x6030000000160003)'
                    ' = 0x3: the destination has no such register, and it '
                    'can be dropped only with value 0x0')

    def test_missing(self):
        """What the stream does not have keeps its reset value."""
        stream = CpregStream(self.saved)
        for at in (len(stream.indexes) - 1, 50, 0):
            del stream.indexes[at], stream.values[at]
        self.accept(stream.render())

    def wide(self, *entries, count=None):
        """The stream with wide registers: (index, bytes) each."""
        stream = CpregStream(self.saved)
        body = struct.pack('>I', len(entries) if count is None else count)
        for regidx, value in entries:
            body += struct.pack('>Q', regidx) + value
        stream.add_subsection('cpu/kvm-wide-regs', body)
        return stream.render()

    def test_wide(self):
        """Registers of other sizes are read, and none can be dropped."""
        self.accept(self.wide())
        output = self.refuse(
            self.wide((BYTE_TCR_EL1, b'\xa5'), (WIDE_TCR_EL1, bytes(16))),
            'TCR_EL1 (0x600000000013c102) of 1 byte = a5: the destination has '
            'no such register, and it cannot be dropped safely',
            'TCR_EL1 (0x604000000013c102) of 16 bytes = 0000')
        self.assertEqual(output.count('\n'), 1, output)

    def test_wide_corrupt(self):
        """A size of the other list, the wrong order, twice, too many."""
        for data, text in (
                (self.wide((TCR2_EL1, bytes(8))),
                 'entry 0 of the list of wide registers, TCR2_EL1'),
                (self.wide((WIDE_TCR_EL1, bytes(16)), (BYTE_TCR_EL1, b'1')),
                 'the list of wide registers is not in ascending order: entry '
                 '1, TCR_EL1 (0x600000000013c102), follows TCR_EL1'),
                (self.wide((BYTE_TCR_EL1, b'1'), (BYTE_TCR_EL1, b'1')),
                 'entry 1 of the list of wide registers, TCR_EL1 '
                 '(0x600000000013c102), is in the list twice'),
                (self.wide(count=1025),
                 '1025 wide registers, at most 1024 are possible'),
                (self.wide(count=0xffffffff),
                 '4294967295 wide registers')):
            with self.subTest(text=text):
                self.refuse(data,
                            f'the migration stream is corrupt: {text}')

    def test_fpmr(self):
        """11.1 sends FPMR beside the list, which must have it as well."""
        stream = CpregStream(self.saved)
        stream.add_subsection('cpu/fpmr', bytes(8))
        self.accept(stream.render())
        stream = CpregStream(self.saved)
        stream.add_subsection('cpu/fpmr', struct.pack('>Q', 0x21))
        self.refuse(stream.render(), 'cpu 0: the source sends FPMR = 0x21 '
                    'beside a register list without FPMR')
        stream.add(FPMR, 0x21)
        self.refuse(stream.render(),
                    'FPMR (0x603000000013da22) = 0x21: the destination has no '
                    'such register')

    def test_wfxt_timer(self):
        """11.1 sends it for each CPU of TCG; here it ended QEMU."""
        cpu = 'neoverse-n1'
        stream = CpregStream(self.save(cpu=cpu))
        stream.add_subsection('cpu/wfxt-timer', b'\xff' * 8)
        self.refuse(stream.render(), 'cpu 0: the source sends a timer of '
                    'FEAT_WFxT, which this CPU does not have', cpu=cpu)

    def test_value_that_does_not_fit(self):
        """An ID register of another CPU is named, with both values."""
        stream = CpregStream(self.saved)
        here = stream.value(MMFR0)
        stream.set(MMFR0, here ^ 0xf0)
        self.refuse(stream.render(), 'this CPU cannot hold the value',
                    'ID_AA64MMFR0_EL1 (0x603000000013c038) = '
                    f'{here ^ 0xf0:#x}, destination {here:#x}')

    def test_gate(self):
        """6.12's TCR2_EL1: dropped unless the guest's MMFR3 has it."""
        cpu = 'cortex-a57'
        stream = CpregStream(self.save(cpu=cpu))
        self.assertEqual(stream.value(MMFR3), 0)
        stream.add(TCR2_EL1, 0x1de7ec7edbadc0de)
        self.accept(stream.render(), cpu=cpu)
        stream.set(MMFR3, 1)
        self.refuse(stream.render(), 'TCR2_EL1 (0x603000000013c103) = '
                    '0x1de7ec7edbadc0de: the destination has no such '
                    'register, and the guest can use it '
                    '(ID_AA64MMFR3_EL1.TCRX is 1)', cpu=cpu)

    def test_stays_with_its_error(self):
        """exit-on-error=false holds, and query-migrate has the register."""
        stream = CpregStream(self.saved)
        stream.add(NVHCR_EL2, 0x20)
        code, output, status = self.load(stream.render(), stay=True)
        self.assertIsNone(code, output)
        self.assertEqual(status['status'], 'failed')
        self.assertIn('NVHCR_EL2 (0x603000000013e0a8)', status['error-desc'])


if __name__ == '__main__':
    unittest.main()
