# SPDX-License-Identifier: GPL-2.0-or-later
"""Our packages must not have more of lintian's tags than Debian's own.

Tags are counted by package.  A package that Debian does not have must have
no error and no warning.
"""

import collections
import re
import shutil

from rig.base import debian
from rig.base.errors import RigError, say
from scripts.deb.places import DEB, HOST_ARCH, shown

STOCK = DEB / 'debian'
REPORT = DEB / 'lintian.txt'
TAG = re.compile(r'^([EWIPX]): ([^:\s]+)(?: \w+)?: (\S+)(.*)$', re.M)
WORST = 'EW'
OPTIONS = ('--allow-root', '--fail-on', 'none', '--color', 'never',
           '--tag-display-limit', '0', '--display-info',
           '--display-experimental', '--pedantic')


def tags(text):
    """{package: Counter of (severity, tag)} of lintian's output."""
    found = collections.defaultdict(collections.Counter)
    for severity, package, tag, _ in TAG.findall(text):
        found[package][severity, tag] += 1
    return found


def compare(ours, theirs, both):
    """[(package, severity, tag, our count, Debian's)], all that differ.

    `both` are the packages that Debian has, too.
    """
    rows = []
    for package in sorted(ours.keys() | (theirs.keys() & set(both))):
        own, other = ours.get(package, {}), theirs.get(package, {})
        rows += [(package, severity, tag, own.get((severity, tag), 0),
                  other.get((severity, tag), 0))
                 for severity, tag in sorted(own.keys() | other.keys())
                 if own.get((severity, tag), 0)
                 != other.get((severity, tag), 0)]
    return rows


def worse(rows, both):
    """Those of them in which our packages are worse."""
    return [row for row in rows if row[3] > row[4] and (
        row[0] in both or row[1] in WORST)]


def lines(rows):
    """The differences for people."""
    return ''.join(f'{severity}: {package}: {tag}: {own}, Debian {other}\n'
                   for package, severity, tag, own, other in rows)


def stock_debs(suite, version, names):
    """Debian's packages of these names, in build/deb/debian."""
    archive = debian.Archive(suite, HOST_ARCH)
    known = [name for name in names if archive.version(name) == version]
    if not known:
        raise RigError(f'{suite} has no package of {version} for '
                       f'{HOST_ARCH} yet; run again when it has')
    STOCK.mkdir(parents=True, exist_ok=True)
    found = []
    for name, path in archive.download(known).items():
        # apt writes the colon of the epoch as %3a; lintian minds it.
        place = STOCK / re.sub(r'_\d+%3a', '_', path.name)
        if not place.exists():
            shutil.copy(path, place)
        found.append((name, place))
    return dict(found)


def run(chroot, debs, name):
    """lintian in the chroot; what it says."""
    inside = [f'/build/{deb.relative_to(DEB)}' for deb in debs]
    log = chroot.run(['lintian', *OPTIONS, *inside], name)
    return log.read_text(encoding='utf-8', errors='replace')


def check(chroot, built):
    """RigError if our packages are worse than Debian's."""
    names = [deb.name.split('_')[0] for deb in built.debs]
    stock = stock_debs(chroot.suite, built.stock.version, names)
    ours = tags(run(chroot, built.debs, 'lintian-ours'))
    theirs = tags(run(chroot, stock.values(), 'lintian-debian'))
    rows = compare(ours, theirs, stock)
    REPORT.write_text(
        f'lintian: tags of {built.version} where their number differs from '
        f'that of {built.stock.version}\n\n' + (lines(rows) or 'none\n'),
        encoding='utf-8')
    bad = worse(rows, stock)
    if bad:
        raise RigError("lintian has more tags for our packages than for "
                       f"Debian's (all: {shown(REPORT)}):\n{lines(bad)}")
    total = [sum(sum(each.values()) for each in side.values())
             for side in (ours, theirs)]
    say('LINTIAN', f"{total[0]} tags, Debian's packages {total[1]}: "
        f'{shown(REPORT)}')
