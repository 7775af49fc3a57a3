# SPDX-License-Identifier: GPL-2.0-or-later
"""Debian's libvirt for arm64 as one part of what a host boots from.

Of some forty packages only what is needed is kept, in the cache: libvirtd,
its QEMU driver, virsh, the helpers, their libraries, and Debian's AppArmor
profiles.  No systemd, no dbus, no storage or network drivers.
"""

import fcntl
import os
import pathlib
import re
import shutil
import tempfile
from typing import NamedTuple

from . import image
from .errors import RigError, say
from .kernels import debian

SUITE = 'trixie'
PACKAGES = ('libvirt-daemon', 'libvirt-daemon-common',
            'libvirt-daemon-driver-qemu', 'libvirt-clients', 'apparmor')
# Dependencies that can have a library of theirs; the rest, systemd and
# Debian's QEMU among it, is not even downloaded.
KEEP = re.compile(r'(lib(?!asound|nss3|pam|virt-daemon-driver|virt-daemon-'
                  r'config|parted|semanage)|zlib).*')

EMULATOR = '/usr/bin/qemu-system-aarch64'
LIBRARIES = 'usr/lib/aarch64-linux-gnu'
DRIVER = 'libvirt/connection-driver/libvirt_driver_qemu.so'
# {path in the host: path in Debian}.  /usr/sbin is a link to /usr/bin
# there, and /usr/lib/aarch64-linux-gnu one to /lib.
PROGRAMS = {
    'usr/bin/libvirtd': 'usr/sbin/libvirtd',
    'usr/bin/virsh': 'usr/bin/virsh',
    'usr/bin/apparmor_parser': 'usr/sbin/apparmor_parser',
    'usr/lib/libvirt/libvirt_iohelper': 'usr/lib/libvirt/libvirt_iohelper',
    'usr/lib/libvirt/virt-aa-helper': 'usr/lib/libvirt/virt-aa-helper',
    f'lib/{DRIVER}': f'{LIBRARIES}/{DRIVER}',
}
TREES = ('usr/share/libvirt/cpu_map', 'usr/share/apparmor-features',
         'etc/apparmor', 'etc/apparmor.d/abi', 'etc/apparmor.d/abstractions',
         'etc/apparmor.d/libvirt', 'etc/apparmor.d/tunables')
PROFILES = tuple(f'etc/apparmor.d/{name}' for name in (
    'usr.lib.libvirt.virt-aa-helper', 'usr.sbin.libvirtd'))
# libvirtd looks for the user that Debian's QEMU runs as, used or not.
TEXTS = {
    'etc/passwd': 'root:x:0:0:root:/:/bin/sh\n'
                  'libvirt-qemu:x:996:998::/var/lib/libvirt:/bin/false\n',
    'etc/group': 'root:x:0:\nlibvirt:x:997:\nkvm:x:998:\n'
                 'libvirt-qemu:x:996:\n',
}
# The C library opens it by name.
BY_NAME = ('libnss_files.so.2',)

# What a host needs beside them.
CONFIG = image.HERE / 'libvirt'
FOLDERS = ('var/log/libvirt/qemu', 'var/lib/libvirt/qemu',
           'var/cache/libvirt', 'etc/libvirt/qemu')


class Tree(NamedTuple):
    """The unpacked libvirt: its version, and a folder as in the host."""
    version: str
    folder: pathlib.Path

    def files(self):
        """{path in the host: file here}."""
        return {str(path.relative_to(self.folder)): path
                for path in sorted(self.folder.rglob('*'))
                if path.is_file()}


def _copy(path, target):
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(path, target)


def pick(tree, into):
    """Copy what a host needs out of unpacked packages."""
    folders = [tree / name for name in (
        LIBRARIES, 'lib/aarch64-linux-gnu', 'usr/lib', 'lib')]
    for inside, path in PROGRAMS.items():
        if not (tree / path).is_file():
            raise RigError(f'{path}: in none of the packages of libvirt; '
                           f'rig/libvirt_image.py expects it in {SUITE}')
        _copy(tree / path, into / inside)
        for name, library in image.libraries(tree / path, folders).items():
            _copy(library, into / 'lib' / name)
    for name in BY_NAME:
        _copy(tree / LIBRARIES / name, into / 'lib' / name)
    for name in PROFILES:
        _copy(tree / name, into / name)
    for name in TREES:
        shutil.copytree(tree / name, into / name)


def cached():
    """The Tree in the cache, the newest one, or None."""
    found = sorted(debian.cache_dir().glob('libvirt-arm64_*'),
                   key=os.path.getmtime)
    if not found:
        return None
    return Tree(found[-1].name.split('_', 1)[1], found[-1])


def fetch():
    """Download and unpack the libvirt of SUITE; its Tree."""
    cache = debian.cache_dir()
    cache.mkdir(parents=True, exist_ok=True)
    with open(cache / 'libvirt.lock', 'w', encoding='utf-8') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        found = cached()
        if found:
            return found
        say('FETCH', f'libvirt from {SUITE}')
        try:
            archive = debian.Archive(SUITE, 'arm64')
            debs = archive.download(PACKAGES, dependencies=True,
                                    keep=KEEP.fullmatch)
            version = archive.version('libvirt-daemon')
            with tempfile.TemporaryDirectory(dir=cache, prefix='.') as tmp:
                tree, part = pathlib.Path(tmp) / 'tree', pathlib.Path(
                    tmp) / 'part'
                for deb in debs.values():
                    debian.unpack(deb, tree)
                pick(tree, part)
                folder = cache / f'libvirt-arm64_{version}'
                part.rename(folder)
        except debian.ArchiveError as err:
            raise RigError(f'no libvirt for the hosts: {err}') from err
        # Unpacked, the packages are not needed again.
        for deb in debs.values():
            deb.unlink(missing_ok=True)
        return Tree(version, folder)


def tree():
    """The Tree of the cache, downloaded when it is not there."""
    return cached() or fetch()


def qemu_part(name):
    """An inner QEMU, 'series', 'stock' or a path, where Debian has its own.

    Debian's AppArmor profile lets libvirt run it there, and as a link not.
    """
    files = image.qemu_files(name)
    files[EMULATOR[1:]] = files.pop(image.qemu_command(name)[1:])
    return image.Part(f'libvirt-qemu-{pathlib.Path(name).name}', files)


def part():
    """libvirt as a Part; its libraries go over those of a QEMU."""
    files = tree().files()
    for name in ('libvirtd.conf', 'qemu.conf'):
        files[f'etc/libvirt/{name}'] = CONFIG / name
    return image.Part('libvirt', files, texts=TEXTS, folders=FOLDERS)
