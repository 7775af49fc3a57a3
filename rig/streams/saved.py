# SPDX-License-Identifier: GPL-2.0-or-later
"""A saved migration stream in parts: head, pages of RAM, device sections.

The format is in QEMU's docs/devel/migration/main.rst.  The description at the
end of the stream says where the devices are.
"""

import json
import struct

EOF, START, PART, END, FULL = 0x00, 0x01, 0x02, 0x03, 0x04
VMDESCRIPTION, COMMAND, FOOTER = 0x06, 0x08, 0x7e
# Of a page's address word, migration/ram.c.
ZERO, MEM_SIZE, PAGE, EOS, CONTINUE, FLUSH = 2, 4, 8, 0x10, 0x20, 0x200
PAGE_SIZE = 4096


class SavedStream:
    """Attributes:

    head      all before the first page of RAM
    pages     {(block, address): bytes, or one byte that fills the page}
    commands  [(number, bytes)] between RAM and the devices
    devices   {(name, instance, version): the section, from its number on}
    described the stream's own description of the devices, as JSON
    """

    def __init__(self, data):
        self._data = data
        end = data.rindex(bytes([VMDESCRIPTION]) + struct.pack(
            '>I', len(data) - self._text_at(data)))
        self.described = json.loads(data[end + 5:])
        if data[end - 1] != EOF:
            raise ValueError('no end of the devices before the description')
        self._split_devices(end - 1)
        self._at = self._block = None
        self.commands, self.pages = [], {}
        self._read_ram()

    @staticmethod
    def _text_at(data):
        return data.rindex(b'{"configuration"')

    def _split_devices(self, end):
        starts, at = [], 0
        for device in self.described['devices']:
            name = device['name'].encode()
            at = self._data.index(
                struct.pack('>B', len(name)) + name + struct.pack(
                    '>II', device['instance_id'], device['version']), at) - 5
            if self._data[at] != FULL:
                raise ValueError(f'no section of {device["name"]} at {at}')
            starts.append(((device['name'], device['instance_id'],
                            device['version']), at))
            at += 5
        self._first_device = starts[0][1]
        ends = [start for _, start in starts[1:]] + [end]
        self.devices = {}
        for (key, start), stop in zip(starts, ends):
            footer = bytes([FOOTER]) + self._data[start + 1:start + 5]
            if self._data[stop - 5:stop] != footer:
                # Of a section before RAM; the whole section follows.
                stop = self._data.index(footer, start) + 5
            self.devices[key] = self._data[start + 1:stop - 5]

    # RAM

    def _take(self, form):
        values = struct.unpack_from(form, self._data, self._at)
        self._at += struct.calcsize(form)
        return values[0]

    def _text(self):
        size = self._take('>B')
        self._at += size
        return self._data[self._at - size:self._at].decode()

    def _read_ram(self):
        self._at = self._data.index(b'\x03ram' + bytes(4)) - 5
        if self._take('>B') != START:
            raise ValueError('no section of RAM')
        section = self._take('>I')
        self._text(), self._take('>I'), self._take('>I')
        # The setup: sizes, which here are part of the head.
        footer = struct.pack('>BI', FOOTER, section)
        self._at = self._data.index(footer, self._at) + len(footer)
        self.head = self._data[:self._at]
        while self._at < self._first_device:
            kind = self._take('>B')
            if kind == COMMAND:
                number, size = self._take('>H'), self._take('>H')
                self.commands.append(
                    (number, self._data[self._at:self._at + size]))
                self._at += size
                continue
            if kind not in (PART, END) or self._take('>I') != section:
                raise ValueError(f'section of kind {kind} at {self._at}')
            self._read_pages()
            if self._take('>B') != FOOTER or self._take('>I') != section:
                raise ValueError(f'no footer before {self._at}')

    def _read_pages(self):
        while True:
            word = self._take('>Q')
            address, flags = word & ~(PAGE_SIZE - 1), word & PAGE_SIZE - 1
            if flags & EOS:
                return
            if flags & FLUSH:
                continue
            if not flags & CONTINUE:
                self._block = self._text()
            size = {ZERO: 1, PAGE: PAGE_SIZE}.get(flags & ~CONTINUE)
            if size is None:
                raise ValueError(f'a page with flags 0x{flags:x}')
            self.pages[self._block, address] = self._data[
                self._at:self._at + size]
            self._at += size
