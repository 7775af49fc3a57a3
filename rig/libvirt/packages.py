# SPDX-License-Identifier: GPL-2.0-or-later
"""Hosts on which dpkg installs QEMU: Debian's packages, or ours.

Both lie in a host as .deb files, in /packages/debian and /packages/series.
The rest of the host is of the same release: dpkg itself, the libraries that
the packages depend on, and libvirt.  dpkg does not know them, so it is told
to pass over dependencies.
"""

import re
import subprocess

from rig import image
from rig.base.errors import RigError
from rig.base.packages import Packages, copy, libraries
from rig.base.paths import BUILD
from rig.host import Host
from rig.libvirt import image as libvirt_image

SUITE = libvirt_image.SUITE
ARCH = 'arm64'
# What `make deb` leaves.
FOLDERS = {'debian': BUILD / 'deb' / 'debian',
           'series': BUILD / 'deb' / 'packages'}
# What a host installs; the tool is only in ours.
INSTALLED = {'debian': ('qemu-system-common', 'qemu-system-arm'),
             'series': ('qemu-system-common', 'qemu-system-arm',
                        'kvm-arm-regs')}
LIBRARIES = ('usr/lib/aarch64-linux-gnu',
             'usr/lib/aarch64-linux-gnu/pulseaudio', 'usr/lib')
DPKG_PROGRAMS = tuple(f'usr/bin/{name}' for name in (
    'dpkg', 'dpkg-deb', 'dpkg-split', 'dpkg-query', 'dpkg-divert',
    'dpkg-maintscript-helper', 'tar', 'dash'))
DPKG_SCRIPTS = 'usr/share/dpkg/sh'
DPKG_FOLDERS = tuple(f'var/lib/dpkg/{name}' for name in (
    'info', 'updates', 'parts', 'triggers')) + ('etc/dpkg/dpkg.cfg.d',)
# /bin has the small dpkg and tar of busybox, and the shell of busybox prefers
# them wherever they are; so the shell is Debian's, too.  The database is in
# RAM, and knows none of QEMU's dependencies.
PATH = 'PATH=/usr/bin:/bin '
INSTALL = PATH + 'dpkg --force-depends --force-bad-path --force-unsafe-io ' \
    '--force-downgrade -i'


def _copy_libraries(tree, program, into):
    for name, library in libraries(
            tree / program, [tree / each for each in LIBRARIES]).items():
        copy(library, into / 'lib' / name)


def _pick_dpkg(tree, into):
    for name in DPKG_PROGRAMS:
        if not (tree / name).is_file():
            raise RigError(f'{name}: in none of the packages of dpkg; '
                           f'rig/libvirt/packages.py expects it in {SUITE}')
        copy(tree / name, into / name)
        if (tree / name).read_bytes().startswith(b'\x7fELF'):
            _copy_libraries(tree, name, into)
    for path in (tree / DPKG_SCRIPTS).iterdir():
        copy(path, into / DPKG_SCRIPTS / path.name)


def _pick_libraries(tree, into):
    _copy_libraries(tree, 'usr/bin/qemu-system-aarch64', into)
    json = next((tree / LIBRARIES[0]).glob('libjson-glib-1.0.so.0'))
    copy(json, into / 'lib' / json.name)
    _copy_libraries(tree, json.relative_to(tree), into)


DPKG = Packages('dpkg', (SUITE,), ('dpkg', 'tar', 'dash'),
                re.compile(r'(lib|zlib).*'), _pick_dpkg)
QEMU_LIBRARIES = Packages(
    'qemu-libraries', (SUITE,), ('qemu-system-arm', 'libjson-glib-1.0-0'),
    re.compile(r'(?!.*-data$)(lib|zlib).*'), _pick_libraries)


def field(deb, name):
    """A field of a .deb."""
    done = subprocess.run(['dpkg-deb', '-f', deb, name], text=True,
                          capture_output=True, check=False)
    if done.returncode:
        raise RigError(f'{deb}: no package: {done.stderr.strip()}')
    return done.stdout.strip()


def debs(kind):
    """The .deb files of 'debian' or 'series'; RigError if not one of each."""
    found = []
    for name in INSTALLED[kind]:
        here = sorted(FOLDERS[kind].glob(f'{name}_*_{ARCH}.deb'))
        if len(here) != 1:
            raise RigError(f'{FOLDERS[kind]}: {len(here)} packages {name}; '
                           '`make deb` makes them')
        found += here
    return found


def version(kind):
    """The version of these packages."""
    return field(debs(kind)[-1], 'Version')


def debs_part():
    """The .deb files, in a host."""
    return image.Part('packages', {
        f'packages/{kind}/{deb.name}': deb
        for kind in FOLDERS for deb in debs(kind)})


def dpkg_part():
    """dpkg, whose database is empty, and what the packages depend on."""
    return image.Part(
        'dpkg', {**QEMU_LIBRARIES.tree().files(), **DPKG.tree().files()},
        texts={f'var/lib/dpkg/{name}': '' for name in (
            'status', 'available', 'diversions', 'statoverride')},
        links={'bin/sh': '../usr/bin/dash'},
        folders=DPKG_FOLDERS)


def host(kernel, network, **kwargs):
    """A Host with libvirt and dpkg, without a QEMU, the witness aboard."""
    return Host(kernel, network=network, guests=('witness',), memory='2G',
                parts=[dpkg_part(), debs_part(), libvirt_image.part()],
                **kwargs)


def install(on, kind):
    """Install or change to 'debian' or 'series' by dpkg; what it says."""
    said = on.run(f'{INSTALL} /packages/{kind}/*.deb', 600).stdout
    found = installed(on)
    if found != version(kind):
        raise on.failed(f'dpkg left qemu-system-arm {found}, not '
                        f'{version(kind)}; it said: {said}')
    return said


def installed(on):
    """The version of qemu-system-arm there, '' if it has none."""
    return on.run(PATH + "dpkg-query -W -f '${Version}' qemu-system-arm",
                  check=False).stdout
