# SPDX-License-Identifier: GPL-2.0-or-later
"""An emulated host that plays a machine with real Arm KVM.

It has Python, avocado, this repository's tests, and the inner QEMUs where the
build leaves them.  So the code for Arm hardware (rig/real/host.py) can be
tested on any machine.
"""

import pathlib

from rig import image
from rig.base import debian
from rig.base.errors import RigError, say
from rig.base.paths import ROOT

HOME = 'root/rig'
SUITE = 'bookworm'
# What Python's own modules and setpriv need.  Other dependencies of their
# packages only set them up.
PACKAGES = ('python3.11-minimal', 'libpython3.11-minimal',
            'libpython3.11-stdlib', 'libc6', 'libexpat1', 'zlib1g', 'libssl3',
            'libffi8', 'liblzma5', 'libbz2-1.0', 'libuuid1', 'libsqlite3-0',
            'util-linux', 'libcap-ng0')
KEEP = ('usr/bin/python3.11', 'usr/bin/setpriv', 'usr/lib/python3.11/',
        'lib/ld-', 'lib/aarch64-linux-gnu/', 'usr/lib/aarch64-linux-gnu/')
AVOCADO = pathlib.Path('/usr/lib/python3/dist-packages')
OWN = ('rig/**/*.py', 'rig/witness/Makefile', 'tests/avocado/*.py',
       'tests/data/arm-kvm-reg-list/*')


def place(path):
    """Where a package's file is in a host, which has one folder of libraries.

    None if it is not wanted.
    """
    if not path.startswith(KEEP):
        return None
    for folder in ('usr/lib/aarch64-linux-gnu/', 'lib/aarch64-linux-gnu/'):
        if path.startswith(folder):
            name = path[len(folder):]
            return None if '/' in name else f'lib/{name}'
    return path


def python():
    """The folder with Python for arm64, unpacked into the cache."""
    folder = debian.cache_dir() / f'python-{SUITE}-arm64'
    if not folder.exists():
        say('FETCH', f'Python for arm64 from {SUITE}')
        part = folder.with_name(f'{folder.name}.part')
        try:
            debs = debian.Archive(SUITE, 'arm64').download(PACKAGES)
            for deb in debs.values():
                debian.unpack(deb, part)
        except debian.ArchiveError as err:
            raise RigError(f'no Python for a host: {err}') from err
        part.rename(folder)
    return folder


def tree(folder, names=('**/*',)):
    """{path below the folder: file} of all files that fit the names."""
    return {str(path.relative_to(folder)): path for name in names
            for path in folder.glob(name)
            if path.is_file() and '__pycache__' not in path.parts}


def files():
    """{path in the host: file here} of all that the tests need there."""
    found = {}
    for path, file in tree(python()).items():
        if where := place(path):
            found[where] = file
    installed = [*AVOCADO.glob('avocado'), *AVOCADO.glob('avocado_*-info')]
    if len(installed) != 2:
        raise RigError(f'no avocado in {AVOCADO}: `make setup` installs it')
    for each in installed:
        found.update({f'{AVOCADO}/{each.name}/{path}'[1:]: file
                      for path, file in tree(each).items()})
    found['usr/bin/avocado'] = pathlib.Path('/usr/bin/avocado')
    found['usr/bin/python3'] = python() / 'usr/bin/python3.11'
    found.update({f'{HOME}/{path}': file
                  for path, file in tree(ROOT, OWN).items()})
    for name, (path, _) in image.QEMUS.items():
        aboard = image.qemu_files(name)
        built = aboard.pop(image.qemu_command(name)[1:])
        found.update(aboard)
        found[f'{HOME}/{path.relative_to(ROOT)}'] = built
    for path in image.witness_files().values():
        found[f'{HOME}/{path.relative_to(ROOT)}'] = path
    return found
