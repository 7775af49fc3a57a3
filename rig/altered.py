# SPDX-License-Identifier: GPL-2.0-or-later
"""Bits of registers that KVM alters when a guest migrates.

KVM accepts every value, but shows the guest another one than the source's
kernel did.  The rows are those of target/arm/cpreg/altered.h.inc, QEMU's table
of harmless alterations.  Any other difference counts as damage.
"""

import functools
import re
import subprocess
from typing import NamedTuple, Optional

from rig.base import kernels, standalone

ALL = tuple(kernels.CATALOGUE)


def _number(release):
    return tuple(map(int, release.split('.')))


class Alters(NamedTuple):
    """A register that KVM alters, although it accepted the value.

    Its `bits` may differ after a migration.  They were `written` before, and
    are `found` after it; None stands for any value.  Linux does so from
    `since` on and before `until`; None stands for no limit.
    """
    register: str
    bits: int
    found: Optional[int]
    written: Optional[int]
    since: Optional[str]
    until: Optional[str]
    reason: str

    def does(self, kernel):
        """Whether this kernel alters the register."""
        return (not (self.since and _number(kernel) < _number(self.since))
                and not (self.until
                         and _number(kernel) >= _number(self.until)))

    def spans(self):
        """Names of the kernels: sources, destinations.

        A kernel that alters the register itself is no source: its guests
        have the altered value already.
        """
        return (tuple(name for name in ALL if not self.does(name)),
                tuple(name for name in ALL if self.does(name)))

    def explains(self, register, before, after, source, destination):
        """Whether this row explains how these values differ."""
        return (self.register == register
                and (before ^ after) & self.bits
                and self.found in (None, after & self.bits)
                and self.written in (None, before & self.bits)
                and self.does(destination) and not self.does(source))


def read(text):
    """The rows in what `cpreg-name --alterations` prints.

    Some rows have a condition on an ID register, which the witness does not
    print.  Its guests have AArch32 and no MTE, so a condition on one value (=)
    never holds.  A condition on a lower value (<) is about a PMU before
    PMUv3p5: it holds if the source's kernel does not alter the register.
    The witness does not test counters that its guest lacks (PMCR_EL0.N).
    """
    for line in text.splitlines():
        (names, bits, found, written, condition, since, until,
         reason) = line.split('\t')
        if '=' in condition or condition == 'PMCR_EL0.N':
            continue
        for name in names.split(','):
            yield Alters(name, int(bits, 0),
                         *(None if value == '-' else int(value, 0)
                           for value in (found, written)),
                         *(None if release == '-' else release
                           for release in (since, until)), reason)


@functools.cache
def table():
    """The rows, in their order."""
    return tuple(read(subprocess.run(
        [standalone.tool('cpreg-name'), '--alterations'], check=True,
        capture_output=True, text=True).stdout))


_MISMATCH = re.compile(r'MISMATCH (\S+) expected (0x[0-9a-f]+) '
                       r'found (0x[0-9a-f]+)(?: on cpu \d+)?')


def alteration(difference, source, destination):
    """The rows of table() that explain a line of the witness.

    Empty if they do not explain every bit of it.
    """
    found = _MISMATCH.fullmatch(difference)
    if not found:
        return []
    before, after = int(found.group(2), 0), int(found.group(3), 0)
    rows = [row for row in table() if row.explains(
        found.group(1), before, after, source, destination)]
    differ = before ^ after
    for row in rows:
        differ &= ~row.bits
    return [] if differ else rows
