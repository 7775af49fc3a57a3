# SPDX-License-Identifier: GPL-2.0-or-later
"""The newest stock QEMU, as Debian ships it, beside those built here.

It brings libraries that are newer than the ones of the other QEMUs, the C
library among them.  They have a folder of their own, and its own dynamic
linker starts it.
"""

import re

from rig.base.debian_qemu import KEEP, PACKAGE, gather, write_start
from rig.base.packages import Packages

# In the host: what is called, and where the rest is.
COMMAND, HOME = '/usr/bin/qemu-newest', '/usr/lib/qemu-newest'
START = f"""#!/bin/sh
exec {HOME}/ld-linux-aarch64.so.1 --library-path {HOME} {HOME}/qemu "$@"
"""


def pick(tree, into):
    """The program with its libraries apart, and what is called."""
    gather(tree, into / HOME[1:])
    write_start(into / COMMAND[1:], START)


NEWEST = Packages('qemu', ('trixie-backports', 'trixie'), (PACKAGE,), KEEP,
                  pick)


def release():
    """Its version without Debian's part: 11.1.3."""
    return re.match(r'(?:\d+:)?([\d.]+)', NEWEST.tree().version).group(1)
