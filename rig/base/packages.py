# SPDX-License-Identifier: GPL-2.0-or-later
"""Programs out of Debian's packages, most of them for the hosts.

Only what a host needs is kept, in the cache: a folder named by the version,
laid out as in the host.  The archive is asked only if the cache has none.
"""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
from typing import NamedTuple

from rig.base import debian
from rig.base.errors import RigError, say
from rig.base.lock import locked


def tool(argv):
    """Run a tool of the build, its output; RigError if it fails."""
    try:
        done = subprocess.run([str(a) for a in argv], check=False, text=True,
                              stdin=subprocess.DEVNULL, capture_output=True)
    except FileNotFoundError as err:
        raise RigError(f'{err.filename}: not found; scripts/setup.sh '
                       'installs it') from err
    if done.returncode:
        raise RigError(f'{argv[0]} failed: {done.stderr.strip()}')
    return done.stdout


def libraries(binary, folders):
    """{name: file} of all the shared libraries that a binary needs."""
    found = {}
    todo = [binary]
    while todo:
        text = tool(['readelf', '-d', '-l', todo.pop()])
        names = re.findall(r'\(NEEDED\).*\[(.*)\]', text)
        names += re.findall(r'interpreter: \S*/([^/\s]+)\]', text)
        for name in names:
            if name in found:
                continue
            path = next((d / name for d in folders if (d / name).exists()),
                        None)
            if path is None:
                raise RigError(
                    f'{binary}: needs {name}, which is not in '
                    f'{", ".join(str(d) for d in folders)}; '
                    '`make sysroot` puts the libraries there')
            found[name] = path
            todo.append(path)
    return found


def copy(path, target):
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(path, target)


class Tree(NamedTuple):
    """What was kept: its version, and a folder as in the host."""
    version: str
    folder: pathlib.Path

    def files(self):
        """{path in the host: file here}."""
        return {str(path.relative_to(self.folder)): path
                for path in sorted(self.folder.rglob('*'))
                if path.is_file()}


class Packages(NamedTuple):
    """Packages, and what is kept of them.

    The first package gives the version; the first suite that has a package
    gives the package.  `keep` matches the names of dependencies to download;
    pick(tree, into) copies what a host needs out of the unpacked packages.
    """
    name: str
    suites: tuple
    packages: tuple
    keep: re.Pattern
    pick: callable
    arch: str = 'arm64'

    def cached(self):
        """The Tree in the cache, the newest one, or None."""
        found = sorted(debian.cache_dir().glob(
            f'{self.name}-{self.arch}_*'),
                       key=os.path.getmtime)
        if not found:
            return None
        return Tree(found[-1].name.split('_', 1)[1], found[-1])

    def tree(self):
        """The Tree of the cache, downloaded when it is not there."""
        return self.cached() or self._fetch()

    def _fetch(self):
        cache = debian.cache_dir()
        with locked(cache / f'{self.name}.lock'):
            found = self.cached()
            if found:
                return found
            say('FETCH', f'{self.name} from {self.suites[0]}')
            try:
                archive = debian.Archive(self.suites, self.arch)
                debs = archive.download(self.packages, dependencies=True,
                                        keep=self.keep.fullmatch)
                version = archive.version(self.packages[0])
                with tempfile.TemporaryDirectory(dir=cache,
                                                 prefix='.') as tmp:
                    tree, part = (pathlib.Path(tmp) / name
                                  for name in ('tree', 'part'))
                    for deb in debs.values():
                        debian.unpack(deb, tree)
                    self.pick(tree, part)
                    folder = cache / f'{self.name}-{self.arch}_{version}'
                    part.rename(folder)
            except debian.ArchiveError as err:
                raise RigError(f'no {self.name} for {self.arch}: '
                               f'{err}') from err
            # Unpacked, the packages are not needed again.
            for deb in debs.values():
                deb.unlink(missing_ok=True)
            return Tree(version, folder)
