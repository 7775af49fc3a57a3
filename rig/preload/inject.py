# SPDX-License-Identifier: GPL-2.0-or-later
"""Fail register ioctls of an inner QEMU: the test's end of inject.c.

    host = Host('6.18', files=inject.files())
    guest = Guest(host, before=inject.before('/run/a'))
    inject.control(host, '/run/a', 'set 12 22')
    inject.control(host, '/run/a', '')            # no more
"""

import itertools
import re
from typing import NamedTuple

from rig.preload import library

INSIDE = 'lib/inject.so'
ERRNOS = {'EPERM': 1, 'ENOENT': 2, 'EIO': 5, 'ENOMEM': 12, 'EBUSY': 16,
          'EINVAL': 22}
_numbers = itertools.count(1)


class Access(NamedTuple):
    """One register ioctl: 'get' or 'set', its number, the index, the fd."""
    verb: str
    number: int
    index: int
    vcpu: int


def files():
    """For Host(files=...)."""
    return {INSIDE: library('inject')}


def new_path():
    """A control file that no other QEMU has."""
    return f'/run/inject{next(_numbers)}'


def before(path):
    """For Guest(before=...): the library, with this control file."""
    return f'export LD_PRELOAD=/{INSIDE} RIG_INJECT={path};'


def control(host, path, line):
    """What fails from now on; '' is nothing.  The log begins anew."""
    host.run(f"rm -f {path}.log; echo '{line}' >{path}.new; "
             f'mv {path}.new {path}')


def parse(text):
    """The accesses in a log."""
    return [Access(verb, int(number), int(index, 16), int(vcpu))
            for verb, number, index, vcpu in re.findall(
                r'^(get|set) (\d+) (0x[0-9a-f]+) (\d+)$', text, re.M)]


def log(host, path):
    """What failed, or all accesses with `log`."""
    return parse(host.run(f'cat {path}.log 2>/dev/null || true').stdout)
