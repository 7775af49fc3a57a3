# SPDX-License-Identifier: GPL-2.0-or-later
"""Build the binary packages for arm64 in the chroot.

Nothing is built again while the series, Debian's version and debian.patch
stay as they were.  The compiler's cache makes the next build a short one.
"""

import json
import os
import re
import resource
import shutil
import subprocess
import sys
import time
from typing import NamedTuple

from rig.base.errors import RigError, say
from rig.base.paths import ROOT
from scripts.deb import source
from scripts.deb.chroot import Chroot
from scripts.deb.places import (BASES, DEB, HOST_ARCH, PACKAGES, TIMES, WORK,
                                shown)

STAMP = DEB / 'stamp'
# Debian's own profiles, and that of debian.patch.
PROFILES = ','.join(('cross', 'nocheck', 'pkg.qemu.omit-user',
                     'pkg.qemu.omit-vdso-build-dep', 'pkg.qemu.arm-host'))
SCRIPT = r'''set -e
cd "/build/work/$1"
export DEB_BUILD_OPTIONS="nocheck noautodbgsym parallel=$2"
# No symbols are packaged, so none are made.
export QEMU_CONFIGURE_OPTIONS=--disable-debug-info DEB_CFLAGS_STRIP=-g
exec dpkg-buildpackage -B -a "$3" -P"$4" -us -uc
'''


class Built(NamedTuple):
    """The packages: Debian's version, ours, and the .deb files."""
    stock: source.Stock
    version: str
    debs: list


class Timed:
    """Wall clock and CPU of the steps, kept in build/deb/times.json."""

    def __init__(self, step):
        self.step = step

    def __enter__(self):
        self.wall, self.cpu = time.monotonic(), cpu()

    def __exit__(self, kind, *_):
        if kind:
            return
        wall, used = time.monotonic() - self.wall, cpu() - self.cpu
        say('TIME', f'{self.step}: {minutes(wall)}, CPU {minutes(used)}')
        times = json.loads(TIMES.read_text()) if TIMES.exists() else {}
        times[self.step] = {'wall': round(wall, 1), 'cpu': round(used, 1)}
        TIMES.parent.mkdir(parents=True, exist_ok=True)
        TIMES.write_text(json.dumps(times, indent=1) + '\n')


def cpu():
    """CPU seconds of all children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def minutes(seconds):
    """'3 min 5 s'."""
    whole = round(seconds)
    return f'{whole // 60} min {whole % 60} s' if whole > 59 else f'{whole} s'


def base_of(name):
    """The Base of a name; RigError if Debian ships none for it."""
    if name not in BASES:
        raise RigError(f'BASE={name}: no release of Debian has this qemu as '
                       f'the series takes it; say BASE={", ".join(BASES)}')
    return BASES[name]


def series_mails(base, folder=None):
    """The patches: those in a folder, or the series for this base."""
    if folder is None:
        folder = DEB / 'mails'
        folder.parent.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            [sys.executable, '-m', 'scripts.series', 'export', '-o', folder],
            cwd=ROOT, env={**os.environ, 'BASE': base}, check=False,
            stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode:
            raise RigError(f'the series for {base} cannot be exported: '
                           + done.stderr.strip())
    mails = sorted(folder.glob('*.patch'))
    if not mails:
        raise RigError(f'{folder}: no *.patch in it')
    return mails


def debs_of(version):
    """The .deb files of a version."""
    return sorted(PACKAGES.glob(
        f'*_{version.partition(":")[2]}_{HOST_ARCH}.deb'))


def build(base_name, mails=None, revision='1'):
    """Make what is missing; the Built packages."""
    base = base_of(base_name)
    stock = source.stock(base)
    mails = series_mails(base_name, mails)
    version = source.our_version(stock.version, revision)
    wanted = source.digest(stock, mails, revision, PROFILES + SCRIPT)
    debs = debs_of(version)
    if debs and STAMP.exists() and STAMP.read_text().strip() == wanted:
        say('DEB', f'{shown(PACKAGES)}: {version}, up to date')
        return Built(stock, version, debs)
    STAMP.unlink(missing_ok=True)
    chroot = Chroot(base.suite)
    clean(chroot)
    with Timed('source package'):
        dsc = source.make(stock, mails, base.suite, version)
    with Timed('chroot'):
        chroot.make()
    with Timed('build dependencies'):
        chroot.build_dependencies(dsc, PROFILES)
    with Timed('build'):
        chroot.run(['sh', '-c', SCRIPT, '-', f'qemu-{stock.upstream}',
                    str(os.cpu_count()), HOST_ARCH, PROFILES], 'build',
                   f'qemu {version}')
    debs = keep(version)
    STAMP.write_text(wanted + '\n')
    say('DEB', f'{shown(PACKAGES)}: {len(debs)} packages of {version}')
    return Built(stock, version, debs)


def clean(chroot):
    """Make the build's folder anew; root may own what is in it."""
    if WORK.exists():
        chroot.run(['rm', '-rf', '/build/work'], 'clean')
    WORK.mkdir(parents=True)


def keep(version):
    """Move what the build made to its place, and check what there is."""
    plain = version.partition(':')[2]
    if PACKAGES.exists():
        shutil.rmtree(PACKAGES)
    PACKAGES.mkdir()
    for path in WORK.glob(f'*_{plain}_{HOST_ARCH}.*'):
        shutil.copy(path, PACKAGES / path.name)
    debs = debs_of(version)
    names = {deb.name.split('_')[0] for deb in debs}
    for name in ('qemu-system-arm', 'qemu-system-common', 'kvm-arm-regs'):
        if name not in names:
            raise RigError(f'the build made no {name}; it made '
                           + ', '.join(sorted(names)))
    return debs


def control(deb):
    """The control fields of a .deb."""
    done = subprocess.run(['dpkg-deb', '-f', deb], capture_output=True,
                          text=True, check=True)
    return dict(re.findall(r'^([A-Z][\w-]*): *(.*(?:\n[ \t].*)*)',
                           done.stdout, re.M))
