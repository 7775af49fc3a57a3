# SPDX-License-Identifier: GPL-2.0-or-later
"""Count the register ioctls of an inner QEMU: the test's end of count.c."""

import collections
import struct

from rig.preload import library

INSIDE = 'lib/count.so'
# In the order of count.c.
IOCTLS = ('KVM_GET_REG_LIST', 'KVM_GET_ONE_REG', 'KVM_SET_ONE_REG')


def numbers(data):
    """{file descriptor: Counter of ioctls} in a file of count.c."""
    found = {}
    for fd, row in enumerate(struct.iter_unpack(f'<{len(IOCTLS)}I', data)):
        if any(row):
            found[fd] = collections.Counter(dict(zip(IOCTLS, row)))
    return found


def files():
    """For Host(files=...)."""
    return {INSIDE: library('count')}


def before(path):
    """For Guest(before=...): the library, with this file for its numbers."""
    return f'export LD_PRELOAD=/{INSIDE} RIG_COUNT={path};'
