# SPDX-License-Identifier: GPL-2.0-or-later
"""The hosts' kernels: Debian's arm64 cloud kernels, series by series.

find('6.12') is a Kernel that QEMU can boot: an uncompressed Image and the
few modules a host needs, uncompressed and in the order to load them.  A
kernel in the cache is used as it is; `update` asks the archive for a newer
one.
"""

import gzip
import lzma
import pathlib
import re
import shutil
import struct
import subprocess
import tempfile
from typing import NamedTuple

from rig.base import debian
from rig.base.errors import KernelError, say
from rig.base.lock import locked

# series: the suites that carry it, the preferred one first.
CATALOGUE = {
    '5.10': ('bullseye',),
    '6.1': ('bookworm',),
    '6.12': ('trixie', 'bookworm-backports'),
    '6.16': ('trixie-backports',),
    '6.17': ('trixie-backports',),
    '6.18': ('trixie-backports',),
    '6.19': ('trixie-backports',),
    '7.0': ('trixie-backports',),
    '7.1': ('trixie-backports',),
    '7.2': ('trixie-backports', 'sid'),
    '7.3': ('trixie-backports', 'experimental', 'sid'),
}

# Modules that the archive's pool has and its index no longer lists.  No signed
# list has their checksums, so they are written here.  The index does list the
# kernel.  Booted with module.sig_enforce=1, it accepted them: they are of its
# own build.
POOL = 'pool/main/l/linux'
PINNED = {
    'linux-modules-6.19.14+deb13-cloud-arm64':
        ('6.19.14-1~bpo13+1', '73d7c0bbe7d236b2ec770810cf646bf8'
                              'c24e7d42e6c77cf7cd72026ed062cbfc'),
    'linux-modules-7.0.13+deb13-cloud-arm64':
        ('7.0.13-1~bpo13+1', 'f08cc3df8d5507e68c483985eeed3040'
                             '80d654e77481cd50251e8193e038f44d'),
    'linux-modules-7.1.13+deb13-cloud-arm64':
        ('7.1.13-1~bpo13+1', '41a36a3ace6ab524a9012d3a2954a463'
                             'd122f6941b4351c0ddd3ac4aba6cf819'),
}

# Where a package keeps the kernel; modules/*/vmlinuz is where 7.3 has it.
IMAGES = ('boot/vmlinuz-*', 'usr/lib/modules/*/vmlinuz',
          'lib/modules/*/vmlinuz')

# What a host's devices need.  The modules themselves name their dependencies;
# built-in ones need no file.
MODULES = ('virtio_pci', 'virtio_net')


class Kernel(NamedTuple):
    """A kernel ready to boot, and its modules in load order."""
    version: str
    image: pathlib.Path
    modules: tuple


def series_of(name):
    """The catalogue's series of '6.12' or '6.12.107+deb13'."""
    found = re.match(r'\d+\.\d+(?!\d)', name)
    if not found or found.group() not in CATALOGUE:
        raise KernelError(f'kernel "{name}": not in the catalogue '
                          f'({", ".join(CATALOGUE)}); a kernel of your own '
                          'is a folder with Image and modules/*.ko')
    return found.group()


def version_key(version):
    """Sorts 6.12.9 before 6.12.107, 5.10.0-30 before -32, rc1 before all."""
    words = re.findall(r'\d+|rc', version.replace('arm64', ''))
    return [-1 if word == 'rc' else int(word) for word in words] + [0]


def candidates(names, wanted):
    """Package sets to try for a kernel, the newest first.

    `names` is what the lists offer.  Up to 6.18 linux-image-* has all.
    Later the kernel is in linux-binary-* and its modules in
    linux-modules-*; both are needed.  The signed package of a version
    comes before the unsigned one, which has the same kernel.
    """
    names = set(names)
    versions = set()
    for name in names:
        found = re.fullmatch(r'linux-(?:image|binary)-(?:unsigned-)?'
                             r'(\d.*-cloud-arm64)(?:-unsigned)?', name)
        if found and re.match(re.escape(wanted) + r'(?!\d)', found.group(1)):
            versions.add(found.group(1))
    result = []
    for version in sorted(versions, key=version_key, reverse=True):
        split = [n for n in (f'linux-binary-{version}',
                             f'linux-binary-unsigned-{version}')
                 if n in names]
        whole = [n for n in (f'linux-image-{version}',
                             f'linux-image-{version}-unsigned')
                 if n in names]
        modules = f'linux-modules-{version}'
        if not split:
            result += [(version, [form]) for form in whole]
        elif modules in names or modules in PINNED:
            result += [(version, [form, modules]) for form in split]
    return result


def _uncompressed(data, name):
    """The kernel or module in `data`, whichever way it is compressed."""
    if data[:2] == b'MZ' and data[4:8] == b'zimg':
        # EFI zboot: offset and size of the payload, then the method.
        start, size = struct.unpack_from('<II', data, 8)
        return _uncompressed(data[start:start + size], name)
    if data[:2] == b'\x1f\x8b':
        return gzip.decompress(data)
    if data[:6] == b'\xfd7zXZ\0':
        return lzma.decompress(data)
    if data[:4] == b'\x28\xb5\x2f\xfd':
        try:
            done = subprocess.run(['zstd', '-dcq'], input=data, check=False,
                                  capture_output=True)
        except FileNotFoundError as err:
            raise KernelError(f'{name}: compressed with zstd; install '
                              'zstd') from err
        if done.returncode:
            raise KernelError(f'{name}: zstd cannot read it: '
                              f'{done.stderr.decode().strip()}')
        return done.stdout
    return data


def _place(data, path, magic, offset):
    if data[offset:offset + len(magic)] != magic:
        raise KernelError(f'{path.name}: at offset {offset} is '
                          f'{data[offset:offset + len(magic)]!r}, expected '
                          f'{magic!r}')
    path.write_bytes(data)


def load_order(wanted, depends):
    """Names in load order; `depends(name)` is a list, None if built in."""
    order = []

    def visit(name):
        needs = depends(name)
        if needs is None or name in order:
            return
        for need in needs:
            visit(need)
        order.append(name)

    for name in wanted:
        visit(name)
    return order


def unpack(tree, into):
    """Take Image and modules out of unpacked packages."""
    images = [p for pattern in IMAGES for p in sorted(tree.glob(pattern))
              if p.is_file() and not p.is_symlink()]
    if not images:
        raise KernelError('no kernel in the package, looked at '
                          + ', '.join(IMAGES))
    _place(_uncompressed(images[0].read_bytes(), images[0].name),
           into / 'Image', b'ARM\x64', 56)
    files = {p.name.split('.ko')[0].replace('-', '_'): p
             for p in tree.glob('**/*.ko*') if p.is_file()}
    modules = {}

    def depends(name):
        if name not in files:
            return None     # built in, or the boot will tell
        if name not in modules:
            modules[name] = _uncompressed(files[name].read_bytes(),
                                          files[name].name)
        found = re.search(rb'\0depends=([^\0]*)\0', modules[name])
        text = found.group(1).decode() if found else ''
        return [n.replace('-', '_') for n in text.split(',') if n]

    order = load_order(MODULES, depends)
    if not order:
        raise KernelError('no modules in the package')
    (into / 'modules').mkdir()
    for number, name in enumerate(order):
        _place(modules[name], into / 'modules' / f'{number:02}-{name}.ko',
               b'\x7fELF', 0)


def kernels_dir():
    return debian.cache_dir() / 'kernels'


def read(folder):
    """The Kernel in a folder with Image and modules/*.ko."""
    folder = pathlib.Path(folder)
    if not (folder / 'Image').is_file():
        raise KernelError(f'{folder}: no kernel there (no file Image)')
    return Kernel(folder.name, folder / 'Image',
                  tuple(sorted((folder / 'modules').glob('*.ko'))))


def cached(name):
    """The newest kernel of a series in the cache, or None."""
    match = re.compile(re.escape(name) + r'(?!\d)').match
    found = [p.name for p in kernels_dir().glob('[0-9]*')
             if match(p.name) and (p / 'Image').is_file()]
    if not found:
        return None
    return read(kernels_dir() / max(found, key=version_key))


def _download(archive, packages):
    """The .deb files of a package set."""
    listed = [name for name in packages if name not in PINNED]
    debs = list(archive.download(listed).values())
    for name in packages:
        if name in PINNED:
            version, digest = PINNED[name]
            deb = kernels_dir() / f'{name}_{version}_arm64.deb'
            if not deb.exists():
                debian.download(f'{debian.archive_uri()}/{POOL}/{deb.name}',
                                deb, f'SHA256:{digest}')
            debs.append(deb)
    return debs


def _fetch_one(archive, version, packages):
    """Download and unpack one version; KernelError or ArchiveError."""
    folder = kernels_dir() / version
    if (folder / 'Image').is_file():
        return read(folder)
    say('FETCH', f'{" ".join(packages)} from {"/".join(archive.suites)}')
    debs = _download(archive, packages)
    with tempfile.TemporaryDirectory(dir=kernels_dir(), prefix='.') as tmp:
        tree, part = pathlib.Path(tmp) / 'tree', pathlib.Path(tmp) / 'part'
        part.mkdir()
        for deb in debs:
            debian.unpack(deb, tree)
        unpack(tree, part)
        shutil.rmtree(folder, ignore_errors=True)
        part.rename(folder)
    # Unpacked, the package is not needed again.
    for deb in debs:
        deb.unlink(missing_ok=True)
    return read(folder)


def fetch(name, archive_of=debian.Archive):
    """The newest kernel of a series that can be downloaded."""
    why = []
    with locked(kernels_dir() / 'lock'):
        for suite in CATALOGUE[series_of(name)]:
            try:
                archive = archive_of(suite, 'arm64')
                names = archive.packages(r'linux-(image|binary|modules)-.*'
                                         r'cloud-arm64(-unsigned)?')
            except debian.ArchiveError as err:
                why.append(f'{suite}: {err}')
                continue
            found = candidates(names, name)
            if not found:
                why.append(f'{suite}: its lists have no {name}')
            for version, packages in found:
                try:
                    return _fetch_one(archive, version, packages)
                except (debian.ArchiveError, KernelError) as err:
                    say('SKIP', f'{version}: {err}')
                    why.append(f'{packages[0]}: {err}')
    raise KernelError(f'cannot fetch kernel {name}:\n    '
                      + '\n    '.join(why))


def find(name, update=False):
    """A Kernel by series ('6.12'), version, or folder of one's own."""
    if isinstance(name, Kernel):
        return name
    if '/' in str(name):
        return read(name)
    series_of(name)
    return (None if update else cached(name)) or fetch(name)
