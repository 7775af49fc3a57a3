# SPDX-License-Identifier: GPL-2.0-or-later
"""rig.libvirt.packages: which .deb files a host gets; no host is booted."""

import pathlib
import shutil
import subprocess
import tempfile
import unittest
from unittest import mock

from rig import image
from rig.base.errors import RigError
from rig.base.packages import Tree
from rig.libvirt import packages


@unittest.skipUnless(shutil.which('dpkg-deb'), 'no dpkg')
class Debs(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix='packages-')
        self.addCleanup(folder.cleanup)
        self.top = pathlib.Path(folder.name)
        folders = {kind: self.top / kind for kind in ('debian', 'series')}
        for kind, path in folders.items():
            path.mkdir()
            for name in packages.INSTALLED[kind]:
                self.make_deb(path, name, '1:1' if kind == 'debian' else
                              '1:1+kvmarm1')
        patch = mock.patch.object(packages, 'FOLDERS', folders)
        patch.start()
        self.addCleanup(patch.stop)

    def make_deb(self, folder, name, version):
        tree = self.top / 'tree'
        (tree / 'DEBIAN').mkdir(parents=True)
        (tree / 'DEBIAN/control').write_text(
            f'Package: {name}\nVersion: {version}\nArchitecture: arm64\n'
            'Maintainer: A <a@b>\nDescription: a\n')
        subprocess.run(['dpkg-deb', '-b', tree, folder], check=True,
                       capture_output=True)
        shutil.rmtree(tree)

    def test_versions(self):
        self.assertEqual(packages.version('debian'), '1:1')
        self.assertEqual(packages.version('series'), '1:1+kvmarm1')

    def test_in_a_host(self):
        self.assertEqual(sorted(packages.debs_part().files), [
            'packages/debian/qemu-system-arm_1_arm64.deb',
            'packages/debian/qemu-system-common_1_arm64.deb',
            'packages/series/kvm-arm-regs_1+kvmarm1_arm64.deb',
            'packages/series/qemu-system-arm_1+kvmarm1_arm64.deb',
            'packages/series/qemu-system-common_1+kvmarm1_arm64.deb'])

    def test_none(self):
        next((self.top / 'series').glob('kvm-arm-regs*')).unlink()
        with self.assertRaisesRegex(RigError, '0 packages kvm-arm-regs; '
                                    '`make deb` makes them'):
            packages.debs('series')

    def test_two(self):
        self.make_deb(self.top / 'debian', 'qemu-system-arm', '1:2')
        with self.assertRaisesRegex(RigError, '2 packages qemu-system-arm;'):
            packages.debs('debian')

    def test_no_package(self):
        path = self.top / 'x.deb'
        path.write_text('x')
        with self.assertRaisesRegex(RigError, 'x.deb: no package'):
            packages.field(path, 'Version')

    def test_empty_database(self):
        trees = self.top / 'libraries', self.top / 'dpkg'
        for tree in trees:
            (tree / 'lib').mkdir(parents=True)
            (tree / 'lib' / tree.name).touch()
        with mock.patch.object(packages, 'QEMU_LIBRARIES') as libraries, \
                mock.patch.object(packages, 'DPKG') as dpkg:
            libraries.tree.return_value = Tree('1', trees[0])
            dpkg.tree.return_value = Tree('1', trees[1])
            part = packages.dpkg_part()
        self.assertEqual(sorted(part.files), ['lib/dpkg', 'lib/libraries'])
        self.assertEqual(part.texts['var/lib/dpkg/status'], '')
        with open(self.top / 'cpio', 'wb') as file:
            image.write_part(part, file)


class FakeHost:
    """A host in which dpkg leaves a version."""

    def __init__(self, left):
        self.left, self.commands = left, []

    def run(self, command, timeout=60, check=True):
        self.commands.append((command, timeout, check))
        return mock.Mock(stdout=self.left)

    def failed(self, what):
        return RigError(what)


class Install(unittest.TestCase):

    def setUp(self):
        patch = mock.patch.object(packages, 'version', lambda kind: '1:1')
        patch.start()
        self.addCleanup(patch.stop)

    def test_installed(self):
        host = FakeHost('1:1')
        packages.install(host, 'series')
        self.assertIn('/packages/series/*.deb', host.commands[0][0])

    def test_another_version_is_left(self):
        with self.assertRaisesRegex(RigError, 'left qemu-system-arm 1:2, '
                                    'not 1:1'):
            packages.install(FakeHost('1:2'), 'debian')


if __name__ == '__main__':
    unittest.main()
