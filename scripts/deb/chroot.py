# SPDX-License-Identifier: GPL-2.0-or-later
"""A chroot of the release, in which packages are built and tried.

It is of this machine's architecture, knows arm64 as a foreign one, and stays
in the cache between runs.  A command sees the folder build/deb as /build and
the compiler's cache as /ccache.  It has mounts and processes of its own,
which end with it.
"""

import contextlib
import os
import re
import shutil
import sys
import tempfile
import time

from rig.base import debian, logged
from rig.base.errors import RigError, say, tail
from rig.base.lock import locked
from rig.base.packages import tool
from scripts.deb.places import DEB, HOST_ARCH, LOGS, cache, shown

# What is needed whatever is built; the rest is in the package's own fields.
PACKAGES = ('ccache', 'lintian', 'apt-utils', 'binutils-multiarch',
            f'crossbuild-essential-{HOST_ARCH}')
STEP = re.compile(r'^\[(\d+)/(\d+)\]', re.M)
ERROR = re.compile(r'^(FAILED: |E: |\S+:\d+:\d+: error: )')
ENTER = r'''set -e
top=$1 build=$2 ccache=$3; shift 3
mount --make-rprivate /
mount -t proc proc "$top/proc"
mount --rbind /dev "$top/dev"
mount --bind "$build" "$top/build"
mount --bind "$ccache" "$top/ccache"
cp -L /etc/resolv.conf "$top/etc/resolv.conf"
exec chroot "$top" env -i PATH=/usr/lib/ccache:/usr/sbin:/usr/bin:/sbin:/bin \
    HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
    CCACHE_DIR=/ccache CCACHE_DEPEND=1 CCACHE_SLOPPINESS=time_macros "$@"
'''


def as_root():
    """What stands before a command that only root may run."""
    if os.geteuid() == 0:
        return []
    if shutil.which('sudo') is None:
        raise RigError('a chroot needs root: run as root, or install sudo')
    return ['sudo']


class Progress:
    """Steps of ninja in a log that grows: a line for every tenth of them."""

    def __init__(self, log, what):
        self.log, self.what = log, what
        self.read, self.said, self.of = 0, 0, 0

    def look(self):
        """Say what the log has more than before."""
        with open(self.log, encoding='utf-8', errors='replace') as file:
            file.seek(self.read)
            steps = STEP.findall(file.read())
            self.read = file.tell()
        if not steps:
            return
        done, of = map(int, steps[-1])
        if sys.stderr.isatty():
            print(f'\r  NINJA   {self.what}: {done}/{of} ', end='',
                  file=sys.stderr, flush=True)
            return
        if of != self.of:
            self.of, self.said = of, 0
        tenth = 10 * done // of
        if tenth > self.said:
            self.said = tenth
            say('NINJA', f'{self.what}: {done} of {of} steps')


class Chroot:
    """The chroot of a suite; made when it is first used."""

    def __init__(self, suite):
        self.suite = suite
        self.dir = cache() / f'chroot-{suite}'
        self.ccache = cache() / 'ccache'

    def make(self):
        """Make it, unless it is there."""
        with locked(cache() / 'chroot.lock'):
            if self.dir.exists():
                return
            if shutil.which('mmdebstrap') is None:
                raise RigError('mmdebstrap: not found; scripts/setup.sh deb '
                               'installs it')
            say('CHROOT', f'{self.suite}: {self.dir}')
            keyring = next(k for k in debian.KEYRINGS if os.path.exists(k))
            uri = debian.archive_uri()
            native = tool(['dpkg', '--print-architecture']).strip()
            part = tempfile.mkdtemp(dir=cache(), prefix='.chroot-')
            os.chmod(part, 0o755)
            log = self.log('chroot')
            status = logged.run(
                [*as_root(), 'nice', 'mmdebstrap', '--variant=buildd',
                 '--mode=root', f'--architectures={native},{HOST_ARCH}',
                 f'--include={",".join(PACKAGES)}', self.suite, part,
                 f'deb [signed-by={keyring}] {uri} {self.suite} main'],
                log, DEB)
            if status:
                tool([*as_root(), 'rm', '-rf', part])
                raise failed('mmdebstrap', log)
            tool([*as_root(), 'mkdir', '-p', f'{part}/build',
                  f'{part}/ccache'])
            os.rename(part, self.dir)

    def log(self, name):
        """The path of a log file of a step."""
        LOGS.mkdir(parents=True, exist_ok=True)
        return LOGS / f'{name}.log'

    def run(self, argv, name, what=None):
        """Run a command inside; RigError with its last lines if it fails.

        `name` is that of its log file, returned; with `what` the steps of
        ninja are shown.
        """
        self.make()
        for folder in (DEB, self.ccache):
            folder.mkdir(parents=True, exist_ok=True)
        log = self.log(name)
        progress = Progress(log, what)
        with logged.running(
                [*as_root(), 'nice', '-n', '10', 'unshare', '--mount',
                 '--pid', '--fork', '--kill-child', 'sh', '-c', ENTER, '-',
                 self.dir, DEB, self.ccache, *argv], log, DEB) as child:
            while child.poll() is None:
                time.sleep(1)
                if what:
                    progress.look()
        if what and sys.stderr.isatty():
            print(file=sys.stderr)
        if child.returncode:
            raise failed(argv[0] if what is None else what, log)
        return log

    def build_dependencies(self, dsc, profiles):
        """Install what a source package needs to be built, once."""
        self.make()
        stamp = self.dir / 'build-dependencies'
        wanted = f'{dsc.name} {profiles}\n{needs(dsc)}'
        with contextlib.suppress(FileNotFoundError):
            if stamp.read_text(encoding='utf-8') == wanted:
                return
        say('CHROOT', f'{self.suite}: packages that {dsc.name} needs')
        inside = f'/build/{dsc.relative_to(DEB)}'
        self.run(['sh', '-ec', 'apt-get update -q\n'
                  'apt-get dist-upgrade -qy\n'
                  'apt-get build-dep -qy --no-install-recommends '
                  f'-a {HOST_ARCH} -P {profiles} --arch-only {inside}\n'
                  'apt-get clean\n'], 'build-dependencies')
        text = DEB / 'build-dependencies'
        text.write_text(wanted, encoding='utf-8')
        tool([*as_root(), 'cp', text, stamp])
        text.unlink()


def needs(dsc):
    """The fields of a .dsc that say what its build needs."""
    return ''.join(re.findall(r'^Build-(?:Depends|Conflicts).*\n',
                              dsc.read_text(encoding='utf-8'), re.M))


def failed(what, log):
    """The error of a step that failed: the compiler's words, or the end."""
    text = log.read_text(encoding='utf-8', errors='replace')
    said = [line for line in text.splitlines() if ERROR.search(line)]
    text = '\n'.join(said[:10]) if said else text
    return RigError(f'{what} failed; all of it is in {shown(log)}\n'
                    + '\n'.join(line[:200] for line in
                                tail(text).splitlines()))
