# SPDX-License-Identifier: GPL-2.0-or-later
"""Debian's archive through a private apt state.

Packages of other suites and architectures (arm64 libraries, kernels, newer
tools) are looked up, checked by signature and downloaded here without a
change to the machine's own sources, lists or foreign architectures.  The
archive's address comes from the machine's apt configuration.

The private state is one folder per (suite, architecture) under
$XDG_CACHE_HOME/arm-kvm-migration/apt; downloaded packages stay there.
"""

import functools
import os
import pathlib
import re
import subprocess
import sys
import time

from rig.base import command
from rig.base.lock import locked

LISTS_MAX_AGE = 24 * 3600
KEYRINGS = ('/usr/share/keyrings/debian-archive-keyring.gpg',
            '/usr/share/keyrings/debian-archive-keyring.pgp')


class ArchiveError(Exception):
    """The archive cannot give what was asked; the text says what to do."""


def cache_dir():
    """The folder for everything downloaded; survives `make clean`."""
    base = os.environ.get('XDG_CACHE_HOME') or os.path.expanduser('~/.cache')
    return pathlib.Path(base) / 'arm-kvm-migration'


def _command(argv, **kwargs):
    try:
        return subprocess.run(argv, stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              check=False, **kwargs)
    except FileNotFoundError as err:
        raise ArchiveError(f'{err.filename}: not found; this step needs a '
                           'Debian machine with apt') from err


def archive_uri():
    """The address of the Debian archive in the machine's apt configuration."""
    done = _command(['apt-get', 'indextargets', '--format',
                     '$(ORIGIN)|$(LABEL)|$(REPO_URI)',
                     'Created-By: Packages'])
    for line in done.stdout.splitlines():
        origin, label, uri = line.split('|', 2)
        if origin == 'Debian' and label == 'Debian':
            return uri.rstrip('/')
    # Before the first `apt-get update` there are no Release files that
    # would tell Origin and Label: take the address that ends in /debian.
    done = _command(['apt-get', 'indextargets', '--format', '$(REPO_URI)',
                     'Created-By: Packages'])
    for line in done.stdout.splitlines():
        if re.search(r'/debian/?$', line):
            return line.rstrip('/')
    raise ArchiveError("no Debian archive in this machine's apt sources; "
                       'add one to /etc/apt/sources.list and run again')


class Archive:
    """Suites, the preferred one first, of one architecture.

    Lists are renewed once a day.
    """

    def __init__(self, suites, arch):
        self.suites = [suites] if isinstance(suites, str) else list(suites)
        self.arch = arch
        self.dir = cache_dir() / 'apt' / f'{"+".join(self.suites)}-{arch}'
        self._updated = False

    def _config(self):
        conf = self.dir / 'apt.conf'
        keyring = next((k for k in KEYRINGS if os.path.exists(k)), None)
        if keyring is None:
            raise ArchiveError("no keyring of Debian's archive; install "
                               'debian-archive-keyring')
        for sub in ('lists/partial', 'cache/archives/partial', 'parts',
                    'empty/partial'):
            (self.dir / sub).mkdir(parents=True, exist_ok=True)
        (self.dir / 'status').touch()
        (self.dir / 'sources.list').write_text(self.sources(keyring))
        conf.write_text('\n'.join([
            *self.architectures(),
            'APT::Install-Recommends "false";',
            f'APT::Default-Release "{self.suites[0]}";'
            if len(self.suites) > 1 else '',
            'APT::Sandbox::User "root";' if os.geteuid() == 0 else '',
            f'Dir::State "{self.dir}";',
            f'Dir::State::status "{self.dir}/status";',
            f'Dir::State::lists "{self.dir}/lists";',
            f'Dir::Cache "{self.dir}/cache";',
            f'Dir::Etc::sourcelist "{self.dir}/sources.list";',
            f'Dir::Etc::sourceparts "{self.dir}/parts";',
            f'Dir::Etc::preferencesparts "{self.dir}/parts";',
            f'Dir::Etc::preferences "{self.dir}/preferences";',
            'Acquire::Languages "none";',
            'Acquire::Retries "3";',
            # Old suites are kept in the archive past their Valid-Until.
            'Acquire::Check-Valid-Until "false";',
            '']))
        return {**os.environ, 'APT_CONFIG': str(conf), 'LC_ALL': 'C'}

    def architectures(self):
        """What apt has to know of the architecture."""
        return (f'APT::Architecture "{self.arch}";',
                f'APT::Architectures {{ "{self.arch}"; }};')

    def sources(self, keyring):
        """The lines of the private sources.list."""
        uri = archive_uri()
        return ''.join(
            f'deb [arch={self.arch} signed-by={keyring}] {uri} {s} main\n'
            for s in self.suites)

    def _apt(self, *argv):
        return _command(argv, env=self._env, cwd=self.dir)

    def update(self):
        """Bring the lists up to date, at most once a day."""
        if self._updated:
            return
        with locked(self.dir / 'lock'):
            self._env = self._config()
            stamp = self.dir / 'updated'
            age = (time.time() - stamp.stat().st_mtime
                   if stamp.exists() else LISTS_MAX_AGE)
            if not 0 <= age < LISTS_MAX_AGE:
                done = self._apt('apt-get', 'update', '-q', '-o',
                                 'APT::Update::Error-Mode=any')
                if done.returncode:
                    raise ArchiveError(
                        f'cannot read {"/".join(self.suites)} for '
                        f'{self.arch} from the archive: '
                        + _last_error(done.stderr))
                stamp.touch()
        self._updated = True

    def packages(self, pattern):
        """Names in the lists that match a regular expression, sorted."""
        self.update()
        done = self._apt('apt-cache', 'pkgnames')
        rex = re.compile(pattern)
        return sorted(n for n in done.stdout.split() if rex.fullmatch(n))

    def version(self, package):
        """The version that the lists offer, or None."""
        self.update()
        done = self._apt('apt-cache', 'show', '--no-all-versions', package)
        found = re.search(r'^Version: (\S+)$', done.stdout, re.M)
        return found.group(1) if found else None

    def closure(self, packages):
        """[(uri, file, size, hash)] of packages and dependencies."""
        self.update()
        # apt leaves out what lies in its cache: show it an empty one.
        done = self._apt('apt-get', 'install', '-qq', '--print-uris', '-o',
                         f'Dir::Cache::archives={self.dir}/empty', *packages)
        rows = re.findall(r"^'([^']+)' (\S+) (\d+) (\S*)$", done.stdout, re.M)
        if done.returncode or not rows:
            raise ArchiveError(f'cannot resolve {" ".join(packages)} in '
                               f'{"/".join(self.suites)}: '
                               + _last_error(done.stderr))
        return rows

    def download(self, packages, dependencies=False, keep=None):
        """Download packages; return {name: path of the .deb}.

        With `dependencies`, their dependencies too, if the predicate
        `keep(name)` holds.
        """
        self.update()
        cache = self.dir / 'cache' / 'archives'
        paths = {}
        if dependencies:
            wanted = self.closure(packages)
        else:
            wanted = []
            for name in packages:
                done = self._apt('apt-get', 'download', '-qq',
                                 '--print-uris', name)
                row = re.findall(r"^'([^']+)' (\S+) (\d+) (\S*)$",
                                 done.stdout, re.M)
                if done.returncode or not row:
                    raise ArchiveError(f'{name}: not in '
                                       f'{"/".join(self.suites)} '
                                       f'({self.arch}): '
                                       + _last_error(done.stderr))
                wanted += row
        for uri, file, size, digest in wanted:
            name = file.split('_', 1)[0]
            if keep and name not in packages and not keep(name):
                continue
            path = cache / file
            # A finished file has its full size: it is renamed into place.
            if not (path.exists() and path.stat().st_size == int(size)):
                download(uri, path, digest)
            paths[name] = path
        return paths


class Sources(Archive):
    """Source packages of a suite, by its signed index."""

    def __init__(self, suite):
        super().__init__(suite, 'source')

    def architectures(self):
        return ()

    def sources(self, keyring):
        uri = archive_uri()
        return ''.join(f'deb-src [signed-by={keyring}] {uri} {s} main\n'
                       for s in self.suites)

    def newest(self, package, fits=lambda version: True):
        """(version, folder in pool/, {file: SHA-256}) of a source package.

        The newest version for which fits() holds; None if there is none.
        """
        self.update()
        done = self._apt('apt-cache', 'showsrc', '--only-source', package)
        found = []
        for text in done.stdout.split('\n\n'):
            version = re.search(r'^Version: (\S+)$', text, re.M)
            folder = re.search(r'^Directory: pool/(\S+)$', text, re.M)
            sums = re.search(r'^Checksums-Sha256: *\n((?: .*\n?)+)', text, re.M)
            if version and folder and sums and fits(version[1]):
                found.append((version[1], folder[1], {
                    name: digest for digest, _, name in
                    (line.split() for line in sums[1].splitlines())}))
        return max(found, key=functools.cmp_to_key(_by_version),
                   default=None)


def compare(one, relation, other):
    """Whether a version is lt, gt or eq to another, as dpkg has it."""
    return _command(['dpkg', '--compare-versions', one, relation,
                     other]).returncode == 0


def _by_version(one, two):
    """Order of Debian versions, as dpkg has it."""
    if one[0] == two[0]:
        return 0
    return -1 if compare(one[0], 'lt', two[0]) else 1


def download(uri, path, digest):
    """Fetch one file with apt's own transport; `digest` is "SHA256:...".

    The file appears at `path` only when complete and checked.
    """
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + f'.part{os.getpid()}')
    try:
        done = _command(['/usr/lib/apt/apt-helper', 'download-file',
                         uri, str(part), digest])
        if done.returncode or not part.exists():
            raise ArchiveError(f'{path.name}: cannot be downloaded: '
                               + _last_error(done.stderr + done.stdout))
        part.rename(path)
    finally:
        part.unlink(missing_ok=True)
        part.with_name(part.name + '.FAILED').unlink(missing_ok=True)


def unpack(deb, into):
    """Unpack one .deb into a folder, as `dpkg-deb -x`."""
    pathlib.Path(into).mkdir(parents=True, exist_ok=True)
    done = _command(['dpkg-deb', '-x', str(deb), str(into)])
    if done.returncode:
        raise ArchiveError(f'{deb}: {_last_error(done.stderr)}')


def _last_error(text):
    lines = [li.strip() for li in text.splitlines() if li.strip()]
    errors = [li for li in lines if li.startswith(('E:', 'Err'))] or lines
    # The archive's address says nothing to the reader: leave it out.
    return re.sub(r'\S+://\S+', '(archive)', errors[-1]) if errors else \
        'no reason given'


def main():
    parser = command.parser('rig.base.debian', __doc__)
    verbs = parser.add_subparsers(dest='verb', required=True)
    get = verbs.add_parser('download', help='download; print the paths')
    tree = verbs.add_parser('unpack', help='unpack with dependencies')
    tree.add_argument('--into', required=True)
    tree.add_argument('--keep', default='.*',
                      help='regular expression: dependencies to unpack')
    for verb in (get, tree):
        verb.add_argument('--suite', required=True)
        verb.add_argument('--arch', required=True)
        verb.add_argument('package', nargs='+')
    args = parser.parse_args()
    try:
        archive = Archive(args.suite.split('+'), args.arch)
        if args.verb == 'download':
            for path in archive.download(args.package).values():
                print(path)
        else:
            rex = re.compile(args.keep)
            debs = archive.download(args.package, dependencies=True,
                                    keep=rex.fullmatch)
            for deb in debs.values():
                unpack(deb, args.into)
            print(f'{args.into}: {len(debs)} packages of '
                  f'{args.suite} for {args.arch}')
    except ArchiveError as err:
        sys.exit(f'debian: {err}')


if __name__ == '__main__':
    main()
