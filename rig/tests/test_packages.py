# SPDX-License-Identifier: GPL-2.0-or-later
"""Programs out of Debian's packages, and the newest QEMU (no download)."""

import contextlib
import io
import os
import pathlib
import re
import tempfile
import unittest
from unittest import mock

from rig import image, newest
from rig.base import debian_qemu, packages
from rig.base.errors import RigError


class Case(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.top = pathlib.Path(folder.name)
        patch = mock.patch.object(packages.debian, 'cache_dir',
                                  lambda: self.top / 'cache')
        patch.start()
        self.addCleanup(patch.stop)


class Cache(Case):

    def setUp(self):
        super().setUp()
        self.archives = []
        self.wanted = packages.Packages(
            'x', ('new', 'old'), ('x-bin', 'x-data'), re.compile('lib.*'),
            lambda tree, into: packages.copy(tree / 'bin/x', into / 'bin/x'))

    def archive(self, suites, arch):
        """Stands for debian.Archive, with one package."""
        self.archives.append((suites, arch))
        deb = self.top / 'x.deb'
        deb.touch()
        found = mock.Mock()
        found.download.return_value = {'x-bin': deb}
        found.version.return_value = '2.0-1'
        return found

    @staticmethod
    def unpack(_deb, into):
        (into / 'bin').mkdir(parents=True)
        (into / 'bin/x').write_text('x')
        (into / 'bin/other').write_text('y')

    def tree(self):
        with mock.patch.multiple(packages.debian, Archive=self.archive,
                                 unpack=self.unpack), \
                contextlib.redirect_stderr(io.StringIO()):
            return self.wanted.tree()

    def test_once(self):
        """Only what was picked stays, and the archive is asked once."""
        self.assertIsNone(self.wanted.cached())
        tree = self.tree()
        self.assertEqual(tree.version, '2.0-1')
        self.assertEqual(list(tree.files()), ['bin/x'])
        self.assertFalse((self.top / 'x.deb').exists())
        self.assertEqual(self.tree(), tree)
        self.assertEqual(self.archives, [(('new', 'old'), 'arm64')])

    def test_newest_of_the_cache(self):
        for number, version in enumerate(('1:9', '1:10~bpo')):
            folder = self.top / 'cache' / f'x-arm64_{version}'
            folder.mkdir(parents=True)
            os.utime(folder, (number, number))
        self.assertEqual(self.wanted.cached().version, '1:10~bpo')

    def test_archive_has_none(self):
        error = packages.debian.ArchiveError('gone')
        with mock.patch.object(packages.debian, 'Archive',
                               side_effect=error), \
                contextlib.redirect_stderr(io.StringIO()), \
                self.assertRaisesRegex(RigError,
                                       'no x for arm64: gone'):
            self.wanted.tree()


class Newest(Case):

    def test_moved(self):
        with self.assertRaisesRegex(RigError, 'not in the package qemu-'):
            newest.pick(self.top, self.top / 'into')

    def test_files(self):
        """Its libraries are apart from those of the other QEMUs."""
        program = self.top / 'tree' / debian_qemu.PROGRAM
        library = self.top / 'libx.so.1'
        for path in (program, library):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        folder = self.top / 'cache' / 'qemu-arm64_1:12.0.1+ds-2'
        with mock.patch.object(debian_qemu, 'libraries',
                               return_value={library.name: library}):
            newest.pick(self.top / 'tree', folder)
        files = image.qemu_files('newest')
        self.assertEqual(sorted(files), [
            'usr/bin/qemu-newest', 'usr/lib/qemu-newest/libx.so.1',
            'usr/lib/qemu-newest/qemu'])
        start = files[image.qemu_command('newest')[1:]]
        self.assertTrue(os.access(start, os.X_OK))
        self.assertEqual(newest.release(), '12.0.1')


if __name__ == '__main__':
    unittest.main()
