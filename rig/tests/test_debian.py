# SPDX-License-Identifier: GPL-2.0-or-later
"""The private apt state, with a folder of two packages as the archive."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest
from unittest import mock

from rig.base import debian


class Local(debian.Archive):
    """The suite is a folder with debs and Packages, without signatures."""

    def sources(self, keyring):
        return (f'deb [trusted=yes allow-insecure=yes] '
                f'copy:{os.environ["TEST_ARCHIVE"]} ./\n')


class LocalSources(debian.Sources):
    """The same of source packages."""

    def sources(self, keyring):
        return (f'deb-src [trusted=yes allow-insecure=yes] '
                f'copy:{os.environ["TEST_ARCHIVE"]} ./\n')


@unittest.skipUnless(shutil.which('dpkg-scanpackages') and
                     shutil.which('apt-get'), 'no dpkg-dev or no apt')
class PrivateState(unittest.TestCase):
    """Look-up, download and unpacking; nothing of it touches the machine."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix='debian-')
        self.addCleanup(folder.cleanup)
        self.top = pathlib.Path(folder.name)
        self.pool = self.top / 'archive'
        self.pool.mkdir()
        self.make_deb('outer', 'inner')
        self.make_deb('inner')
        (self.pool / 'Packages').write_bytes(subprocess.run(
            ['dpkg-scanpackages', '.'], cwd=self.pool, check=True,
            capture_output=True).stdout)
        patch = mock.patch.dict(os.environ, {
            'XDG_CACHE_HOME': str(self.top / 'cache'),
            'TEST_ARCHIVE': str(self.pool)})
        patch.start()
        self.addCleanup(patch.stop)
        self.archive = Local('local', 'amd64')

    def make_deb(self, name, depends=None):
        tree = self.top / name
        (tree / 'DEBIAN').mkdir(parents=True)
        (tree / 'usr').mkdir()
        (tree / 'usr' / name).write_text(name)
        (tree / 'DEBIAN/control').write_text(
            f'Package: {name}\nVersion: 1.0\nArchitecture: amd64\n'
            'Maintainer: A <a@b>\nDescription: a\n'
            + (f'Depends: {depends}\n' if depends else ''))
        subprocess.run(['dpkg-deb', '-b', tree, self.pool], check=True,
                       capture_output=True)

    def test_look_up(self):
        self.assertEqual(self.archive.packages('.*ner'), ['inner'])
        self.assertEqual(self.archive.version('outer'), '1.0')
        self.assertIsNone(self.archive.version('nothing'))

    def test_download(self):
        paths = self.archive.download(['outer'])
        self.assertEqual(list(paths), ['outer'])
        self.assertTrue(paths['outer'].is_file())

    def test_dependencies_twice(self):
        """What lies in the cache already still counts as a dependency."""
        for _ in range(2):
            paths = self.archive.download(['outer'], dependencies=True)
            self.assertEqual(sorted(paths), ['inner', 'outer'])
        for path in paths.values():
            debian.unpack(path, self.top / 'tree')
        self.assertEqual((self.top / 'tree/usr/inner').read_text(), 'inner')

    def test_keep(self):
        paths = self.archive.download(['outer'], dependencies=True,
                                      keep=lambda name: name == 'none')
        self.assertEqual(list(paths), ['outer'])

    def test_damaged_in_the_cache(self):
        """A file of another size is fetched again."""
        path = self.archive.download(['inner'])['inner']
        whole = path.read_bytes()
        path.write_bytes(whole[:10])
        self.archive.download(['inner'])
        self.assertEqual(path.read_bytes(), whole)

    def test_first_suite_is_preferred(self):
        """A backport is taken where its suite stands first."""
        for suites, line in ((['new', 'old'],
                              'APT::Default-Release "new";\n'),
                             ('one', '')):
            archive = Local(suites, 'amd64')
            archive.dir.mkdir(parents=True)
            conf = pathlib.Path(archive._config()['APT_CONFIG']).read_text()
            self.assertEqual(''.join(re.findall('.*Default-Release.*\n',
                                                conf)), line)

    def test_newest_source(self):
        """By dpkg's order, of those that fit; with file and checksum."""
        (self.pool / 'Sources').write_text(''.join(
            f'Package: qemu\nBinary: qemu\nVersion: {version}\n'
            f'Maintainer: A <a@b>\nDirectory: pool/main/q/{version}\n'
            f'Checksums-Sha256:\n {digest * 64} 3 q_{version}.dsc\n'
            f' {digest * 64} 4 q_{version}.tar.xz\n\n'
            for version, digest in (('10.0.9', '1'), ('10.0.13~rc1', '2'),
                                    ('10.0.10', '3'), ('10.2.2', '4'))))
        sources = LocalSources('local')
        self.assertEqual(
            sources.newest('qemu', lambda v: v.startswith('10.0.')),
            ('10.0.13~rc1', 'main/q/10.0.13~rc1',
             {'q_10.0.13~rc1.dsc': '2' * 64,
              'q_10.0.13~rc1.tar.xz': '2' * 64}))
        self.assertEqual(sources.newest('qemu')[0], '10.2.2')
        self.assertIsNone(sources.newest('qemu', lambda v: False))
        self.assertIsNone(sources.newest('other'))

    def test_refusals_are_one_line(self):
        for call in (lambda: self.archive.download(['nothing']),
                     lambda: self.archive.download(['nothing'],
                                                   dependencies=True)):
            with self.assertRaises(debian.ArchiveError) as raised:
                call()
            self.assertIn('nothing', str(raised.exception))
            self.assertNotIn('\n', str(raised.exception))


if __name__ == '__main__':
    unittest.main()
