# SPDX-License-Identifier: GPL-2.0-or-later
"""What KVM itself alters in a guest that migrates: known bits of registers.

KVM took every value, and yet shows the guest another one than the kernel it
came from.  Whatever is not in this table counts as damage.
"""

import re
from typing import NamedTuple

from . import kernels

ALL = tuple(kernels.CATALOGUE)


class Alters(NamedTuple):
    """A register whose value KVM itself changes, though it took every value.

    Its `bits` may differ after a migration, and are `found` then.  `sources`
    and `destinations` are the first and the last kernel each, None for all
    before or after.
    """
    register: str
    bits: int
    found: int
    sources: tuple
    destinations: tuple
    reason: str

    def spans(self):
        """Names of the kernels: sources, destinations."""
        return tuple(ALL[ALL.index(first or ALL[0]):
                         ALL.index(last or ALL[-1]) + 1]
                     for first, last in (self.sources, self.destinations))

    def applies(self, *kernels):
        return all(map(tuple.__contains__, self.spans(), kernels))


OLD, NEW = (None, '6.1'), ('6.12', None)
IDC, CHAIN = 1 << 28, 1 << 30

KVM_ALTERS = (
    Alters('CTR_EL0', IDC, IDC, OLD, NEW,
           'IDC: up to 6.1 a guest reads the hardware\'s value, later KVM\'s '
           'own; both kernels list KVM\'s'),
    Alters('CTR_EL0', IDC, 0, NEW, OLD, 'IDC: the same, the way back'),
    Alters('PMCR_EL0', 0xffff0000, 0, OLD, NEW,
           'IMP and IDCODE: from 6.12 on KVM keeps only what the guest may '
           'set'),
    Alters('PMCR_EL0', 1 << 7, 0, OLD, ('6.12', '6.12'),
           'LP: up to 6.1 it is set at reset; 6.12 clears it in a PMU older '
           'than PMUv3p5'),
    Alters('PMCEID0_EL0', CHAIN, CHAIN, OLD, NEW,
           'CHAIN: from 6.12 on KVM always offers this event; no kernel '
           'lists the register'),
    Alters('PMCEID0_EL0', CHAIN, 0, NEW, OLD, 'CHAIN: the same, the way back'),
    Alters('ID_AA64MMFR2_EL1', 0xf << 24, 0, (None, '6.12'), ('6.16', None),
           'NV: from 6.16 on KVM takes what older kernels gave, and shows '
           'what the VM has'),
)

_MISMATCH = re.compile(r'MISMATCH (\S+) expected (0x[0-9a-f]+) '
                       r'found (0x[0-9a-f]+)(?: on cpu \d+)?')


def alteration(difference, source, destination):
    """The rows of KVM_ALTERS that a line of the witness is due to.

    Empty if it is not, or not wholly, due to them.
    """
    found = _MISMATCH.fullmatch(difference)
    if not found:
        return []
    value = int(found.group(3), 0)
    differ = int(found.group(2), 0) ^ value
    rows = [row for row in KVM_ALTERS if row.register == found.group(1)
            and row.bits & differ and value & row.bits == row.found
            and row.applies(source, destination)]
    for row in rows:
        differ &= ~row.bits
    return [] if differ else rows
