# SPDX-License-Identifier: GPL-2.0-or-later
"""The QEMU tree that the series applies to.

`fetch` prints the path of an unpacked tree of the version in UPSTREAM.  It
downloads Debian's source package from the machine's own archive, checks it by
SHA-256 and unpacks it by dpkg-source.  If QEMU_SRC is set, the tree is there.
A second run only checks and prints.
"""

import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from rig.base import command, debian
from rig.base.paths import ROOT


class BaseError(Exception):
    """The base cannot be had; the text is one line for the user."""


def read_upstream(path=ROOT / 'UPSTREAM'):
    """{'version', 'package', 'pool', 'sha256': {file: digest}}"""
    pin = {'sha256': {}}
    try:
        text = pathlib.Path(path).read_text(encoding='utf-8')
    except OSError as err:
        raise BaseError(f'{path}: {err.strerror}') from err
    for line in text.splitlines():
        words = line.split('#', 1)[0].split()
        if not words:
            continue
        if words[0] == 'sha256' and len(words) == 3:
            pin['sha256'][words[2]] = words[1]
        elif len(words) == 2:
            pin[words[0]] = words[1]
        else:
            raise BaseError(f'UPSTREAM: cannot read the line "{line}"')
    for key in ('version', 'package', 'pool'):
        if key not in pin:
            raise BaseError(f'UPSTREAM: no line "{key}"')
    return pin


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


def given_tree(path, pin):
    """Check the tree that the user named in QEMU_SRC."""
    tree = pathlib.Path(path).resolve()
    if not tree.is_dir():
        raise BaseError(f'QEMU_SRC={path}: no such folder')
    version = tree_version(tree)
    if version != pin['version']:
        raise BaseError(f'QEMU_SRC={path}: this is QEMU {version}; the series '
                        f'is for {pin["version"]} (git checkout '
                        f'v{pin["version"]})')
    return tree


def fetch_files(pin, folder, uri=None):
    """Download what is missing in `folder`; check every file."""
    for name, digest in pin['sha256'].items():
        path = folder / name
        if not path.exists():
            print(f'  FETCH   {name}', file=sys.stderr)
            uri = uri or debian.archive_uri()
            debian.download(f'{uri}/pool/{pin["pool"]}/{name}', path,
                            f'SHA256:{digest}')
        found = sha256(path)
        if found != digest:
            path.unlink()
            raise BaseError(f'{name}: SHA-256 is {found[:16]}..., UPSTREAM '
                            f'says {digest[:16]}...; removed, run again')


def unpack(pin, folder, tree):
    """dpkg-source -x next to `tree`, renamed into place when complete."""
    dsc = next(n for n in pin['sha256'] if n.endswith('.dsc'))
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


def fetch(tree=None, upstream=ROOT / 'UPSTREAM'):
    """The base's tree, fetched and unpacked if need be."""
    pin = read_upstream(upstream)
    given = os.environ.get('QEMU_SRC')
    if given:
        return given_tree(given, pin)
    folder = debian.cache_dir() / 'base'
    tree = pathlib.Path(tree or folder / pin['package'])
    if not tree.is_dir():
        fetch_files(pin, folder)
        unpack(pin, folder, tree)
    version = tree_version(tree)
    if version != pin['version']:
        raise BaseError(f'{tree}: this is QEMU {version}, not '
                        f'{pin["version"]}; remove the folder and run again')
    return tree


def main():
    parser = command.parser('rig.base.upstream', __doc__)
    parser.add_argument('verb', choices=['fetch', 'version'])
    args = parser.parse_args()
    try:
        if args.verb == 'fetch':
            print(fetch())
        else:
            print(read_upstream()['version'])
    except (BaseError, debian.ArchiveError) as err:
        sys.exit(f'base: {err}')


if __name__ == '__main__':
    main()
