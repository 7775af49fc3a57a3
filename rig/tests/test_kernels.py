# SPDX-License-Identifier: GPL-2.0-or-later
"""Which kernels the rig takes, and what its hosts boot from (seconds)."""

import gzip
import io
import lzma
import os
import pathlib
import shutil
import struct
import subprocess
import tempfile
import unittest
from unittest import mock

from rig import cpio, image
from rig.base import debian, errors, kernels, packages
from rig.testing.quiet import quietly


def module(depends):
    return (b'\x7fELF\0license=GPL\0depends=' + depends.encode() +
            b'\0name=x\0')


IMAGE = bytes(56) + b'ARM\x64' + bytes(64)


class FakeArchive:
    """Stands for debian.Archive: package names, and what is served."""

    def __init__(self, names, gone=(), failing=None):
        self.names, self.gone, self.failing = names, gone, failing
        self.asked = []

    def __call__(self, suite, arch):
        self.suites = [suite]
        return self

    def packages(self, _pattern):
        if self.failing:
            raise debian.ArchiveError(self.failing)
        return self.names

    def download(self, packages):
        self.asked += packages
        for name in packages:
            if name in self.gone:
                raise debian.ArchiveError(f'{name}: 404 Not Found')
        return {name: pathlib.Path(tempfile.gettempdir()) / f'no-{name}'
                for name in packages}


class Catalogue(unittest.TestCase):
    """Which packages make a kernel of a series."""

    def choose(self, names, wanted):
        return [row[1] for row in kernels.candidates(names, wanted)]

    def test_newest_first_by_number(self):
        names = ['linux-image-6.12.9+deb13-cloud-arm64',
                 'linux-image-6.12.107+deb13-cloud-arm64',
                 'linux-image-6.12.94+deb13-cloud-arm64']
        self.assertEqual(self.choose(names, '6.12'),
                         [[names[1]], [names[2]], [names[0]]])

    def test_abi_number_of_old_kernels(self):
        names = ['linux-image-5.10.0-9-cloud-arm64',
                 'linux-image-5.10.0-32-cloud-arm64']
        self.assertEqual(self.choose(names, '5.10')[0], [names[1]])

    def test_signed_before_unsigned(self):
        name = 'linux-image-6.1.0-50-cloud-arm64'
        self.assertEqual(self.choose([name + '-unsigned', name], '6.1'),
                         [[name], [name + '-unsigned']])

    def test_series_is_not_a_prefix(self):
        names = ['linux-image-6.12.1+deb13-cloud-arm64',
                 'linux-image-6.16.1+deb13-cloud-arm64']
        self.assertEqual(self.choose(names, '6.1'), [])

    def test_binary_and_modules(self):
        version = '7.3.4+deb13-cloud-arm64'
        names = [f'linux-image-{version}', f'linux-binary-{version}',
                 f'linux-binary-unsigned-{version}',
                 f'linux-modules-{version}']
        self.assertEqual(self.choose(names, '7.3'), [
            [f'linux-binary-{version}', f'linux-modules-{version}'],
            [f'linux-binary-unsigned-{version}',
             f'linux-modules-{version}']])

    def test_binary_without_modules_is_no_use(self):
        self.assertEqual(self.choose(
            ['linux-image-7.3.4+deb13-cloud-arm64',
             'linux-binary-7.3.4+deb13-cloud-arm64'], '7.3'), [])

    def test_binary_with_pinned_modules(self):
        version = '7.0.13+deb13-cloud-arm64'
        self.assertIn(f'linux-modules-{version}', kernels.PINNED)
        self.assertEqual(self.choose([f'linux-binary-{version}'], '7.0'), [
            [f'linux-binary-{version}', f'linux-modules-{version}']])

    def test_release_candidate_is_older(self):
        names = [f'linux-image-7.3{n}-cloud-arm64'
                 for n in ('-rc4', '', '.1', '.1+deb13')]
        self.assertEqual(self.choose(names, '7.3'),
                         [[name] for name in reversed(names)])

    def test_one_version(self):
        names = ['linux-image-6.12.9+deb13-cloud-arm64',
                 'linux-image-6.12.94+deb13-cloud-arm64']
        self.assertEqual(self.choose(names, '6.12.9'), [[names[0]]])

    def test_unknown_series(self):
        with self.assertRaisesRegex(errors.KernelError, '"4.19": not in'):
            kernels.find('4.19')
        with self.assertRaisesRegex(errors.KernelError, '"6.120"'):
            kernels.find('6.120')

    def test_load_order(self):
        needs = {'virtio_net': ['net_failover'], 'net_failover': ['failover'],
                 'failover': []}
        self.assertEqual(
            kernels.load_order(['virtio_pci', 'virtio_net'], needs.get),
            ['failover', 'net_failover', 'virtio_net'])


class Fetch(unittest.TestCase):
    """Which kernel is taken, and what is said, when some are gone."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = pathlib.Path(folder.name)
        for name, value in (
                ('base.kernels.kernels_dir', lambda: self.dir / 'kernels'),
                ('base.debian.unpack', self.unpack)):
            patch = mock.patch(f'rig.{name}', value)
            patch.start()
            self.addCleanup(patch.stop)
        self.image = IMAGE

    def unpack(self, deb, tree):
        for name, data in (
                (f'boot/vmlinuz-{deb.name}', self.image),
                ('lib/modules/x/kernel/net-failover.ko', module('')),
                ('lib/modules/x/kernel/virtio_net.ko.xz',
                 lzma.compress(module('net-failover')))):
            path = tree / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)

    def test_gone_package_then_the_next(self):
        names = [f'linux-image-6.12.{n}+deb13-cloud-arm64' for n in (94, 107)]
        archive = FakeArchive(names, gone=[names[1]])
        found, said = quietly(kernels.fetch, '6.12', archive)
        self.assertEqual(found.version, '6.12.94+deb13-cloud-arm64')
        self.assertIn('6.12.107+deb13-cloud-arm64', said)
        self.assertIn('404 Not Found', said)
        self.assertEqual(archive.asked, [names[1], names[0]])
        self.assertEqual([m.name for m in found.modules],
                         ['00-net_failover.ko', '01-virtio_net.ko'])
        self.assertEqual(found.modules[1].read_bytes(),
                         module('net-failover'))
        self.assertEqual(kernels.cached('6.12'), found)
        self.assertIsNone(kernels.cached('6.1'))

    def test_all_gone(self):
        names = ['linux-image-6.12.107+deb13-cloud-arm64']
        with self.assertRaises(errors.KernelError) as caught:
            quietly(kernels.fetch, '6.12', FakeArchive(names, gone=names))
        self.assertIn('cannot fetch kernel 6.12', str(caught.exception))
        self.assertIn('404 Not Found', str(caught.exception))
        self.assertEqual(list((self.dir / 'kernels').glob('*')),
                         [self.dir / 'kernels' / 'lock'])

    def test_suite_cannot_be_read(self):
        with self.assertRaisesRegex(errors.KernelError, 'trixie: no network'):
            quietly(kernels.fetch, '6.12',
                    FakeArchive([], failing='no network'))

    def test_compressed_images(self):
        zboot = struct.pack('<2sH4sII16s', b'MZ', 0, b'zimg', 64,
                            len(gzip.compress(IMAGE)), b'')
        for data in (gzip.compress(IMAGE), lzma.compress(IMAGE),
                     zboot.ljust(64, b'\0') + gzip.compress(IMAGE)):
            self.image = data
            shutil.rmtree(self.dir / 'kernels', ignore_errors=True)
            found, _ = quietly(kernels.fetch, '6.1', FakeArchive(
                ['linux-image-6.1.0-50-cloud-arm64']))
            self.assertEqual(found.image.read_bytes(), IMAGE)

    def test_not_a_kernel(self):
        self.image = b'something else' * 20
        with self.assertRaisesRegex(errors.KernelError, 'at offset 56 is'):
            quietly(kernels.fetch, '6.1', FakeArchive(
                ['linux-image-6.1.0-50-cloud-arm64']))


class Archives(unittest.TestCase):
    """The initramfs, read back by cpio(1)."""

    def setUp(self):
        if shutil.which('cpio') is None:
            self.skipTest('cpio: not found; scripts/setup.sh installs it')
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = pathlib.Path(folder.name)

    def cpio(self, data, *options):
        done = subprocess.run(['cpio', '--quiet', *options], input=data,
                              check=True, cwd=self.dir, capture_output=True)
        return done.stdout.decode()

    def write(self, **kwargs):
        file = io.BytesIO()
        image.write_part(image.Part('t', **kwargs), file)
        return file.getvalue()

    def test_round_trip(self):
        tool = self.dir / 'tool'
        tool.write_bytes(b'x' * 12345)
        tool.chmod(0o700)
        data = self.write(files={'usr/bin/tool': tool},
                          texts={'etc/hosts': 'localhost\n'},
                          links={'sh': 'usr/bin/tool'}, folders=('proc',),
                          nodes={'dev/console': (5, 1)})
        self.assertEqual(len(data) % cpio.BLOCK, 0)
        listed = self.cpio(data, '-tv')
        self.assertRegex(listed, r'crw-+ .* 5, +1 .* dev/console\n')
        self.assertRegex(listed, r'sh -> usr/bin/tool\n')
        names = self.cpio(data, '-t').split()
        self.assertEqual(names, ['proc', 'usr', 'usr/bin', 'usr/bin/tool',
                                 'etc', 'etc/hosts', 'sh', 'dev',
                                 'dev/console'])
        self.cpio(data, '-id', 'usr/bin/tool', 'etc/hosts')
        self.assertEqual((self.dir / 'usr/bin/tool').read_bytes(),
                         b'x' * 12345)
        self.assertTrue(os.access(self.dir / 'usr/bin/tool', os.X_OK))
        self.assertEqual((self.dir / 'etc/hosts').read_text(), 'localhost\n')

    def test_made_anew_only_when_changed(self):
        file = self.dir / 'file'
        file.write_text('one')
        part = image.Part('part', {'file': file})
        with mock.patch.object(image, 'CACHE', self.dir / 'cache'):
            first = image.archive(part)
            made = first.stat().st_ino
            self.assertEqual(image.archive(part), first)
            self.assertEqual(first.stat().st_ino, made)
            file.write_text('longer')
            second = image.archive(part)
            self.assertNotEqual(second, first)
            self.assertTrue(first.exists())     # another test may use it
            os.utime(first, (0, 0))
            file.write_text('longer still')
            second = image.archive(part)
            self.assertFalse(first.exists())
            image.build([part, part], self.dir / 'initrd')
        self.assertEqual((self.dir / 'initrd').read_bytes(),
                         second.read_bytes() * 2)

    def test_missing_qemu_says_how(self):
        with self.assertRaisesRegex(errors.RigError, 'no file .*/none'):
            image.qemu_path('/none')
        gone = {'stock': (self.dir / 'none', 'make stock-arm64')}
        with mock.patch.object(image, 'QEMUS', gone), \
                self.assertRaisesRegex(errors.RigError, '`make stock-arm64`'):
            image.qemu_path('stock')

    def test_missing_library_says_how(self):
        with self.assertRaisesRegex(errors.RigError, '`make sysroot`'):
            packages.libraries('/bin/true', [self.dir])


if __name__ == '__main__':
    unittest.main()
