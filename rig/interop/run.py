# SPDX-License-Identifier: GPL-2.0-or-later
"""Stock and series in every combination, as tables in reports/interop.rst.

The base, Debian's newest QEMU and the series: each migrates to each, with
default settings and with the return path on.  A guest goes to a host of the
same kernel, to a newer kernel, and to an older one that must refuse it.  Each
QEMU loads the files and the snapshots of each.  The tables are deterministic:
a test compares them with the page.
"""

import contextlib
import itertools
import re
from typing import NamedTuple

from rig import image, migration, newest, saved
from rig.base import command, paths, tables, upstream
from rig.base.errors import GuestAltered, say
from rig.guest import Guest
from rig.host import Host, boot
from rig.migration import MIGRATED, REFUSED, migrate
from rig.network import Network

PAGE = paths.REPORTS / 'interop.rst'
QEMUS = ('stock', image.NEWEST, 'series')
NEW, OLD = '6.18', '6.12'
PAIRS = ((NEW, NEW), (OLD, NEW), (NEW, OLD))
# All three QEMUs have these.
MACHINE, OLDER_MACHINE = 'virt-10.2', 'virt-9.2'
MEMORY = '64M'
# Why 6.12 must refuse a guest of 6.18; the source may print it.
REGISTER = ('PSCI_VERSION (0x6030000000140000) = 0x10003, destination '
            '0x10001')
FILE, SNAPSHOT = 'file', 'snapshot'
LOADED, DAMAGED = 'loaded', 'damaged'


class Way(NamedTuple):
    """Who sends, who receives, and whether the return path is on."""
    source: str
    destination: str
    return_path: bool


class Kept(NamedTuple):
    """Who saves and who loads."""
    saver: str
    loader: str


WAYS = tuple(Way(source, destination, return_path)
             for source, destination in itertools.product(QEMUS, repeat=2)
             for return_path in (False, True))
# One of each with the series in it, with QEMU's defaults.
FEW = tuple(way for way in WAYS
            if 'series' in way[:2] and not way.return_path)
KEPT = tuple(itertools.starmap(Kept, itertools.product(QEMUS, repeat=2)))
FORMS = tuple(itertools.product((FILE, SNAPSHOT), (MACHINE, OLDER_MACHINE)))


def guest(host, qemu, machine=MACHINE, **kwargs):
    """A witness."""
    return Guest(host, qemu, 'witness', memory=MEMORY,
                 machine=f'{machine},gic-version=3', **kwargs)


def host(kernel, network=None):
    """A host with all the QEMUs."""
    return Host(kernel, network=network, qemu=QEMUS, guests=['witness'])


# Migrations

def outcome(result):
    """The guest's outcome, in the table's words."""
    if result.outcome != REFUSED:
        return result.outcome
    return ('refused before RAM' if result.sent() < migration.BEFORE_RAM else
            'refused after RAM')


def source_says(result):
    """What can be learned at the source, in the table's words."""
    if result.source_status == 'completed':
        return 'completed'
    return 'the register' if REGISTER in (result.source_error or '') else \
        'failed'


def whole(its_guest):
    """Whether the witness holds all that it held."""
    try:
        its_guest.check()
    except GuestAltered:
        return False
    return True


def run(source, to, way):
    """Migrate a guest to a host; (its outcome, what the source says)."""
    with guest(to, way.destination, incoming=True) as destination:
        source.wait_up()
        result = migrate(source, destination, return_path=way.return_path)
        text = outcome(result)
        if result.outcome in (MIGRATED, REFUSED) and not whole(
                destination if result.outcome == MIGRATED else source):
            text += f', {DAMAGED}'
        return text, source_says(result)


def run_all(here, to, ways):
    """{way: facts}.  A guest that is whole at its source goes on from it."""
    found = {}
    for qemu, these in itertools.groupby(ways, lambda way: way.source):
        with contextlib.ExitStack() as stack:
            source = None
            for way in these:
                say('WAY', ' '.join(map(str, way)))
                source = source or stack.enter_context(guest(here, qemu))
                found[way] = run(source, to, way)
                if source.status() != 'running':
                    source.qmp('cont')
                if not whole(source):
                    stack.close()
                    source = None
    return found


def measure(ways=WAYS):
    """{way: facts of each of PAIRS}"""
    found = {way: {} for way in ways}
    for pairs in (PAIRS[:1], PAIRS[1:]):
        with Network() as network, boot(*(
                host(kernel, network) for kernel in pairs[0])) as hosts:
            for pair, (here, to) in zip(pairs, itertools.permutations(hosts)):
                for way, facts in run_all(here, to, ways).items():
                    found[way][pair] = facts
    return {way: [facts[pair] for pair in PAIRS]
            for way, facts in found.items()}


# Files and snapshots

def path(its_host, saver, form):
    """Where a saved guest is in a host."""
    return its_host.path(f'/tmp/{saver}-{"-".join(form)}')


def save(its_host, saver, machine):
    """A guest into a snapshot and into a file."""
    with guest(its_host, saver, machine) as source:
        source.wait_up()
        saved.add_disk(source, path(its_host, saver, (SNAPSHOT, machine)))
        saved.savevm(source, SNAPSHOT)
        saved.save_file(source, path(its_host, saver, (FILE, machine)))


def load(its_host, kept, form):
    """The outcome for a saved guest, in the table's words."""
    where = path(its_host, kept.saver, form)
    snapshot = form[0] == SNAPSHOT
    with guest(its_host, kept.loader, form[1], incoming=not snapshot,
               extra=('-S',)) as loader:
        if snapshot:
            saved.open_disk(loader, where)
            why = saved.loadvm(loader, SNAPSHOT)
        else:
            why = saved.load_file(loader, where)
        say('LOAD', f'{kept.saver} to {kept.loader}, {" ".join(form)}: '
            f'{why or LOADED}')
        if why:
            return REFUSED
        if loader.status() != 'running':
            loader.qmp('cont')
        return LOADED if whole(loader) else DAMAGED


def exchange():
    """{kept: [outcome of each of FORMS]}"""
    with boot(host(NEW)) as (its_host,):
        for saver, machine in itertools.product(
                QEMUS, (MACHINE, OLDER_MACHINE)):
            save(its_host, saver, machine)
        return {kept: [load(its_host, kept, form) for form in FORMS]
                for kept in KEPT}


# The page

def titles():
    """What the page calls the QEMUs."""
    return {'stock': f'stock {upstream.version()}',
            image.NEWEST: f'stock {newest.release()}', 'series': 'series'}


def text(found, exchanged):
    """Both tables as reStructuredText."""
    names = titles()
    migrations = [['source', 'destination', 'return-path', *(
        cell for pair in PAIRS
        for cell in (' to '.join(pair), 'source says'))]]
    migrations += [[names[way.source], names[way.destination],
                    'on' if way.return_path else 'off',
                    *itertools.chain.from_iterable(facts)]
                   for way, facts in found.items()]
    loads = [['saved by', 'loaded by', *map(', '.join, FORMS)]]
    loads += [[names[kept.saver], names[kept.loader], *words]
              for kept, words in exchanged.items()]
    return '\n'.join([*tables.rst_table(migrations), '',
                      *tables.rst_table(loads)]) + '\n'


def documented():
    """(found, exchanged, titles) as the page has them."""
    both = []
    for table in tables.split_page(PAGE)[1].strip('\n').split('\n\n'):
        rule, *lines = table.splitlines()
        spans = [found.span() for found in re.finditer('=+', rule)]
        both.append([[line[start:end].strip() for start, end in spans]
                     for line in lines[2:-1]])
    migrations, loads = both
    return ({way: list(zip(cells[3::2], cells[4::2]))
             for way, cells in zip(WAYS, migrations)},
            {kept: cells[2:] for kept, cells in zip(KEPT, loads)},
            [cells[:3] for cells in migrations] +
            [cells[:2] for cells in loads])


def interop(renew):
    """Measure; with `renew` renew the page, else compare with it."""
    found, exchanged = measure(), exchange()
    print('\n' + text(found, exchanged))
    if renew:
        tables.renew_page(PAGE, text(found, exchanged))
        print(f'written  {PAGE.relative_to(paths.ROOT)}')
        return 0
    if [found, exchanged] != list(documented()[:2]):
        print(f'{PAGE.relative_to(paths.ROOT)} differs from what was measured')
        return 1
    return 0


def main():
    parser = command.parser('rig.interop', __doc__)
    parser.add_argument('--report', action='store_true',
                        help=f'renew {PAGE.relative_to(paths.ROOT)}')
    args = parser.parse_args()
    return command.program('interop', lambda: interop(args.report))
