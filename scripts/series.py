#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Apply, refresh, export and check the patch series.

  apply                      build/qemu: the base and one commit an entry
  stock                      build/stock/qemu: the base alone
  refresh [ENTRY]            commits and edits in build/qemu -> patches/
  export [-o DIR] [--topic TOPIC]
                             the series, or a topic with its cover letter,
                             as mails for git am
  check                      everything that must hold before it is sent
  roll                       what each entry takes to stand on a base

The base is the one that BASE names, or the first in UPSTREAM that can be
had; series_bases.py tells what another than the first has of its own.

Overlay files are edited in the repository, hooks in build/qemu.  A commit
made in build/qemu becomes an entry of its own, its new files become
overlay files; edits without a commit go into ENTRY, or the last one.  To
reword, move or drop an entry, edit patches/ and run make apply (git rebase
stops at the links of the overlay files).  series_format.py describes the
files.  make runs them: make apply, make refresh ENTRY=..., make series-check.
"""

import argparse
import pathlib
import re
import signal
import sys

from rig.base import debian, upstream
from rig.base.paths import ROOT
from scripts.series_check import check
from scripts.series_format import SeriesError
from scripts.series_git import Repo, main_error
from scripts.series_roll import roll
from scripts.series_verbs import apply, export, refresh, stock


def _author(text):
    found = re.fullmatch(r'\s*([^<>]*[^<>\s])\s*<([^<>\s]+@[^<>\s]+)>\s*',
                         text)
    if not found:
        raise argparse.ArgumentTypeError(f'"{text}" is not NAME <MAIL>')
    return found.groups()


def main(argv=None):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.
        RawDescriptionHelpFormatter)
    parser.add_argument('--root', type=pathlib.Path, default=ROOT,
                        help='the repository (default: this one)')
    parser.add_argument('--build-dir', type=pathlib.Path,
                        help='default: build in the repository')
    verbs = parser.add_subparsers(dest='verb', required=True)
    verbs.add_parser('apply')
    verbs.add_parser('stock')
    verb = verbs.add_parser('refresh')
    verb.add_argument('entry', nargs='?',
                      help='what takes uncommitted edits; default: the last')
    verb = verbs.add_parser('export')
    verb.add_argument('-o', '--output', type=pathlib.Path,
                      help='default: build/export')
    verb.add_argument('--topic', help='its entries alone: a folder of '
                      'patches/, fixes for example')
    verb.add_argument('--author', type=_author, metavar='"NAME <MAIL>"',
                      help='the sender, for the From: lines')
    verb = verbs.add_parser('check')
    verb.add_argument('--no-build', action='store_true',
                      help='leave out the build of every commit')
    verbs.add_parser('roll')
    args = parser.parse_args(argv)
    # Names and text of upstream files may hold any byte.
    sys.stdout.reconfigure(errors='backslashreplace')
    # A terminated run then removes what it left half-made.
    signal.signal(signal.SIGTERM, signal.default_int_handler)

    def run():
        try:
            base = upstream.choose(args.root)
        except (upstream.BaseError, debian.ArchiveError) as err:
            raise SeriesError(str(err)) from err
        build = args.root / 'build'
        repo = Repo(args.root, args.build_dir or (
            build if base.home else build / base.name), base)
        if args.verb == 'check':
            return check(repo, not args.no_build)
        with repo.locked():
            if args.verb == 'apply':
                apply(repo)
            elif args.verb == 'stock':
                stock(repo)
            elif args.verb == 'refresh':
                refresh(repo, args.entry and
                        args.entry.removeprefix('patches/'))
            elif args.verb == 'roll':
                return 1 if roll(repo) else 0
            else:
                export(repo, args.output or repo.build / 'export',
                       args.author, args.topic)
        return 0
    return main_error(run)


if __name__ == '__main__':
    sys.exit(main())
