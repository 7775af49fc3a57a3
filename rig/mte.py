#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What KVM offers to migrate memory tags (MTE), kernel by kernel.

    mte.py                  kernels of every age
    mte.py 6.12 7.3

A host with tagged memory boots for every kernel, and rig/mte tries in it what
a migration of tags would need.  On standard output is a table; times are
those of emulated hosts, and tell ratios only.  docs/arm-kvm-mte.rst says what
follows from it.
"""

import argparse
import pathlib
import re
import sys

if not __package__:
    # As a script: its own folder would hide the package of its name.
    sys.path[0] = str(pathlib.Path(__file__).resolve().parent.parent)

from rig import image, process  # noqa: E402
from rig.host import Host, boot  # noqa: E402

SOURCES = [image.HERE / 'mte' / name
           for name in ('mte.c', 'postcopy.c', 'vm.c', 'vm.h')]
KERNELS = ('5.10', '6.1', '6.12', '6.16', '6.18', '7.3')
CPU = 'max,pauth-impdef=on'
# rig/mte's exit status where the host's KVM has no MTE.
NO_MTE = 3


class TaggedHost(Host):
    """An emulated host whose memory has tags."""

    def _command(self, monitor, link=None):
        argv = super()._command(monitor, link)
        at = argv.index('-M') + 1
        argv[at] += ',mte=on'
        return argv


def mte_binary():
    """rig/mte for the hosts, compiled if it changed."""
    newest = max(SOURCES, key=lambda path: path.stat().st_mtime_ns)
    return image.made(image.CACHE / 'mte', newest, lambda part: [
        image.CROSS + 'gcc', '-O2', '-Wall', '-Wextra', '-static', '-s',
        '-pthread', '-o', part,
        *(path for path in SOURCES if path.suffix == '.c')])


def parse(text):
    """{name: value} of rig/mte's output."""
    return dict(line.split(': ', 1) for line in text.splitlines())


def measure(series):
    """(kernel's version, {name: value}) of a host with this kernel."""
    host = TaggedHost(series, cpu=CPU,
                      files={'usr/bin/mte': mte_binary()})
    with boot(host):
        result = host.run('mte', 300, check=False)
        if result.status not in (0, NO_MTE):
            raise host.failed(f'mte ended with {result.status}: '
                              f'{result.stderr.strip()}; before that:\n'
                              f'{result.stdout.strip()}')
        return host.kernel.version, parse(result.stdout)


def table(columns):
    """The text of a table, a row for each thing that was tried."""
    names = list(dict.fromkeys(name for _, values in columns
                               for name in values))
    rows = [['', *(re.split('[-+]', version)[0] for version, _ in columns)]]
    rows += [[name, *(values.get(name, '-') for _, values in columns)]
             for name in names]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return ''.join('  '.join(cell.ljust(width) for cell, width
                             in zip(row, widths)).rstrip() + '\n'
                   for row in rows)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__.split('\n', maxsplit=1)[0])
    parser.add_argument('series', nargs='*', default=KERNELS,
                        help='default: ' + ' '.join(KERNELS))
    args = parser.parse_args()

    def run():
        print(table([measure(series) for series in args.series]), end='')
        return 0

    return process.program('mte', run)


if __name__ == '__main__':
    sys.exit(main())
