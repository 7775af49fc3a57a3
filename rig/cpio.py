# SPDX-License-Identifier: GPL-2.0-or-later
"""Initramfs archives: the cpio format "newc" that the kernel unpacks.

The kernel takes several archives one behind the other, later files over
earlier ones; every archive ends at a multiple of 512 bytes, so that they
can be put together with `cat`.
"""

import os
import stat

BLOCK = 512


class Writer:
    """Writes one archive to a binary file; use as a context manager."""

    def __init__(self, file):
        self._file = file
        self._written = 0
        self._inode = 0
        self._folders = {'.'}

    def __enter__(self):
        return self

    def __exit__(self, kind, value, traceback):
        if kind is None:
            self._entry('TRAILER!!!', 0, b'')
            self._pad(BLOCK)

    def _put(self, data):
        self._file.write(data)
        self._written += len(data)

    def _pad(self, size):
        self._put(bytes(-self._written % size))

    def _entry(self, name, mode, data, device=(0, 0)):
        self._inode += 1
        fields = (self._inode, mode, 0, 0, 1, 0, len(data), 0, 0,
                  *device, len(name) + 1, 0)
        self._put(b'070701' + b''.join(b'%08X' % f for f in fields))
        self._put(name.encode() + b'\0')
        self._pad(4)
        self._put(data)
        self._pad(4)

    def folder(self, name):
        """A folder and those above it, once each."""
        name = os.path.normpath(name)
        if name in self._folders:
            return
        self.folder(os.path.dirname(name) or '.')
        self._folders.add(name)
        self._entry(name, stat.S_IFDIR | 0o755, b'')

    def _above(self, name):
        self.folder(os.path.dirname(name) or '.')

    def data(self, name, data, mode=0o644):
        self._above(name)
        self._entry(name, stat.S_IFREG | mode, data)

    def file(self, name, path):
        """A file of this machine, with its permission to execute."""
        with open(path, 'rb') as file:
            data = file.read()
            mode = 0o755 if os.fstat(file.fileno()).st_mode & 0o100 else 0o644
        self.data(name, data, mode)

    def link(self, name, target):
        self._above(name)
        self._entry(name, stat.S_IFLNK | 0o777, target.encode())

    def character_device(self, name, major, minor):
        self._above(name)
        self._entry(name, stat.S_IFCHR | 0o600, b'', (major, minor))
