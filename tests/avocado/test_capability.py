# SPDX-License-Identifier: GPL-2.0-or-later
"""The capability x-check-before-ram where there is no KVM: no rig needed."""

import json
import pathlib
import socket
import tempfile
import threading
import time
import unittest

from rig.local_qemu import QEMU, Qemu

NAME = 'x-check-before-ram'


def state(qemu):
    """Whether it is on."""
    states = qemu.qmp.command('query-migrate-capabilities')
    return next(s['state'] for s in states if s['capability'] == NAME)


@unittest.skipUnless(QEMU.is_file(), f'no {QEMU.name} in build/host: run '
                                     '`make qemu-host`')
class Capability(unittest.TestCase):
    """
    :avocado: tags=quick,tcg
    """

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix='capability-')
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def test_default(self):
        """On for every machine type; it can be switched off."""
        for machine in ('virt', 'virt-9.0'):
            with self.subTest(machine), Qemu(self.folder, '-M',
                                             machine) as qemu:
                self.assertTrue(state(qemu))
                qemu.capabilities({NAME: False})
                self.assertFalse(state(qemu))

    def test_tcg_opens_no_return_path(self):
        """A destination that is no QEMU: no question, no wait."""
        path = self.folder / 'mute'
        received = bytearray()

        def swallow(server):
            sock, _ = server.accept()
            with sock:
                while data := sock.recv(65536):
                    received.extend(data)

        with socket.socket(socket.AF_UNIX) as server, \
                Qemu(self.folder) as qemu:
            server.bind(str(path))
            server.listen()
            thread = threading.Thread(target=swallow, args=(server,))
            thread.start()
            start = time.monotonic()
            qemu.qmp.command('migrate', {'uri': f'unix:{path}'})
            self.assertEqual(qemu.migration()['status'], 'completed',
                             qemu.output())
            self.assertLess(time.monotonic() - start, 5)
            self.assertEqual(qemu.output(), '')
            thread.join(10)
        # The header, the configuration, and then RAM's section at once.
        self.assertEqual(received[received.index(b'ram') - 6], 1)
        self.assertNotIn(0xa5c1.to_bytes(4, 'big'), received[:200])

    def test_tcg_streams_are_the_same(self):
        """A guest without KVM has nothing that could be checked."""
        described = []
        for on in (True, False):
            path = self.folder / f'saved-{on}'
            with Qemu(self.folder) as qemu:
                qemu.capabilities({NAME: on})
                qemu.qmp.command('migrate', {'uri': f'file:{path}'})
                self.assertEqual(qemu.migration()['status'], 'completed',
                                 qemu.output())
            # RAM differs from one machine to the next: the device tree's
            # seeds.  What QEMU says of its sections stands at the end.
            saved = path.read_bytes()
            described.append(json.loads(
                saved[saved.rindex(b'{"configuration"'):]))
        names = [device['name'] for device in described[0]['devices']]
        self.assertIn('cpu', names)
        self.assertNotIn('arm-migration-manifest', names)
        self.assertEqual(*described)


if __name__ == '__main__':
    unittest.main()
