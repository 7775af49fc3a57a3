# SPDX-License-Identifier: GPL-2.0-or-later
"""The handshake with streams and answers that no QEMU sends of itself.

The test sits between source and destination, or is the destination.
"""

import struct
import unittest

from rig.base.errors import Deadline
from rig.migration import wait_source
from rig.relay import (ECHOES, KNOWS, PONG_ACCEPTED, REFUSAL, Listener, Relay,
                       message, pong, shut)
from rig.streams.cpreg import CpregStream, StreamError
from rig.testing.case import RigCase

MEMORY = '64M'
REFUSED = 'The destination refused the guest: '
PSCI_VERSION = 0x6030000000140000
NO_SUCH_PSCI = 0x7fff0000
SECTION = b'arm-migration-manifest' + struct.pack('>II', 0, 1)
# What a message may have, and a text.
CHUNK, MOST = 512, 16384


class Answers(RigCase):
    """A destination that answers what it likes.

    :avocado: tags=quick,rig
    """

    def answered(self, source, *answer):
        """Error of a migration that gets this answer; the guest runs on."""
        with Listener(source.host) as listener:
            source.qmp('migrate', uri=listener.uri)
            self.assertNotIn(SECTION, listener.read_until_quiet())
            listener.send(KNOWS)
            setup = listener.read_until_quiet()
            self.assertIn(SECTION, setup)
            self.assertLess(len(setup), 64 * 1024)
            for each in answer:
                listener.send(each)
            info = wait_source(source, Deadline(20))
            self.assertEqual(listener.read_until_quiet(1), b'')
        self.assertEqual(info['status'], 'failed', info)
        self.assertTrue(source.moves())
        return info['error-desc']

    def test_refusals(self):
        """Any text becomes one line of UTF-8, not longer than is agreed."""
        source = self.guest(self.hosts('6.18')[0], memory=MEMORY)
        chunk = b'x' * CHUNK
        for what, texts, expected in (
                ('one', [b'no'], 'no'),
                ('two', [b'never, ', b'ever'], 'never, ever'),
                ('control characters', [b'a\nb\x1b[31mc\0d\x7f'],
                 'a b [31mc\ufffdd '),
                ('what cannot be printed',
                 ['a\u009b31mb\u202ec'.encode()], 'a 31mb c'),
                ('no UTF-8', [b'a\xff\xc3'], 'a\ufffd\ufffd'),
                ('a character in two messages', [b'\xc3', b'\xbc'], '\u00fc'),
                ('an empty one', [b'', b'no'], 'no'),
                ('the longest', [chunk] * (MOST // CHUNK), 'x' * MOST),
                ('a longer one', [chunk] * (MOST // CHUNK + 40),
                 'x' * MOST)):
            with self.subTest(what):
                self.assertEqual(self.answered(
                    source, *(message(REFUSAL, text) for text in texts),
                    shut(1)), REFUSED + expected)

    def test_no_refusal(self):
        """Ends that tell no reason do not pass for a refusal or a yes."""
        source = self.guest(self.hosts('6.18')[0], memory=MEMORY)
        for what, answer in (
                ('an end with an error', [shut(1)]),
                ('an empty reason', [message(REFUSAL), shut(1)]),
                ('an end without', [shut(0)]),
                ('a message that is too long',
                 [message(REFUSAL, b'x' * (CHUNK + 1))]),
                ('an unknown message', [message(200)])):
            with self.subTest(what):
                said = self.answered(source, *answer)
                self.assertNotIn(REFUSED, said)
                self.assertIn('registers', said)

    def test_error_after_acceptance(self):
        """What fails then has nothing to do with registers."""
        source = self.guest(self.hosts('6.18')[0], memory=MEMORY)
        self.assertEqual(self.answered(source, pong(PONG_ACCEPTED), shut(1)),
                         'Sibling indicated error 1')

    def test_waits_without_end(self):
        """It knows, and is busy with its set-up: only cancelling ends it."""
        source = self.guest(self.hosts('6.18')[0], memory=MEMORY)
        with Listener(source.host) as listener:
            source.qmp('migrate', uri=listener.uri)
            listener.read_until_quiet()
            listener.send(KNOWS)
            self.assertIn(SECTION, listener.read_until_quiet())
            self.assertEqual(listener.read(10), b'')
            self.assertEqual(source.qmp('query-migrate')['status'], 'active')
            source.qmp('migrate_cancel')
            info = wait_source(source, Deadline(10))
        self.assertEqual(info['status'], 'cancelled', info)
        self.assertTrue(source.moves())

    def test_stock(self):
        """The echo alone: RAM comes, and no section but stock's."""
        source = self.guest(self.hosts('6.18')[0], memory=MEMORY)
        with Listener(source.host) as listener:
            source.qmp('migrate', uri=listener.uri)
            listener.read_until_quiet()
            listener.send(ECHOES)
            stream = listener.read_until_quiet()
            self.assertNotIn(b'arm-migration-manifest', stream)
            self.assertNotIn(b'kvm-vcpu-init', stream)
            self.assertIn(b'cpreg_vmstate_indexes', stream)
            # The load has failed; nobody asked for the return path.
            listener.send(shut(1))
            info = wait_source(source, Deadline(20))
        self.assertEqual(info['status'], 'failed', info)
        self.assertIn('Sibling indicated error 1', info['error-desc'])
        self.assertNotIn('registers', info['error-desc'])
        self.assertTrue(source.moves())


class Streams(RigCase):
    """A stream that is changed on its way.

    :avocado: tags=quick,rig
    """

    def setUp(self):
        super().setUp()
        self.host, = self.hosts('6.18')
        self.source = self.guest(self.host, memory=MEMORY)
        self.changed = 0
        self.before = None      # a changed register's value

    def migrate(self, change):
        """Migrate through change(); (destination, query-migrate)."""
        destination = self.guest(self.host, incoming=True, memory=MEMORY)
        with Relay(self.host, destination, change) as relay:
            self.source.qmp('migrate', uri=relay.uri)
            info = wait_source(self.source, Deadline(120))
            if info['status'] == 'completed':
                destination.wait_serial(r'^tick \d+\n')
        return destination, info

    def edit_list(self, regidx, value):
        """A function that changes a value in the vCPU's list."""
        def change(data):
            try:
                stream = CpregStream(data)
            except StreamError:
                return data
            self.changed += 1
            self.before = stream.value(regidx)
            stream.set(regidx, value)
            return stream.render()
        return change

    def test_register_refused_at_the_end(self):
        """What the check could not see: late, and in words at the source."""
        destination, info = self.migrate(
            self.edit_list(PSCI_VERSION, NO_SUCH_PSCI))
        self.assertEqual(self.changed, 1)
        self.assertEqual(info['status'], 'failed', info)
        self.assertTrue(destination.wait_exit(30))
        for said in (destination.stderr(), info['error-desc']):
            self.assertIn('cpu 0: registers of the source cannot be restored '
                          f'on this host: PSCI_VERSION ({PSCI_VERSION:#x}) = '
                          f'{NO_SUCH_PSCI:#x}, destination '
                          f'{self.before:#x}', said)
        self.assertTrue(info['error-desc'].startswith(REFUSED))
        self.assertRegex(self.source.check(), '^witness ok')

    def edit_section(self, form, at, value):
        """A function that changes a field of the manifest's section."""
        def change(data):
            where = data.find(SECTION)
            if where < 0:
                return data
            self.changed += 1
            where += len(SECTION) + at
            size = struct.calcsize(form)
            return (data[:where] + struct.pack(form, value)
                    + data[where + size:])
        return change

    def test_newer_manifest(self):
        """It is not understood, not checked, and no obstacle."""
        destination, info = self.migrate(self.edit_section('>I', 0, 2))
        self.assertEqual(self.changed, 1)
        self.assertEqual(info['status'], 'completed', info)
        self.assertRegex(destination.check(), '^witness ok')

    def test_corrupt_manifest(self):
        """Lengths that the section cannot have."""
        # format, length; target, features, lengths, kernel's length
        kernel = 8 + 4 + 7 * 4 + 8
        for form, at, value, text in (
                ('>I', 4, 0xffffffff, 'a register manifest of 4294967295 '
                                      'bytes'),
                ('>B', kernel, 255, 'the migration stream is corrupt')):
            with self.subTest(at=at, value=value):
                destination, info = self.migrate(
                    self.edit_section(form, at, value))
                self.assertEqual(info['status'], 'failed', info)
                self.assertTrue(destination.wait_exit(30))
                self.assertEqual(destination.exit_status, 1)
                self.assertIn(text, destination.stderr())
                self.assertRegex(self.source.check(), '^witness ok')


if __name__ == '__main__':
    unittest.main()
