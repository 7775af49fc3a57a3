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

from rig.base import debian, paths, upstream


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
        env = {'XDG_CACHE_HOME': str(self.cache), 'QEMU_SRC': '',
               'BASE': ''}
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
        """The base of an UPSTREAM file with these lines."""
        return next(iter(upstream.read_upstream(
            self.written(version, **digests)).values()))

    def written(self, version='9.9.9', **digests):
        path = self.top / 'UPSTREAM'
        path.write_text(
            f'# a comment\nbase 9.9\nversion {version}\npackage qemu_9.9.9\n'
            'pool main/q/qemu\n'
            + ''.join(f'sha256 {digests.get(n, d)} {n}\n'
                      for n, d in self.files.items()))
        return path

    def left_behind(self):
        """What lies in the cache's folder of the base."""
        folder = self.cache / 'arm-kvm-migration/base'
        return sorted(p.name for p in folder.iterdir()) \
            if folder.exists() else []

    def refused(self, *words, base=None):
        with self.assertRaises((upstream.BaseError,
                                debian.ArchiveError)) as it:
            upstream.fetch(base or self.pin())
        text = str(it.exception)
        self.assertNotIn('\n', text)
        for word in words:
            self.assertIn(word, text)

    def test_fetch(self):
        tree = upstream.fetch(self.pin())
        self.assertEqual((tree / 'VERSION').read_text(), '9.9.9\n')
        # The second run needs no archive.
        shutil.rmtree(self.top / 'archive')
        self.assertEqual(upstream.fetch(self.pin()), tree)

    def test_wrong_checksum_in_the_archive(self):
        """Nothing of the file stays, whole or in part."""
        tar = next(n for n in self.files if '.tar.' in n)
        self.refused(tar, base=self.pin(**{tar: '0' * 64}))
        self.assertNotIn(tar, ' '.join(self.left_behind()))

    def test_wrong_checksum_in_the_cache(self):
        """A file that was damaged is removed, and the next run mends it."""
        folder = self.cache / 'arm-kvm-migration/base'
        folder.mkdir(parents=True)
        dsc = next(n for n in self.files if n.endswith('.dsc'))
        (folder / dsc).write_text('damaged')
        self.refused(dsc, 'SHA-256', 'run again')
        self.assertEqual(self.left_behind(), [])
        upstream.fetch(self.pin())

    def test_missing_in_the_archive(self):
        tar = next(n for n in self.files if '.tar.' in n)
        (self.pool / tar).unlink()
        self.refused(tar, 'cannot be downloaded')
        self.assertNotIn(tar, ' '.join(self.left_behind()))
        self.assertNotIn('qemu_9.9.9', self.left_behind())

    def test_other_version_than_pinned(self):
        self.refused('this is QEMU 9.9.9, not 10.2.2',
                     base=self.pin(version='10.2.2'))

    def test_broken_file(self):
        path = self.written()
        for text, word in (
                ('base 1\nversion 1 2 3\n',
                 'cannot read the line "version 1 2 3"'),
                ('version 1\n', 'cannot read the line "version 1"'),
                ('base 1\npackage a\n', 'base 1 has no line "version"'),
                ('# none\n', 'no line "base"')):
            path.write_text(text)
            with self.assertRaisesRegex(upstream.BaseError, word):
                upstream.read_upstream(path)

    def test_given_tree(self):
        tree = self.top / 'mine'
        tree.mkdir()
        with mock.patch.dict(os.environ, {'QEMU_SRC': str(tree)}):
            self.refused('not a QEMU source tree')
            (tree / 'VERSION').write_text('9.8.7\n')
            self.refused('this is QEMU 9.8.7', 'the base is 9.9', 'v9.9.9')
            (tree / 'VERSION').write_text('10.2.4\n')
            self.refused('this is QEMU 10.2.4', 'set BASE=10.2')
            (tree / 'VERSION').write_text('9.9.8\n')
            self.assertEqual(upstream.fetch(self.pin()), tree)
        with mock.patch.dict(os.environ, {'QEMU_SRC': str(tree / 'no')}):
            self.refused('no such folder')

    def test_which_tree_is_which_base(self):
        bases = upstream.read_upstream(self.written())
        for name, fit, other in (('10.0', '10.0.13', '10.1.0'),
                                 ('10.2', '10.2.4', '10.20.1'),
                                 ('master', '11.1.50', '10.2.93'),
                                 ('master', '11.0.92', '11.0.3')):
            base = upstream.Base(name, False)
            self.assertTrue(base.fits(fit), name)
            self.assertFalse(base.fits(other), name)
        self.assertTrue(bases['9.9'].home)

    def chosen(self, *lines):
        """What is taken where the archive may lack the first base."""
        with open(self.written(), 'a', encoding='utf-8') as file:
            file.write('\n'.join(('', *lines, '')))
        return upstream.choose(self.top).name

    def test_first_that_can_be_had(self):
        self.assertEqual(self.chosen('base 9.8', 'suite old'), '9.9')
        self.assertFalse((self.top / 'build').exists())

    def test_first_is_gone_from_the_archive(self):
        """The next base of a suite is taken, and kept."""
        shutil.rmtree(self.pool)
        lines = ('base master', 'base 9.8', 'suite old')
        self.assertEqual(self.chosen(*lines), '9.8')
        self.assertEqual(paths.default_base(self.top), '9.8')
        self.assertEqual(self.chosen(*lines), '9.8')

    def test_first_is_gone_but_cached(self):
        upstream.fetch(self.pin())
        shutil.rmtree(self.pool)
        self.assertEqual(self.chosen('base 9.8', 'suite old'), '9.9')

    def test_base_by_name(self):
        with mock.patch.dict(os.environ, {'BASE': '9.8'}):
            self.assertEqual(self.chosen('base 9.8', 'suite old'), '9.8')
        with mock.patch.dict(os.environ, {'BASE': '7.2'}), \
                self.assertRaisesRegex(upstream.BaseError,
                                       'BASE=7.2: no such base.* 9.9, 9.8'):
            self.chosen('base 9.8', 'suite old')

    def test_suite_without_the_archive(self):
        """The newest tree in the cache serves."""
        base = upstream.Base('9.9', False)
        base.suite = 'old'
        with mock.patch.object(debian.Sources, 'newest',
                               side_effect=debian.ArchiveError('away')):
            self.refused('away', base=base)
            tree = upstream.fetch(self.pin())
            self.assertEqual(upstream.fetch(base), tree)

    def test_suite(self):
        """By the index: its newest version that fits, and its checksums."""
        base = upstream.Base('9.9', False)
        base.suite = 'old'
        found = ('1:9.9.9', 'main/q/qemu', self.files)
        with mock.patch.object(debian.Sources, 'newest',
                               return_value=found):
            self.assertEqual((upstream.fetch(base) / 'VERSION').read_text(),
                             '9.9.9\n')
        base = upstream.Base('9.9', False)
        base.suite = 'old'
        with mock.patch.object(debian.Sources, 'newest', return_value=None):
            self.refused('old has no QEMU 9.9.x', base=base)


if __name__ == '__main__':
    unittest.main()
