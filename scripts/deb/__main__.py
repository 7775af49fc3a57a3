# SPDX-License-Identifier: GPL-2.0-or-later
"""Debian packages of QEMU with the series, for hosts of arm64.

  build   build/deb/packages: Debian's own source package of qemu plus the
          series as quilt patches, cross-built in a chroot, checked by lintian
          against Debian's packages
  repo    the same, and build/deb/repo: an apt repository of them

A second run makes only what is missing.
"""

import pathlib
import sys

from rig.base import command, debian
from rig.base.errors import RigError
from scripts.deb import lintian, repo
from scripts.deb.build import STAMP, Timed, base_of, build
from scripts.deb.chroot import Chroot
from scripts.deb.places import BASES, DEB
from scripts.series_format import SeriesError


def once(name, what):
    """Do a step unless it was done with these packages."""
    done = DEB / f'{name}.done'
    wanted = STAMP.read_text()
    if done.exists() and done.read_text() == wanted:
        return
    with Timed(name):
        what()
    done.write_text(wanted)


def main():
    parser = command.parser('scripts.deb', __doc__)
    parser.add_argument('verb', choices=('build', 'repo'))
    parser.add_argument('--base', default=next(iter(BASES)),
                        help='the base of the series: ' + ', '.join(BASES))
    parser.add_argument('--revision', default='1',
                        help='the number at the end of the version')
    parser.add_argument('--mails', type=pathlib.Path, metavar='DIR',
                        help='take the *.patch of a folder as the series')
    args = parser.parse_args()

    def run():
        chroot = Chroot(base_of(args.base).suite)
        built = build(args.base, args.mails, args.revision)
        once('lintian', lambda: lintian.check(chroot, built))
        if args.verb == 'repo':
            def lay_out():
                repo.make(chroot, built)
                repo.check(chroot, built)
            once('repo', lay_out)
        return 0

    return command.program('deb', run, (RigError, SeriesError, OSError,
                                        debian.ArchiveError))


if __name__ == '__main__':
    sys.exit(main())
