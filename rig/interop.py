#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Stock and series: every combination, as a table in the documentation.

A guest migrates between two hosts that can exchange it, and to one that must
refuse it; with x-cpreg-preflight on and off, and with the return-path
capability as it is and on.  The table is deterministic: a test compares it
with what docs/arm-kvm-interop.rst has.
"""

import argparse
import itertools
import os
import re
import sys
from typing import NamedTuple, Optional

if not __package__:
    # As a script: its own folder would hide the package of its name.
    sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

from rig import cases, image, process, tables               # noqa: E402
from rig.errors import GuestAltered                         # noqa: E402
from rig.guest import Guest                                 # noqa: E402
from rig.host import Host, boot                             # noqa: E402
from rig.migration import (MIGRATED, PREFLIGHT, REFUSED,    # noqa: E402
                           migrate)
from rig.network import Network                             # noqa: E402

PAGE = image.ROOT / 'docs' / 'arm-kvm-interop.rst'
SOURCE, SAME, OTHER = '6.18', '6.18', '6.12'
MEMORY = '64M'
# Why 6.12 must refuse a guest of 6.18, as a source may be told.
REGISTER = 'PSCI_VERSION (0x6030000000140000) = 0x10003, here 0x10001'


class Way(NamedTuple):
    """Who sends, who receives, and how; preflight is None for stock."""
    source: str
    destination: str
    preflight: Optional[bool]
    return_path: bool


WAYS = tuple(
    Way(source, destination, preflight, return_path)
    for source, destination in itertools.product(cases.QEMUS, repeat=2)
    for preflight in ((None,) if source == 'stock' else (True, False))
    for return_path in (False, True))
# One of each combination, in which preflight or return-path decides.
FEW = (Way('stock', 'series', None, True), Way('series', 'stock', True, False),
       Way('series', 'stock', False, True),
       Way('series', 'series', True, False))


def outcome(result):
    """What became of the guest, in the table's words."""
    if result.outcome != REFUSED:
        return result.outcome
    return ('refused before RAM' if result.sent() < cases.BEFORE_RAM else
            'refused after RAM')


def source_says(result):
    """What can be learned at the source, in the table's words."""
    if result.source_status == 'completed':
        return 'completed'
    said = result.source_error or ''
    if REGISTER in said:
        return 'the register'
    if PREFLIGHT in said:
        return f'"switch {PREFLIGHT} off"'
    return 'failed'


def run(hosts, way):
    """Migrate a new guest; (its outcome, what the source says)."""
    with Guest(hosts[0], way.source, 'witness', memory=MEMORY) as source, \
            Guest(hosts[1], way.destination, 'witness', memory=MEMORY,
                  incoming=True) as destination:
        source.wait_up()
        result = migrate(source, destination, return_path=way.return_path,
                         preflight=way.preflight)
        text = outcome(result)
        if result.outcome in (MIGRATED, REFUSED):
            try:
                (destination if result.outcome == MIGRATED else
                 source).check()
            except GuestAltered:
                text = cases.DAMAGED
        return text, source_says(result)


def measure(ways=WAYS):
    """{way: (facts of the pair that fits, facts of the one that does not)}
    """
    found = {way: () for way in ways}
    for kernel in (SAME, OTHER):
        with Network() as network, boot(*(
                Host(name, network=network, qemu=cases.QEMUS,
                     guests=['witness']) for name in (SOURCE, kernel))
                ) as hosts:
            for way in ways:
                found[way] += run(hosts, way),
    return found


def row(way, facts):
    """The cells of a way."""
    words = {None: '-', True: 'on', False: 'off'}
    return [way.source, way.destination, words[way.preflight],
            words[way.return_path], *itertools.chain.from_iterable(facts)]


def table(found):
    """The rows as reStructuredText."""
    return '\n'.join(tables.rst_table([
        ['source', 'destination', 'preflight', 'return-path',
         f'{SOURCE} to {SAME}', 'source says',
         f'{SOURCE} to {OTHER}', 'source says'],
        *(row(way, facts) for way, facts in found.items())])) + '\n'


def documented():
    """The table that the page has."""
    return tables.split_page(PAGE)[1].strip('\n') + '\n'


def documented_rows():
    """The cells of its rows."""
    lines = documented().splitlines()
    spans = [found.span() for found in re.finditer('=+', lines[0])]
    return [[line[start:end].strip() for start, end in spans]
            for line in lines[3:-1]]


def interop(docs):
    """Measure; with `docs` renew the page, else compare with it."""
    text = table(measure())
    print('\n' + text)
    if docs:
        tables.renew_page(PAGE, text)
        print(f'written  {PAGE.relative_to(image.ROOT)}')
        return 0
    if text != documented():
        print(f'{PAGE.relative_to(image.ROOT)} says otherwise')
        return 1
    return 0


def main():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--docs', action='store_true',
                        help='put the table into the documentation')
    args = parser.parse_args()
    return process.program('interop', lambda: interop(args.docs))


if __name__ == '__main__':
    sys.exit(main())
