# SPDX-License-Identifier: GPL-2.0-or-later
"""The cpreg list inside a saved migration stream: find it, change it.

A stream that `migrate file:...` wrote has one section for each vCPU; its
main part begins with fields of fixed size, and then come the length of the
cpreg list, the indexes and the values (the layout is in QEMU's
docs/devel/migration/main.rst and target/arm/machine.c, vmstate_arm_cpu).
Everything else in the stream stays as it is, byte for byte.
"""

import re
import struct

SECTION_FULL = 0x04
SUBSECTION = 0x05
FOOTER = 0x7e
CPU_VERSION = 22
# regs, xregs, pc, cpsr, spsr, banked_spsr, banked_r13, banked_r14,
# usr_regs, fiq_regs, elr_el, sp_el
BEFORE_LENGTH = (16 * 4 + 32 * 8 + 8 + 4 + 4 + 8 * 8 + 8 * 4 + 8 * 4
                 + 5 * 4 + 5 * 4 + 4 * 8 + 4 * 8)


class StreamError(Exception):
    """The stream has no such section, or not where it should be."""


class CpregStream:
    """The list of one vCPU of a stream; `indexes` and `values` are lists."""

    def __init__(self, data, cpu=0):
        name = b'cpu'
        head = struct.pack('>B', len(name)) + name + struct.pack(
            '>II', cpu, CPU_VERSION)
        at = data.find(head)
        if at < 5 or data[at - 5] != SECTION_FULL:
            raise StreamError(f'no section of cpu {cpu} in the stream')
        self.offset = at + len(head) + BEFORE_LENGTH
        self._footer = struct.pack('>B', FOOTER) + data[at - 4:at]
        self.data = data
        length, = struct.unpack_from('>i', data, self.offset)
        if not 0 <= length <= 16384:
            raise StreamError(f'no list at {self.offset}: length {length}')
        self._rest = data[self.offset + 4 + length * 16:]
        words = struct.unpack_from(f'>{2 * length}Q', data, self.offset + 4)
        self.indexes = list(words[:length])
        self.values = list(words[length:])
        if self.indexes != sorted(set(self.indexes)):
            raise StreamError(f'what is at {self.offset} is no sorted list')

    def value(self, regidx):
        """The value of a register that is in the list."""
        return self.values[self.indexes.index(regidx)]

    def add(self, regidx, value):
        """Put a register in its place."""
        at = sum(i < regidx for i in self.indexes)
        self.indexes.insert(at, regidx)
        self.values.insert(at, value)

    def set(self, regidx, value):
        """Change the value of a register that is in the list."""
        self.values[self.indexes.index(regidx)] = value

    def render(self, length=None):
        """The whole stream with this list, and this length if given."""
        count = len(self.indexes)
        part = (struct.pack('>i', count if length is None else length)
                + struct.pack(f'>{2 * count}Q', *self.indexes, *self.values))
        return self.data[:self.offset] + part + self._rest

    def add_subsection(self, name, body):
        """One more subsection of the vCPU, version 1, as its first one."""
        # The fields behind the list end where a subsection or the footer
        # begins.
        found = re.search(bytes([SUBSECTION]) + b'[\x05-\x40]cpu/|'
                          + re.escape(self._footer), self._rest)
        if not found:
            raise StreamError('the section of the cpu has no end')
        name = name.encode()
        added = struct.pack('>BB', SUBSECTION, len(name)) + name \
            + struct.pack('>I', 1) + body
        self._rest = (self._rest[:found.start()] + added
                      + self._rest[found.start():])
