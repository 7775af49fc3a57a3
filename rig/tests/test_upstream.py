# SPDX-License-Identifier: GPL-2.0-or-later
"""The base: fetched, checked, unpacked; and every way in which that fails.

A small source package in a folder stands for the archive.
"""

import hashlib
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest
from unittest import mock

from rig.base import debian, upstream


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


@unittest.skipUnless(shutil.which('dpkg-source') and
                     os.path.exists('/usr/lib/apt/apt-helper'),
                     'no dpkg-source or no apt on this machine')
class Fetch(unittest.TestCase):
    """base.fetch() with an archive of one package."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix='base-')
        self.addCleanup(folder.cleanup)
        self.top = pathlib.Path(folder.name)
        self.pool = self.top / 'archive/pool/main/q/qemu'
        self.pool.mkdir(parents=True)
        self.make_package()
        self.cache = self.top / 'cache'
        env = {'XDG_CACHE_HOME': str(self.cache), 'QEMU_SRC': ''}
        for patch in (mock.patch.dict(os.environ, env),
                      mock.patch.object(debian, 'archive_uri',
                                        lambda: f'file:{self.top}/archive')):
            patch.start()
            self.addCleanup(patch.stop)

    def make_package(self):
        tree = self.top / 'qemu-9.9.9'
        (tree / 'debian/source').mkdir(parents=True)
        (tree / 'VERSION').write_text('9.9.9\n')
        (tree / 'debian/source/format').write_text('3.0 (native)\n')
        (tree / 'debian/changelog').write_text(
            'qemu (9.9.9) unstable; urgency=low\n\n  * A test.\n\n'
            ' -- A <a@b>  Thu, 01 Jan 2026 00:00:00 +0000\n')
        (tree / 'debian/control').write_text(
            'Source: qemu\nMaintainer: A <a@b>\nStandards-Version: 4.6.2\n\n'
            'Package: qemu\nArchitecture: all\nDescription: a\n b\n')
        subprocess.run(['dpkg-source', '-b', tree.name], cwd=self.top,
                       check=True, capture_output=True)
        self.files = {}
        for path in self.top.glob('qemu_9.9.9*'):
            self.files[path.name] = digest(path)
            path.rename(self.pool / path.name)

    def pin(self, version='9.9.9', **digests):
        path = self.top / 'UPSTREAM'
        path.write_text(
            f'# a comment\nversion {version}\npackage qemu_9.9.9\n'
            'pool main/q/qemu\n'
            + ''.join(f'sha256 {digests.get(n, d)} {n}\n'
                      for n, d in self.files.items()))
        return path

    def left_behind(self):
        """What lies in the cache's folder of the base."""
        folder = self.cache / 'arm-kvm-migration/base'
        return sorted(p.name for p in folder.iterdir()) \
            if folder.exists() else []

    def refused(self, *words, path=None):
        with self.assertRaises((upstream.BaseError,
                                debian.ArchiveError)) as it:
            upstream.fetch(upstream=path or self.pin())
        text = str(it.exception)
        self.assertNotIn('\n', text)
        for word in words:
            self.assertIn(word, text)

    def test_fetch(self):
        tree = upstream.fetch(upstream=self.pin())
        self.assertEqual((tree / 'VERSION').read_text(), '9.9.9\n')
        # The second run needs no archive.
        shutil.rmtree(self.top / 'archive')
        self.assertEqual(upstream.fetch(upstream=self.pin()), tree)

    def test_wrong_checksum_in_the_archive(self):
        """Nothing of the file stays, whole or in part."""
        tar = next(n for n in self.files if '.tar.' in n)
        self.refused(tar, path=self.pin(**{tar: '0' * 64}))
        self.assertNotIn(tar, ' '.join(self.left_behind()))

    def test_wrong_checksum_in_the_cache(self):
        """A file that was damaged is removed, and the next run mends it."""
        folder = self.cache / 'arm-kvm-migration/base'
        folder.mkdir(parents=True)
        dsc = next(n for n in self.files if n.endswith('.dsc'))
        (folder / dsc).write_text('damaged')
        self.refused(dsc, 'SHA-256', 'run again')
        self.assertEqual(self.left_behind(), [])
        upstream.fetch(upstream=self.pin())

    def test_missing_in_the_archive(self):
        tar = next(n for n in self.files if '.tar.' in n)
        (self.pool / tar).unlink()
        self.refused(tar, 'cannot be downloaded')
        self.assertNotIn(tar, ' '.join(self.left_behind()))
        self.assertNotIn('qemu_9.9.9', self.left_behind())

    def test_other_version_than_pinned(self):
        self.refused('this is QEMU 9.9.9, not 10.2.2',
                     path=self.pin(version='10.2.2'))

    def test_broken_pin(self):
        path = self.pin()
        path.write_text('version 1 2 3\n')
        self.refused('cannot read the line "version 1 2 3"', path=path)
        path.write_text('version 1\n')
        self.refused('no line "package"', path=path)

    def test_given_tree(self):
        tree = self.top / 'mine'
        tree.mkdir()
        with mock.patch.dict(os.environ, {'QEMU_SRC': str(tree)}):
            self.refused('not a QEMU source tree')
            (tree / 'VERSION').write_text('9.9.8\n')
            self.refused('this is QEMU 9.9.8', 'git checkout v9.9.9')
            (tree / 'VERSION').write_text('9.9.9\n')
            self.assertEqual(upstream.fetch(upstream=self.pin()), tree)
        with mock.patch.dict(os.environ, {'QEMU_SRC': str(tree / 'no')}):
            self.refused('no such folder')


if __name__ == '__main__':
    unittest.main()
