# SPDX-License-Identifier: GPL-2.0-or-later
"""The QEMU trees that the series applies to: the bases in UPSTREAM.

`fetch` prints the path of an unpacked tree of the base that BASE names.  It
downloads Debian's source package from the machine's own archive, checks it by
SHA-256 and unpacks it by dpkg-source.  If QEMU_SRC is set, the tree is there.
A second run only checks and prints.
"""

import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from rig.base import command, debian, paths
from rig.base.paths import ROOT


class BaseError(Exception):
    """The base cannot be had; the text is one line for the user."""


class Base:
    """A base of UPSTREAM: its name, and where its tree comes from.

    `version` is None where only the tree tells it.
    """

    def __init__(self, name, home):
        self.name = name
        self.home = home        # patches/TOPIC fits it as it stands
        self.version = self.package = self.pool = self.suite = None
        self.since = name       # the release that documentation names,
        self.replaces = None    # and which one it names for the first base
        self.sha256 = {}

    def fits(self, version):
        """Whether a tree of this version is this base."""
        if self.name[0].isdigit():
            return version.startswith(f'{self.name}.')
        return number(version) >= (11, 0, 50)


def number(version):
    """The numbers of a version, to compare."""
    return tuple(int(n) for n in re.findall(r'[0-9]+', version))


def release(version):
    """The release that a tree of this version becomes, as numbers.

    The tree of 11.1 has 11.0.50 and up until 11.1.0; of 11.0, 10.2.50.
    """
    major, minor, micro, *_ = [*number(version), 0, 0]
    if micro < 50:
        return major, minor
    return (major, minor + 1) if minor < 2 else (major + 1, 0)


def read_upstream(path=ROOT / 'UPSTREAM'):
    """{name: Base}, in the order of the file."""
    bases, base = {}, None
    try:
        text = pathlib.Path(path).read_text(encoding='utf-8')
    except OSError as err:
        raise BaseError(f'{path}: {err.strerror}') from err
    for line in text.splitlines():
        words = line.split('#', 1)[0].split()
        if not words:
            continue
        if words[0] == 'base' and len(words) == 2:
            base = bases[words[1]] = Base(words[1], not bases)
        elif base and words[0] == 'sha256' and len(words) == 3:
            base.sha256[words[2]] = words[1]
        elif base and len(words) == 2 and words[0] in (
                'version', 'package', 'pool', 'suite', 'since'):
            setattr(base, words[0], words[1])
        else:
            raise BaseError(f'UPSTREAM: cannot read the line "{line}"')
    for base in bases.values():
        for key in ('version', 'pool', 'sha256') if base.package else ():
            if not getattr(base, key):
                raise BaseError(f'UPSTREAM: base {base.name} has no line '
                                f'"{key}"')
    if not bases:
        raise BaseError('UPSTREAM: no line "base"')
    for base in bases.values():
        base.replaces = next(iter(bases.values())).since
    return bases


def named(name, bases):
    """The Base of this name; BaseError if there is none."""
    if name not in bases:
        raise BaseError(f'BASE={name}: no such base; there are: '
                        + ', '.join(bases))
    return bases[name]


def choose(root=ROOT):
    """The Base to use: BASE, or the first that can be had.

    A default that is not the first is kept in build/.base, and told.
    """
    bases = read_upstream(root / 'UPSTREAM')
    name = os.environ.get('BASE') or paths.default_base(root)
    if name:
        return named(name, bases)
    first, *others = bases.values()
    if os.environ.get('QEMU_SRC') or not first.package or _unpacked(first):
        return first
    try:
        fetch_files(first, debian.cache_dir() / 'base')
        return first
    except debian.ArchiveError as err:
        base = next((each for each in others if each.suite), None)
        if base is None:
            raise
        print(f'  BASE    {base.name}, since {first.name} cannot be had: '
              f'{err}', flush=True)
    (root / 'build').mkdir(exist_ok=True)
    (root / 'build' / '.base').write_text(f'{base.name}\n', 'utf-8')
    return base


def sha256(path):
    digest = hashlib.sha256()
    with open(path, 'rb') as file:
        for block in iter(lambda: file.read(1 << 20), b''):
            digest.update(block)
    return digest.hexdigest()


def tree_version(tree):
    """The VERSION of a QEMU source tree; BaseError if it is none."""
    try:
        return (pathlib.Path(tree) / 'VERSION').read_text().strip()
    except OSError as err:
        raise BaseError(f'{tree}: not a QEMU source tree '
                        f'(VERSION: {err.strerror})') from err


def given_tree(path, base):
    """Check the tree that the user named in QEMU_SRC."""
    tree = pathlib.Path(path).resolve()
    if not tree.is_dir():
        raise BaseError(f'QEMU_SRC={path}: no such folder')
    version = tree_version(tree)
    if not base.fits(version):
        other = next((each.name for each in read_upstream().values()
                      if each.fits(version)), None)
        raise BaseError(
            f'QEMU_SRC={path}: this is QEMU {version}, and the base is '
            f'{base.name}; '
            + (f'set BASE={other}' if other else
               f'check out v{base.version or base.name + ".0"} there'))
    return tree


def fetch_files(base, folder):
    """Download what is missing in `folder`; check every file."""
    for name, digest in base.sha256.items():
        path = folder / name
        if not path.exists():
            print(f'  FETCH   {name}', file=sys.stderr)
            uri = debian.archive_uri()
            debian.download(f'{uri}/pool/{base.pool}/{name}', path,
                            f'SHA256:{digest}')
        found = sha256(path)
        if found != digest:
            path.unlink()
            raise BaseError(f'{name}: SHA-256 is {found[:16]}..., '
                            f'{base.suite or "UPSTREAM"} says '
                            f'{digest[:16]}...; removed, run again')


def resolve(base):
    """Fill in what a suite's index says of a base that names a suite.

    Without the archive, the newest tree that lies unpacked in the cache.
    """
    if not base.suite or base.package:
        return
    try:
        found = debian.Sources(base.suite).newest(
            'qemu', lambda version: base.fits(_upstream_part(version)))
        if found is None:
            raise BaseError(f'{base.suite} has no QEMU {base.name}.x')
        version, base.pool, base.sha256 = found
        base.version = _upstream_part(version)
        base.package = f'qemu_{version.partition(":")[2]}'
    except debian.ArchiveError as err:
        trees = sorted((path for path in (debian.cache_dir() / 'base').glob(
            f'qemu_{base.name}.*') if path.is_dir()),
            key=lambda path: number(path.name))
        if not trees:
            raise
        base.package = trees[-1].name
        base.version = tree_version(trees[-1])
        print(f'  BASE    {base.package} from the cache: {err}',
              file=sys.stderr)


def _upstream_part(version):
    """10.0.13 of 1:10.0.13+ds-0+deb13u1"""
    return re.sub(r'^[0-9]+:|[-+~].*$', '', version)


def unpack(base, folder, tree):
    """dpkg-source -x next to `tree`, renamed into place when complete."""
    dsc = next(n for n in base.sha256 if n.endswith('.dsc'))
    if shutil.which('dpkg-source') is None:
        raise BaseError('dpkg-source: not found; install dpkg-dev, or set '
                        'QEMU_SRC to a QEMU tree')
    print(f'  UNPACK  {dsc}', file=sys.stderr)
    tree.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=tree.parent, prefix='.base-') as tmp:
        part = pathlib.Path(tmp) / 'tree'
        done = subprocess.run(
            ['dpkg-source', '--no-check', '-x', str(folder / dsc), str(part)],
            stdin=subprocess.DEVNULL, text=True, capture_output=True,
            check=False)
        if done.returncode:
            why = (done.stderr.strip().splitlines() or ['no reason'])[-1]
            raise BaseError(f'dpkg-source: {why}')
        part.rename(tree)


def _unpacked(base):
    """Whether the cache has the tree of a base."""
    return (debian.cache_dir() / 'base' / base.package).is_dir()


def fetch(base):
    """The base's tree, fetched and unpacked if need be."""
    given = os.environ.get('QEMU_SRC')
    if given:
        return given_tree(given, base)
    resolve(base)
    if not base.package:
        raise BaseError(f'base {base.name}: no archive has it; set QEMU_SRC '
                        'to a checkout of QEMU')
    folder = debian.cache_dir() / 'base'
    tree = folder / base.package
    if not tree.is_dir():
        fetch_files(base, folder)
        unpack(base, folder, tree)
    version = tree_version(tree)
    if version != base.version:
        raise BaseError(f'{tree}: this is QEMU {version}, not '
                        f'{base.version}; remove the folder and run again')
    return tree


def version():
    """The version of the base in use; before `make apply`, the first's."""
    try:
        return tree_version(paths.BUILD / 'qemu')
    except BaseError:
        return next(iter(read_upstream().values())).version


def main():
    parser = command.parser('rig.base.upstream', __doc__)
    parser.add_argument('verb', choices=['fetch'])
    parser.parse_args()
    try:
        print(fetch(choose()))
    except (BaseError, debian.ArchiveError) as err:
        sys.exit(f'base: {err}')


if __name__ == '__main__':
    main()
