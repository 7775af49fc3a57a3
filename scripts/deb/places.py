# SPDX-License-Identifier: GPL-2.0-or-later
"""Where the packages are made, and for which release."""

from rig.base import debian, upstream
from rig.base.paths import ROOT

DEB = ROOT / 'build' / 'deb'
# What a build leaves, each made anew when its inputs change.
SOURCE = DEB / 'source'
WORK = DEB / 'work'
PACKAGES = DEB / 'packages'
REPO = DEB / 'repo'
LOGS = DEB / 'logs'
TIMES = DEB / 'times.json'
PATCH = ROOT / 'scripts' / 'deb' / 'debian.patch'

HOST_ARCH = 'arm64'


# The bases that a suite of Debian has.
BASES = {name: base for name, base in upstream.read_upstream().items()
         if base.suite}


def cache():
    """What outlasts `make clean`: the chroot, the compiler's cache."""
    return debian.cache_dir() / 'deb'


def shown(path):
    """A path as the reader sees it from the top of the repository."""
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
