# SPDX-License-Identifier: GPL-2.0-or-later
"""What an emulated host boots from: an initramfs in parts.

A part is one cpio archive, cached under build/rig/parts and made anew only
when a file in it changed, so that a rebuilt QEMU repacks that QEMU alone.
A host's initrd is its parts, one behind the other.  It is not compressed:
under TCG it is quicker to read more than to decompress.
"""

import contextlib
import functools
import hashlib
import os
import pathlib
import platform
import shutil
import tempfile
import time
from typing import NamedTuple

from rig import cpio, newest
from rig.base import debian, kernels
from rig.base.errors import RigError, say
from rig.base.lock import locked
from rig.base.packages import libraries, tool
from rig.base.paths import BUILD, ROOT

HERE = pathlib.Path(__file__).resolve().parent
CACHE = BUILD / 'rig'

# The inner QEMUs by name, and how to make a missing one.
QEMUS = {
    # The series on the first base, whatever BASE says.
    'first': (ROOT / 'build' / 'arm64' / 'qemu-system-aarch64',
              'make qemu-arm64, without BASE'),
    'series': (BUILD / 'arm64' / 'qemu-system-aarch64', 'make qemu-arm64'),
    'stock': (BUILD / 'stock-arm64' / 'qemu-system-aarch64',
              'make stock-arm64'),
}

# The two that are compared, the base first.
COMPARED = ('stock', 'series')

# Debian's newest one, which comes with all that it needs.
NEWEST = 'newest'

# The kernels of the Linux guests.  The old one is small and quick under
# emulation; the new one asks which CPUs it may meet (Linux 6.15).
GUEST_KERNELS = {'linux': '5.10', 'linux-new': '6.18'}

NATIVE = platform.machine() == 'aarch64'
CROSS = '' if NATIVE else 'aarch64-linux-gnu-'


class Part(NamedTuple):
    """An archive to be: name, {path in the host: file here}, and more.

    `links` are {path: target}, `texts` {path: content}, `folders` empty
    ones, `nodes` {path: (major, minor)} of character devices.
    """
    name: str
    files: dict
    links: dict = {}
    texts: dict = {}
    folders: tuple = ()
    nodes: dict = {}


def made(target, source, command):
    """`target`, made by command(temporary name) if `source` changed.

    Its time is the source's, so that an older source counts as changed.
    """
    if (target.exists() and
            target.stat().st_mtime_ns == source.stat().st_mtime_ns):
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as tmp:
        part = pathlib.Path(tmp) / target.name
        tool(command(part))
        os.utime(part, ns=(source.stat().st_atime_ns,
                           source.stat().st_mtime_ns))
        part.rename(target)
    return target


def _agent():
    source = HERE / 'agent' / 'agent.c'
    return made(CACHE / 'agent', source, lambda part: [
        CROSS + 'gcc', '-O2', '-Wall', '-Wextra', '-static', '-s', '-o', part,
        source])


def _busybox():
    """Debian's static busybox for arm64, in the cache."""
    path = debian.cache_dir() / 'busybox-arm64'
    if not path.exists():
        say('FETCH', 'busybox-static from bookworm')
        try:
            from_suite = debian.Archive('bookworm', 'arm64')
            deb = from_suite.download(['busybox-static'])['busybox-static']
            with tempfile.TemporaryDirectory(dir=path.parent) as tmp:
                debian.unpack(deb, tmp)
                (pathlib.Path(tmp) / 'bin' / 'busybox').rename(path)
        except debian.ArchiveError as err:
            raise RigError(f'no busybox for the hosts: {err}') from err
    return path


def base_part():
    """The tree of every host."""
    return Part(
        'base',
        {'bin/busybox': _busybox(), 'usr/bin/agent': _agent(),
         'init': HERE / 'init'},
        links={'bin/sh': 'busybox', 'sbin': 'bin', 'usr/sbin': 'bin',
               'usr/lib/aarch64-linux-gnu': '../../lib', 'var/run': '/run'},
        texts={'etc/passwd': 'root:x:0:0:root:/:/bin/sh\n',
               'etc/group': 'root:x:0:\n',
               'etc/nsswitch.conf':
                   'passwd: files\ngroup: files\nhosts: files\n',
               'etc/hosts': '127.0.0.1 localhost\n'},
        folders=('proc', 'sys', 'tmp', 'run', 'root', 'mnt', 'lib', 'guest',
                 'modules'),
        nodes={'dev/console': (5, 1), 'dev/null': (1, 3)})


def kernel_part(kernel):
    """The modules that a host loads."""
    return Part(f'modules-{kernel.version}',
                {f'modules/{m.name}': m for m in kernel.modules})


def library_dirs():
    """Where the libraries of an arm64 QEMU are on this machine."""
    top = pathlib.Path('/') if NATIVE else BUILD / 'sysroot-arm64'
    return [top / d for d in ('lib/aarch64-linux-gnu',
                              'usr/lib/aarch64-linux-gnu', 'lib', 'lib64')]


def qemu_path(name):
    """The inner QEMU 'series', 'stock', or at a path."""
    if name in QEMUS:
        path, remedy = QEMUS[name]
        remedy = f'`{remedy}` builds it'
    else:
        path, remedy = pathlib.Path(name).resolve(), 'an inner QEMU is ' \
            f'{", ".join(QEMUS)}, {NEWEST} or a path'
    if not path.is_file():
        raise RigError(f'inner QEMU {name}: no file {path}; {remedy}')
    return path


def qemu_command(name):
    """The path of an inner QEMU inside a host."""
    if name == NEWEST:
        return newest.COMMAND
    if name not in QEMUS:
        path = str(qemu_path(name))
        name = hashlib.sha256(path.encode()).hexdigest()[:8]
    return f'/usr/bin/qemu-{name}'


def qemu_files(name, folders=None):
    """{path in the host: file here} of an inner QEMU, stripped."""
    if name == NEWEST:
        return newest.NEWEST.tree().files()
    path = qemu_path(name)
    inside = qemu_command(name)
    stripped = made(CACHE / 'stripped' / pathlib.PurePath(inside).name, path,
                    lambda part: [CROSS + 'strip', '-o', part, path])
    files = {f'lib/{lib}': file for lib, file in
             libraries(stripped, folders or library_dirs()).items()}
    files[inside[1:]] = stripped
    return files


def linux_guest_files(name='linux'):
    """{path in the host: file here} of a Linux guest."""
    part = Part('guest-linux',
                {'bin/busybox': _busybox(), 'init': HERE / 'guest-init'},
                links={'bin/sh': 'busybox'}, folders=('proc', 'dev'),
                nodes={'dev/console': (5, 1), 'dev/null': (1, 3)})
    return {f'guest/{name}/Image': kernels.find(GUEST_KERNELS[name]).image,
            f'guest/{name}/initrd': archive(part)}


def witness(folder):
    """Build the witness guest there, one process at a time."""
    with locked(folder / 'lock'):
        for variant in ('PTIMER=', 'PTIMER=1'):
            tool(['make', '-s', '-C', HERE / 'witness', f'OUT={folder}',
                  f'CROSS={CROSS}', variant])


def witness_files():
    """{path in the host: file here} of the witness guest."""
    folder = BUILD / 'witness'
    if not (HERE / 'witness' / 'Makefile').exists():
        raise RigError('rig/witness: not here; use the guest "linux"')
    files = {f'guest/{name}': folder / name
             for name in ('witness', 'witness-ptimer')}
    if not shutil.which('make') and all(
            path.exists() for path in files.values()):
        return files            # brought here from where it was built
    witness(folder)
    return files


GUESTS = {
    **{name: functools.partial(linux_guest_files, name)
       for name in GUEST_KERNELS},
    'witness': witness_files, 'witness-ptimer': witness_files,
}


def _digest(part):
    """A key that changes with everything that goes into the archive."""
    rows = [part.links, part.texts, part.folders, part.nodes]
    for name, path in sorted(part.files.items()):
        info = os.stat(path)
        rows.append((name, str(path), info.st_size, info.st_mtime_ns,
                     info.st_mode))
    return hashlib.sha256(repr(rows).encode()).hexdigest()[:16]


def write_part(part, file):
    """Write the archive of a part to a binary file."""
    with cpio.Writer(file) as writer:
        for name in part.folders:
            writer.folder(name)
        for name, path in sorted(part.files.items()):
            writer.file(name, path)
        for name, text in sorted(part.texts.items()):
            writer.data(name, text.encode())
        for name, target in sorted(part.links.items()):
            writer.link(name, target)
        for name, number in sorted(part.nodes.items()):
            writer.character_device(name, *number)


def archive(part):
    """The path of the part's archive, made if it is not there."""
    folder = CACHE / 'parts'
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f'{part.name}-{_digest(part)}.cpio'
    if not path.exists():
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
            write_part(part, file)
        os.replace(file.name, path)
        _prune(folder)
    os.utime(path)
    return path


def _prune(folder):
    """Remove archives unused for an hour; tests may run side by side."""
    for old in folder.iterdir():
        with contextlib.suppress(FileNotFoundError):
            if time.time() - old.stat().st_mtime > 3600:
                old.unlink()


def build(parts, into):
    """Write the initrd of a host."""
    with open(into, 'wb') as out:
        for part in parts:
            with open(archive(part), 'rb') as file:
                shutil.copyfileobj(file, out, 1 << 20)
