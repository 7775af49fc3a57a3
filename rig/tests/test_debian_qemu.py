# SPDX-License-Identifier: GPL-2.0-or-later
"""QEMU out of unpacked packages, and what starts it."""

import pathlib
import tempfile
import unittest
from unittest import mock

from rig.base import debian_qemu
from rig.base.errors import RigError
from rig.base.packages import tool


class Pick(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix='a:b')
        self.addCleanup(folder.cleanup)
        self.top = pathlib.Path(folder.name)

    def test_moved(self):
        with self.assertRaisesRegex(RigError, 'not in the package qemu-'):
            debian_qemu.pick(self.top, self.top / 'into')

    def test_starts_in_a_folder_with_a_colon(self):
        """Its own linker starts it, in a folder that a version names."""
        tree, into = self.top / 'tree', self.top / 'x_1:10.0+ds-1'
        program = tree / debian_qemu.PROGRAM
        linker = self.top / 'ld-linux-x.so.2'
        program.parent.mkdir(parents=True)
        program.touch()
        linker.write_text('#!/bin/sh\necho "$PWD" "$@"\n')
        linker.chmod(0o755)
        with mock.patch.object(debian_qemu, 'libraries',
                               return_value={linker.name: linker}):
            debian_qemu.pick(tree, into)
        self.assertEqual(tool([into / 'start', '-version', 'a b']),
                         f'{into} --library-path . ./qemu -version a b\n')


if __name__ == '__main__':
    unittest.main()
