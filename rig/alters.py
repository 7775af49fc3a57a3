# SPDX-License-Identifier: GPL-2.0-or-later
"""What KVM itself alters in a guest that migrates: known bits of registers.

KVM took every value, and yet shows the guest another one than the kernel it
came from.  The rows are those of target/arm/cpreg-altered.h.inc, by which QEMU
tells what is harmless.  Whatever is not in this table counts as damage.
"""

import functools
import re
import subprocess
from typing import NamedTuple, Optional

from . import core, kernels

ALL = tuple(kernels.CATALOGUE)


def _number(release):
    return tuple(map(int, release.split('.')))


class Alters(NamedTuple):
    """A register whose value KVM itself changes, though it took every value.

    Its `bits` may differ after a migration, and are `found` then; only where
    they were `written` before (None: anything).  Linux does it from `since`
    on, and before `until` (None: ever).
    """
    register: str
    bits: int
    found: Optional[int]
    written: Optional[int]
    since: Optional[str]
    until: Optional[str]
    reason: str

    def does(self, kernel):
        """Whether this kernel is one that does it."""
        return (not (self.since and _number(kernel) < _number(self.since))
                and not (self.until
                         and _number(kernel) >= _number(self.until)))

    def spans(self):
        """Names of the kernels: sources, destinations.

        A guest of a kernel that does it as well has it behind itself.
        """
        return (tuple(name for name in ALL if not self.does(name)),
                tuple(name for name in ALL if self.does(name)))

    def explains(self, register, before, after, source, destination):
        """Whether these bits differ as this row has it."""
        return (self.register == register
                and (before ^ after) & self.bits
                and self.found in (None, after & self.bits)
                and self.written in (None, before & self.bits)
                and self.does(destination) and not self.does(source))


def read(text):
    """The rows in what `cpreg-name --alterations` prints.

    The witness does not tell of its ID registers whether a condition holds.
    Its guests have AArch32 and no MTE, so that none on one value (=) does; and
    a PMU before PMUv3p5 (<) where they come from a kernel that does not do it.
    Of counters that a guest does not have (PMCR_EL0.N) it knows nothing.
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
        [core.tool('cpreg-name'), '--alterations'], check=True,
        capture_output=True, text=True).stdout))


_MISMATCH = re.compile(r'MISMATCH (\S+) expected (0x[0-9a-f]+) '
                       r'found (0x[0-9a-f]+)(?: on cpu \d+)?')


def alteration(difference, source, destination):
    """The rows of table() that a line of the witness is due to.

    Empty if it is not, or not wholly, due to them.
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
