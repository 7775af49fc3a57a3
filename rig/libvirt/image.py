# SPDX-License-Identifier: GPL-2.0-or-later
"""Debian's libvirt for arm64 as one part of what a host boots from.

Of some forty packages only what is needed is kept, in the cache: libvirtd,
its QEMU driver, virsh, the helpers, their libraries, and Debian's AppArmor
profiles.  No systemd, no dbus, no storage or network drivers.
"""

import pathlib
import re
import shutil

from rig import image
from rig.base.errors import RigError
from rig.base.packages import Packages, copy, libraries

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
CONFIG = pathlib.Path(__file__).resolve().parent
FOLDERS = ('var/log/libvirt/qemu', 'var/lib/libvirt/qemu',
           'var/cache/libvirt', 'etc/libvirt/qemu')


def pick(tree, into):
    """Copy what a host needs out of unpacked packages."""
    folders = [tree / name for name in (
        LIBRARIES, 'lib/aarch64-linux-gnu', 'usr/lib', 'lib')]
    for inside, path in PROGRAMS.items():
        if not (tree / path).is_file():
            raise RigError(f'{path}: in none of the packages of libvirt; '
                           f'rig/libvirt/image.py expects it in {SUITE}')
        copy(tree / path, into / inside)
        for name, library in libraries(tree / path, folders).items():
            copy(library, into / 'lib' / name)
    for name in BY_NAME:
        copy(tree / LIBRARIES / name, into / 'lib' / name)
    for name in PROFILES:
        copy(tree / name, into / name)
    for name in TREES:
        shutil.copytree(tree / name, into / name)


LIBVIRT = Packages('libvirt', (SUITE,), PACKAGES, KEEP, pick)


def qemu_part(name):
    """An inner QEMU, 'series', 'stock' or a path, where Debian has its own.

    Debian's AppArmor profile lets libvirt run it there, but not as a link.
    """
    files = image.qemu_files(name)
    files[EMULATOR[1:]] = files.pop(image.qemu_command(name)[1:])
    return image.Part(f'libvirt-qemu-{pathlib.Path(name).name}', files)


def part():
    """libvirt as a Part; its libraries go over those of a QEMU."""
    files = LIBVIRT.tree().files()
    for name in ('libvirtd.conf', 'qemu.conf'):
        files[f'etc/libvirt/{name}'] = CONFIG / name
    return image.Part('libvirt', files, texts=TEXTS, folders=FOLDERS)
