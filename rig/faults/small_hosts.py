# SPDX-License-Identifier: GPL-2.0-or-later
"""Destinations with too little memory for their guest.

The guest's RAM is filled, so the destination needs memory for all of it.
"""

import re
import time

from rig.base.errors import GuestError, RigError
from rig.faults.facts import DESTINATION, SOURCE, Side, side_of
from rig.faults.phases import Staged
from rig.ram import filled

SIZE = 256                      # MiB, of a guest
SMALL = '320M'                  # of a host in which it has no room


def full(bench):
    """Options of a guest whose RAM is full."""
    return {'memory': f'{SIZE}M', **filled(bench.hosts[SOURCE], SIZE)}


def out_of_memory(bench, mode, qemu):
    """The destination's kernel kills its QEMU while RAM arrives."""
    with Staged(bench, mode, qemu, source=full(bench),
                destination={'memory': f'{SIZE}M'}) as staged:
        staged.fault()
        staged.begin()
        staged.expect_kill(DESTINATION)
        staged.settle(120)
        host = staged.destination.host
        if 'Out of memory' not in host.run('dmesg').stdout:
            raise RigError(f'{host}: its memory was enough')
        return staged.facts()


def address_space(host, guest):
    """Most of what a QEMU had mapped so far, in KiB."""
    return int(re.search(r'^VmPeak:\s+(\d+) kB$', host.run(
        f'cat /proc/{guest.pid()}/status').stdout, re.M).group(1))


def limited(bench, qemu, spare):
    """A destination that may map `spare` KiB more than it has at its start.

    None: half of that, and it cannot start.  (A few KiB less can be enough:
    how much threads reserve differs from one start to the next.)
    """
    with bench.destination(qemu) as guest:
        most = address_space(bench.hosts[DESTINATION], guest)
    most = most // 2 if spare is None else most + spare
    before = f'ulimit -v {most};'
    try:
        with Staged(bench, 'handshake', qemu,
                    destination={'before': before}) as staged:
            staged.fault()
            staged.begin()
            staged.settle(60)
            return staged.facts()
    except GuestError as err:
        if 'did not start' not in str(err):
            raise
        return _not_started(bench, qemu, str(err))


def _not_started(bench, qemu, text):
    """The facts where there was no destination to migrate to."""
    began = time.monotonic()
    ended = re.search(r'it ended with (-?\d+)', text)
    said = re.search(r'\n  stderr:\n((?:    \| .*\n?)+)', text)
    there = Side(exit=int(ended.group(1)) if ended else None,
                 said=re.sub(r'(?m)^    \| ', '', said.group(1)).strip()
                 if said else '')
    return {SOURCE: side_of(bench.source(qemu))._asdict(),
            DESTINATION: there._asdict(), 'user': [], 'saw': None,
            'expects': '', 'seconds': round(time.monotonic() - began, 1)}
