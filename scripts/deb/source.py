# SPDX-License-Identifier: GPL-2.0-or-later
"""Debian's source package of qemu with the series as quilt patches.

The archive's signed index says which version there is.  The patches come
after Debian's own, debian/ is changed by debian.patch, and a changelog entry
gives the version: above Debian's, also above a rebuild of it, and below
Debian's next.
"""

import datetime
import email.utils
import hashlib
import os
import re
import shutil
import subprocess
import textwrap
import time
from typing import NamedTuple

from rig.base import debian, upstream
from rig.base.errors import RigError, say
from rig.base.packages import tool
from rig.base.paths import ROOT
from scripts.deb.places import PATCH, SOURCE, WORK, shown
from scripts.series_git import MAIL, NAME

FOLDER = 'arm-kvm-migration'
SUFFIX = '+kvmarm'
CHANGES = (
    'd/patches/{folder}: {count} patches. Arm KVM guests migrate between '
    "hosts of different kernels by KVM's own register list.",
    'd/control-in, d/rules: new package kvm-arm-regs, of contrib/.',
    'd/control-in, d/rules: build profile pkg.qemu.arm-host, for what a KVM '
    'host of Arm needs.',
)


class Stock(NamedTuple):
    """Debian's source package: its .dsc, and the version in it."""
    dsc: object
    version: str

    @property
    def upstream(self):
        """The version without epoch and Debian's revision."""
        return self.version.partition(':')[2].rpartition('-')[0]


def fields(text):
    """The fields of a .dsc or .changes, without its signature."""
    text = text.split('\n-----BEGIN PGP SIGNATURE')[0]
    return dict(re.findall(r'^([A-Z][\w-]*): *(.*(?:\n[ \t].*)*)', text,
                           re.M))


def stock(base):
    """Debian's source package of a base, downloaded once."""
    upstream.resolve(base)
    folder = debian.cache_dir() / 'base'
    upstream.fetch_files(base, folder)
    name = next((n for n in base.sha256 if n.endswith('.dsc')), None)
    if name is None:
        raise RigError(f"{base.package}: the archive's index of {base.suite} "
                       'cannot be read, and the packages need its files')
    dsc = folder / name
    return Stock(dsc, fields(dsc.read_text(encoding='utf-8'))['Version'])


def next_version(version):
    """The least version of Debian's next upload."""
    head, digits = re.fullmatch(r'(.*?)(\d+)', version).groups()
    return f'{head}{int(digits) + 1}'


def our_version(version, revision):
    """The version of our packages; RigError if it does not sort right."""
    if not re.fullmatch('[1-9][0-9]*', revision):
        raise RigError(f'REVISION={revision}: not a number; say 1, 2, ...')
    ours = f'{version}{SUFFIX}{revision}'
    for lower, higher in ((version, ours), (f'{version}+b99', ours),
                          (ours, next_version(version))):
        if not debian.compare(lower, 'lt', higher):
            raise RigError(f'{ours}: {lower} does not sort below {higher}, '
                           'as dpkg compares them')
    return ours


def changelog_entry(version, suite, count, who, date):
    """An entry of debian/changelog."""
    changes = '\n'.join(
        textwrap.fill(change.format(folder=FOLDER, count=count), 76,
                      initial_indent='  * ', subsequent_indent='    ')
        for change in CHANGES)
    return (f'qemu ({version}) {suite}; urgency=medium\n\n{changes}\n\n'
            f' -- {who}  {date}\n\n')


def maintainer():
    """Who made the package, as devscripts has it: DEBFULLNAME, DEBEMAIL."""
    return (f'{os.environ.get("DEBFULLNAME") or NAME} '
            f'<{os.environ.get("DEBEMAIL") or MAIL}>')


def series_date():
    """The date of the repository's last commit, for the changelog."""
    done = subprocess.run(['git', 'log', '-1', '--format=%ct'], cwd=ROOT,
                          capture_output=True, text=True, check=False)
    when = int(done.stdout) if done.returncode == 0 else time.time()
    return email.utils.format_datetime(
        datetime.datetime.fromtimestamp(int(when), datetime.timezone.utc))


def add_patches(tree, mails):
    """Put mails into debian/patches, after Debian's own."""
    folder = tree / 'debian/patches' / FOLDER
    folder.mkdir(parents=True)
    series = tree / 'debian/patches/series'
    text = series.read_text(encoding='utf-8')
    if not text.endswith('\n'):
        text += '\n'
    for mail in mails:
        shutil.copy(mail, folder / mail.name)
        text += f'{FOLDER}/{mail.name}\n'
    series.write_text(text, encoding='utf-8')


def digest(debian_package, mails, revision, how):
    """What tells one set of packages from another; `how` it is built."""
    found = hashlib.sha256(repr((debian_package.version, revision,
                                 maintainer(), CHANGES, how)).encode())
    for path in (PATCH, *mails):
        found.update(path.name.encode() + path.read_bytes())
    return found.hexdigest()[:16]


def make(debian_package, mails, suite, version):
    """The source package, in build/deb/source; the path of its .dsc.

    dpkg-source applies each patch, and says which does not apply.  Its tree
    stays in build/deb/work, an empty folder before, for the build.
    """
    tree = WORK / f'qemu-{debian_package.upstream}'
    # This puts the upstream tarball beside the tree.
    tool(['dpkg-source', '--no-check', '--skip-patches', '-x',
          debian_package.dsc, tree])
    add_patches(tree, mails)
    tool(['patch', '-s', '-p1', '-d', tree, '-i', PATCH])
    tool(['make', '-s', '-C', tree, '-f', 'debian/control.mk',
          'debian/control'])
    log = tree / 'debian/changelog'
    log.write_text(changelog_entry(
        version, suite, len(mails), maintainer(), series_date())
        + log.read_text(encoding='utf-8'), encoding='utf-8')
    _build(tree)
    if SOURCE.exists():
        shutil.rmtree(SOURCE)
    SOURCE.mkdir()
    for path in WORK.iterdir():
        if path.is_file():
            path.rename(SOURCE / path.name)
    dsc = next(SOURCE.glob('*.dsc'))
    say('SOURCE', f'{shown(dsc)}: {len(mails)} patches')
    return dsc


def _build(tree):
    """dpkg-source -b, which tries every patch."""
    env = {**os.environ, 'LC_ALL': 'C'}
    done = subprocess.run(['dpkg-source', '-b', tree.name], cwd=tree.parent,
                          capture_output=True, text=True, check=False,
                          env=env)
    if done.returncode:
        lines = [li for li in (done.stdout + done.stderr).splitlines()
                 if re.search('error|FAILED|malformed', li)]
        raise RigError('the series does not apply as quilt patches: '
                       + '; '.join(lines[:5] or ['dpkg-source failed']))
