# SPDX-License-Identifier: GPL-2.0-or-later
"""Cancel a migration with multifd while it is set up: no rig needed.

The destination fails and closes its channels while the source may still wait
for the threads that had them.  It is a race: of QEMU 10.2.2's cancels a few
in a thousand stayed in the state "cancelling" for ever.
"""

import pathlib
import tempfile
import threading
import time
import unittest

from rig.local_qemu import QEMU, Qemu

ROUNDS = 200


@unittest.skipUnless(QEMU.is_file(), f'no {QEMU.name} in build/host: run '
                                     '`make qemu-host`')
class MultifdCancel(unittest.TestCase):
    """
    :avocado: tags=quick,tcg
    """

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix='multifd-')
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    @staticmethod
    def prepare(qemu):
        """With all that the race needs."""
        qemu.capabilities(dict.fromkeys(
            ('multifd', 'return-path', 'events'), True))

    def cancel(self, number):
        """One migration, cancelled at once; how it ended."""
        uri = f'unix:{self.folder}/{number}'
        with Qemu(self.folder, '-incoming', 'defer') as destination, \
                Qemu(self.folder) as source:
            for qemu in (destination, source):
                self.prepare(qemu)
            destination.qmp.command('migrate-incoming', {
                'uri': uri, 'exit-on-error': False})
            asked = threading.Thread(target=source.qmp.command, args=(
                'migrate', {'uri': uri}))
            asked.start()
            # The first one: it is in the state "setup".
            source.qmp.wait_event('MIGRATION', 10)
            source.qmp.command('migrate_cancel')
            asked.join()
            end = time.monotonic() + 10
            while time.monotonic() < end:
                status = source.qmp.command('query-migrate')['status']
                if status in ('cancelled', 'completed', 'failed'):
                    break
                time.sleep(0.01)
            return status

    def test_cancel_ends(self):
        """Each of them; on a busy machine a few are through before."""
        ends = [self.cancel(number) for number in range(ROUNDS)]
        self.assertNotIn('cancelling', ends)
        self.assertGreater(ends.count('cancelled'), ROUNDS // 2, ends)


if __name__ == '__main__':
    unittest.main()
