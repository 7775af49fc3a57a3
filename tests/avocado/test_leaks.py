# SPDX-License-Identifier: GPL-2.0-or-later
"""What migrations leave behind in a source, counted by valgrind: nothing."""

import pathlib
import re
import shutil
import tempfile
import unittest

from rig.local_qemu import QEMU, Qemu

FEW, MANY = 4, 24


@unittest.skipUnless(QEMU.is_file(), f'no {QEMU.name} in build/host: run '
                                     '`make qemu-host`')
@unittest.skipUnless(shutil.which('valgrind'),
                     'no valgrind: apt-get install valgrind')
class Leaks(unittest.TestCase):
    """
    :avocado: tags=slow,tcg
    """

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix='leaks-')
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def blocks(self, number, uris):
        """(bytes, blocks) that a QEMU holds at its end, after so many."""
        log = self.folder / 'valgrind'
        with Qemu(self.folder, cpu='cortex-a57', patience=300, before=(
                'valgrind', '--leak-check=full',
                f'--log-file={log}')) as qemu:
            for i in range(number):
                qemu.qmp.command('migrate', {'uri': uris[i % len(uris)]})
                qemu.migration()
                if qemu.qmp.command('query-status')[
                        'status'] == 'postmigrate':
                    qemu.qmp.command('cont')    # it shall migrate again
                    qemu.qmp.command('stop')
            qemu.qmp.command('quit')
            qemu.process.wait(300)
        text = log.read_text(encoding='utf-8', errors='replace')
        self.assertIn('definitely lost: 0 bytes', text)
        return re.search(r'in use at exit: (\S+) bytes in (\S+) blocks',
                         text).groups()

    def test_source(self):
        """As much after many that completed or failed as after a few."""
        uris = ('exec:cat >/dev/null', 'exec:false')
        self.assertEqual(self.blocks(FEW, uris), self.blocks(MANY, uris))


if __name__ == '__main__':
    unittest.main()
