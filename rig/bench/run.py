# SPDX-License-Identifier: GPL-2.0-or-later
"""What the check before RAM saves, and what it costs; stock beside series.

- A guest that the destination must refuse (Linux 6.18 to 6.12: PSCI 1.3):
  bytes and time until the source knows.  All of the guest's RAM is filled, and
  it dirties 4 MiB all the time.
- The downtime of a migration that succeeds, with 1 and 8 vCPUs, on one pair
  of hosts, back and forth, stock and series in turn.
- kvm-arm-regs compares 1,000 dumps of 10 kinds of hosts.

The return path is on throughout, as libvirt has it.  Times are the inner
QEMU's own, from its events; bytes are what the hosts' network counted.
"""

import itertools
import json
import os
import re
import statistics
import subprocess
import sys
import time

from rig import ram
from rig.base import command, paths, standalone, tables
from rig.base.errors import RigError
from rig.guest import Guest
from rig.host import Host, boot
from rig.image import COMPARED
from rig.migration import MIGRATED, REFUSED, migrate
from rig.network import Network

BUILD = paths.BUILD / 'bench'
SOURCE, REFUSES = '6.18', '6.12'
SIZES = (256, 1024)
WARM, HOPS = 2, 4
VCPUS = (1, 8)
COMPARE = paths.ROOT / 'contrib' / 'kvm-arm-regs' / 'tests' / 'bench.py'


def seconds(event):
    """When a QMP event was sent, by the clock of its QEMU."""
    stamp = event['timestamp']
    return stamp['seconds'] + stamp['microseconds'] / 1e6


def until(events, last):
    """Milliseconds from a migration's begin to its status `last`."""
    at = {event['data']['status']: seconds(event) for event in events
          if event['event'] == 'MIGRATION'}
    try:
        return (at[last] - at['setup']) * 1000
    except KeyError as err:
        raise RigError(f'no event MIGRATION with status {err}; the source '
                       f'reported {list(at)}') from err


def pair(kernel, memory='1G'):
    """Two hosts on a network, to be booted."""
    network = Network()
    return network, [Host(name, network=network, qemu=COMPARED, memory=memory,
                          guests=['witness']) for name in (SOURCE, kernel)]


# The refusal


def refusal(hosts, qemu, size):
    """(bytes, milliseconds) until the source knew."""
    with Guest(hosts[0], qemu, 'witness', memory=f'{size}M',
               **ram.filled(hosts[0], size)) as source, \
            Guest(hosts[1], qemu, 'witness', memory=f'{size}M',
                  incoming=True) as destination:
        source.wait_up()
        result = migrate(source, destination, return_path=True,
                         capabilities={'events': True}, timeout=600)
        if result.outcome != REFUSED:
            raise RigError(f'not refused: {result}')
        source.check()
        return result.sent(), until(source.qmp_events, 'failed')


def refusals(sizes, repeat):
    """{size: {QEMU: [(bytes, milliseconds)]}}"""
    found = {}
    # The file, and the pages that the guest changes.
    network, hosts = pair(REFUSES, f'{max(sizes) * 2 + 1024}M')
    with network, boot(*hosts):
        for size in sizes:
            found[size] = {qemu: [] for qemu in COMPARED}
            for _ in range(repeat):
                for qemu in COMPARED:
                    found[size][qemu].append(refusal(hosts, qemu, size))
            hosts[0].run(f'rm {ram.path(size)}')
    return found


# The downtime

def there_and_back(hosts, qemu, vcpus):
    """The downtimes of one guest's migrations, in milliseconds."""
    found = []
    guest = Guest(hosts[0], qemu, 'witness', smp=vcpus)
    try:
        guest.wait_up()
        # The first few are slower with any QEMU: they do not count.
        for number in range(-WARM, HOPS):
            there = Guest(hosts[1 - number % 2], qemu, 'witness', smp=vcpus,
                          incoming=True)
            source, guest = guest, there
            try:
                result = migrate(source, there, return_path=True)
            finally:
                source.close()
            if result.outcome != MIGRATED:
                raise RigError(f'not migrated: {result}')
            guest.check()
            if number >= 0:
                found.append(result.downtime)
    finally:
        guest.close()
    return found


def downtimes(rounds):
    """{vCPUs: {QEMU: [milliseconds]}}; in a round, one guest of each."""
    found = {vcpus: {qemu: [] for qemu in COMPARED} for vcpus in VCPUS}
    network, hosts = pair(SOURCE)
    with network, boot(*hosts):
        for _, vcpus, qemu in itertools.product(range(rounds), VCPUS,
                                                COMPARED):
            found[vcpus][qemu] += there_and_back(hosts, qemu, vcpus)
    return found


# kvm-arm-regs

def compare():
    """(seconds, the line of text) for 1,000 dumps of 10 kinds."""
    done = subprocess.run(
        [sys.executable, COMPARE], check=False, text=True,
        capture_output=True,
        env={**os.environ,
             'KVM_ARM_REGS': str(standalone.tool('kvm-arm-regs'))})
    spent = re.search(r' in ([\d.]+) s$', done.stdout.strip())
    if done.returncode or not spent:
        raise RigError(f'{COMPARE.name}: exit status {done.returncode}: '
                       f'{(done.stderr or done.stdout).strip()}')
    return float(spent.group(1)), done.stdout.strip()


# The table

def median(values):
    return statistics.median(values)


def row(title, stock, series, unit):
    """A row with the ratio; `unit` formats both numbers."""
    return [title, unit(stock), unit(series),
            f'{series / stock * 100:.3g} %']


def rows(report):
    """The rows of the table on refusals."""
    yield ['', 'stock', 'series', 'series/stock']
    for size, found in report['refusals'].items():
        for at, (what, unit) in enumerate((
                ('sent until the refusal is known',
                 lambda n: f'{n / 1000:,.1f} kB'),
                ('time until then', lambda n: f'{n:,.0f} ms'))):
            yield row(f'guest of {size} MiB: {what}', *(
                median([each[at] for each in found[qemu]])
                for qemu in COMPARED), unit)


def downtime_rows(report):
    yield ['', 'stock', 'series', 'series/stock']
    for vcpus, found in report['downtimes'].items():
        each = [found[qemu] for qemu in COMPARED]
        yield row(f'{vcpus} vCPU: downtime, median of {len(each[0])}',
                  *map(median, each), lambda n: f'{n:.0f} ms')
        yield ['least and most', *(f'{min(some)} to {max(some)} ms'
                                   for some in each), '']


def markdown(report):
    """All of it, as Markdown that reads well as it is."""
    words = [f'Linux {SOURCE} to {REFUSES}: the destination refuses '
             f'(median of {report["repeat"]})', '',
             *tables.markdown_table(list(rows(report))), '',
             f'Linux {SOURCE} to {SOURCE}: the guest migrates', '',
             *tables.markdown_table(list(downtime_rows(report))), '',
             f'kvm-arm-regs compare: {report["compare"]["said"]}']
    return '\n'.join(words) + '\n'


def save(report):
    """Write the report, complete or not; the path."""
    BUILD.mkdir(parents=True, exist_ok=True)
    path = BUILD / 'bench.json'
    path.write_text(json.dumps(report, indent=1) + '\n', encoding='utf-8')
    return path


def bench(args):
    spent, said = compare()
    report = {'date': time.strftime('%Y-%m-%d'), 'repeat': args.repeat,
              'compare': {'seconds': spent, 'said': said}}
    report['downtimes'] = downtimes(args.rounds)
    save(report)
    report['refusals'] = refusals(args.sizes, args.repeat)
    path = save(report)
    print(f'\n{markdown(report)}\nIn {path.relative_to(paths.ROOT)}')
    return 0


def main():
    parser = command.parser('rig.bench', __doc__)
    parser.add_argument('--sizes', type=int, nargs='+', default=SIZES,
                        metavar='MIB', help='of guests that are refused')
    parser.add_argument('--repeat', type=int, default=3, metavar='N',
                        help='refusals of each size and QEMU')
    parser.add_argument('--rounds', type=int, default=4, metavar='N',
                        help='for the downtime; in each of them, '
                             f'{HOPS} migrations of each QEMU and size')
    args = parser.parse_args()
    return command.program('bench', lambda: bench(args))
