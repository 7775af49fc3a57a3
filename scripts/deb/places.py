# SPDX-License-Identifier: GPL-2.0-or-later
"""Where the packages are made, and for which release."""

from typing import NamedTuple

from rig.base import debian
from rig.base.paths import BUILD, ROOT

DEB = BUILD / 'deb'
# What a build leaves, each made anew when its inputs change.
SOURCE = DEB / 'source'
WORK = DEB / 'work'
PACKAGES = DEB / 'packages'
REPO = DEB / 'repo'
LOGS = DEB / 'logs'
TIMES = DEB / 'times.json'
PATCH = ROOT / 'scripts' / 'deb' / 'debian.patch'

HOST_ARCH = 'arm64'


class Base(NamedTuple):
    """A release of Debian whose qemu is a base of the series."""
    suite: str
    upstream: str               # QEMU's version starts with this


BASES = {'10.0': Base('trixie', '10.0.')}


def cache():
    """What outlasts `make clean`: the chroot, the compiler's cache."""
    return debian.cache_dir() / 'deb'


def shown(path):
    """A path as the reader sees it from the top of the repository."""
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
