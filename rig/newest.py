# SPDX-License-Identifier: GPL-2.0-or-later
"""The newest stock QEMU, as Debian ships it, beside those built here.

It brings libraries that are newer than the ones of the other QEMUs, the C
library among them.  They have a folder of their own, and its own dynamic
linker starts it.
"""

import re

from rig.base.errors import RigError
from rig.base.packages import Packages, copy, libraries

PACKAGE = 'qemu-system-arm'
PROGRAM = 'usr/bin/qemu-system-aarch64'
# In the host: what is called, and where the rest is.
COMMAND, HOME = '/usr/bin/qemu-newest', '/usr/lib/qemu-newest'
START = f"""#!/bin/sh
exec {HOME}/ld-linux-aarch64.so.1 --library-path {HOME} {HOME}/qemu "$@"
"""


def pick(tree, into):
    """Copy the program and its libraries out of unpacked packages."""
    if not (tree / PROGRAM).is_file():
        raise RigError(f'{PROGRAM}: not in the package {PACKAGE}, where '
                       'rig/newest.py expects it')
    home = into / HOME[1:]
    copy(tree / PROGRAM, home / 'qemu')
    for name, library in libraries(tree / PROGRAM, [
            tree / name for name in (
                'usr/lib/aarch64-linux-gnu', 'usr/lib/aarch64-linux-gnu/'
                'pulseaudio', 'usr/lib')]).items():
        copy(library, home / name)
    start = into / COMMAND[1:]
    start.parent.mkdir(parents=True)
    start.write_text(START, encoding='utf-8')
    start.chmod(0o755)


# Firmware is not needed: the guests have a kernel and no boot ROMs.
NEWEST = Packages('qemu', ('trixie-backports', 'trixie'), (PACKAGE,),
                  re.compile(r'(?!.*-data$)(lib|zlib).*'), pick)


def release():
    """Its version without Debian's part: 11.1.3."""
    return re.match(r'(?:\d+:)?([\d.]+)', NEWEST.tree().version).group(1)
