# SPDX-License-Identifier: GPL-2.0-or-later
"""QEMU for Arm out of Debian's packages, to run without an installation.

Its C library may be newer than the machine's: its own linker starts it.
"""

import re

from rig.base.errors import RigError
from rig.base.packages import Packages, copy, libraries, tool

PACKAGE = 'qemu-system-arm'
PROGRAM = 'usr/bin/qemu-system-aarch64'
# The packages to unpack beside it.  Firmware is not needed: guests have a
# kernel and no boot ROMs.
KEEP = re.compile(r'(?!.*-data$)(lib|zlib).*')
# The folder is named by the version, and a library path ends at a ':'.
START = """#!/bin/sh
cd "${0%/*}" && exec ./ld-linux*.so* --library-path . ./qemu "$@"
"""


def gather(tree, into):
    """Copy the program and its libraries out of unpacked packages."""
    if not (tree / PROGRAM).is_file():
        raise RigError(f'{PROGRAM}: not in the package {PACKAGE}')
    folders = [*tree.glob('usr/lib/*-linux-gnu'),
               *tree.glob('usr/lib/*-linux-gnu/pulseaudio'),
               tree / 'usr/lib', tree / 'usr/lib64']
    copy(tree / PROGRAM, into / 'qemu')
    for name, library in libraries(tree / PROGRAM, folders).items():
        copy(library, into / name)


def write_start(path, text):
    """What is called in the program's place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding='utf-8')
    path.chmod(0o755)


def pick(tree, into):
    """The program with all that it needs, and a starter, in one folder."""
    gather(tree, into)
    write_start(into / 'start', START)


def here(name, suites):
    """The starter of a suite's QEMU for this machine, downloaded once.

    `name` is that of its folder in the cache.
    """
    return Packages(name, suites, (PACKAGE,), KEEP, pick,
                    tool(['dpkg', '--print-architecture']).strip()
                    ).tree().folder / 'start'
