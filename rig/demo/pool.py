# SPDX-License-Identifier: GPL-2.0-or-later
"""The demo of a pool: one guest tours three kernels and comes home.

kvm-arm-regs dumps what KVM gives on each host, and makes a baseline of the
three.  A Linux guest that counts is started with it on the newest kernel,
migrates to the oldest and back.  The witness does the same, and compares its
registers at every stop.  Stock QEMU tries it too.  Exit status 0 only if both
guests of the series reached every stop unharmed and came home.
"""

import pathlib
import re
import sys
import tempfile
from typing import NamedTuple

from rig import emulator, kvm_arm_regs, pool
from rig.base import command
from rig.base.errors import GuestAltered
from rig.base.paths import ROOT
from rig.demo.run import (count_on, counted, heading, messages, reason, short,
                          show, table)
from rig.guest_tour import Tour, series_of
from rig.host import DEFAULT_CPU, Host, boot
from rig.migration import LOST, MIGRATED, REFUSED
from rig.network import Network

MEMORY = '128M'
OUTCOMES = {REFUSED: 'refused: ', LOST: 'LOST, it runs nowhere: '}


class Stop(NamedTuple):
    """A stop of a tour: the outcome, and what the guest says there."""
    title: str
    good: bool
    words: str


def stop(tour, host):
    """Go to a host; the Stop, which is good if the guest is whole there."""
    title = f'{series_of(tour.guest.host)} to {series_of(host)}'
    count_on(tour.guest, 2)
    result = tour.go(host)
    if result.outcome != MIGRATED:
        return Stop(title, False, OUTCOMES[result.outcome] + reason(
            messages(result.destination_stderr)[0]))
    count_on(tour.guest, 2)
    first, now = counted(tour.guest) or (0, 0)
    # A line may have been torn, no more: it is the same guest.
    if not 0 < first - tour.left_at <= 2:
        return Stop(title, False, f'after tick {tour.left_at} came {first}')
    words = f'ticks {first} to {now}, downtime {result.downtime} ms'
    if tour.guest.kind != 'witness':
        return Stop(title, True, words)
    try:
        whole = re.sub(r'^witness ok(: tick \d+)?', '', tour.check())
        return Stop(title, True, f'{words}, whole{whole}')
    except GuestAltered as err:
        return Stop(title, False, str(err))


def make_tour(hosts, qemu, kind, options):
    """From hosts[0] over all the others and home; the stops so far."""
    stops = []
    with Tour(hosts[0], qemu, kind, memory=MEMORY, options=options) as tour:
        tour.guest.wait_up()
        show(f'on {series_of(hosts[0])}', 'started')
        for host in (*hosts[1:], hosts[0]):
            stops.append(stop(tour, host))
            show(stops[-1].title, stops[-1].words)
            if not stops[-1].good:
                break
    return stops


def holders(explained):
    """The lines of --explain on what a single host takes from the pool."""
    parts = (' '.join(part.split()) for part in explained.split('\n\n'))
    return [part for part in parts if ' alone hold' in part]


def make_pool(hosts, folder):
    """The file with the baseline, from what each host says of itself."""
    dumps = {}
    for host in hosts:
        name = f'host-{series_of(host)}'
        dumps[name] = kvm_arm_regs.dump(host)
        show(f'on {series_of(host)}', f'kvm-arm-regs dump >{name}.json: '
             f'{len(dumps[name]["registers"])} registers')
    path = pathlib.Path(folder) / 'pool.json'
    path.write_text(kvm_arm_regs.baseline(dumps), encoding='utf-8')
    files = ' '.join(f'{name}.json' for name in dumps)
    show('here', f'kvm-arm-regs baseline {files} >pool.json: '
         f'{len(pool.read(path)["registers"])} values')
    for line in holders(kvm_arm_regs.baseline(dumps, '--explain')):
        show('', line)
    return path


def summary(tours):
    """The table: a row for each stop, a column for each tour."""
    titles = [each.title for each in max(tours.values(), key=len)]
    table(['', *titles], [
        [name, *(each.words for each in stops),
         *['-'] * (len(titles) - len(stops))]
        for name, stops in tours.items()])


def demo(args):
    base = (ROOT / 'build/qemu/VERSION').read_text().strip()
    serving = emulator.provide(args.cpu)
    emulator.tell(serving)
    with tempfile.TemporaryDirectory(prefix='demo-pool-') as folder, \
            Network() as network:
        hosts = [Host(kernel, name=f'host-{kernel}', network=network,
                      cpu=args.cpu, qemu=['stock', 'series'],
                      guests=['linux', 'witness'], emulator=serving)
                 for kernel in args.kernels]
        with boot(*hosts):
            names = [short(host.kernel.version) for host in hosts]
            print(f'\nHosts of Linux {", ".join(names)}, each with an '
                  f'emulated {args.cpu} and real KVM')
            heading('1. What these hosts have in common')
            path = make_pool(hosts, folder)

            tours = {}
            for number, (name, qemu, kind, options) in enumerate((
                    (f'stock QEMU {base}: a Linux guest', 'stock', 'linux',
                     lambda host: {}),
                    ('series and baseline: the Linux guest', 'series',
                     'linux', lambda host: pool.options(host, path)),
                    ('series and baseline: the witness', 'series',
                     'witness', lambda host: pool.options(host, path))), 2):
                heading(f'{number}. {name}')
                tours[name] = make_tour(hosts, qemu, kind, options)
            heading(f'Linux {" to ".join(names + names[:1])}, {args.cpu}')
            summary(tours)
    print()
    right = all(len(stops) == len(hosts) and stops[-1].good
                for stops in list(tours.values())[1:])
    if not right:
        print('A guest with the baseline did not come home whole; the reason '
              'is above.')
    return 0 if right else 1


def main():
    parser = command.parser('rig.demo.pool', __doc__)
    parser.add_argument('--kernels', nargs='+', metavar='KERNEL',
                        default=['7.3', '6.12', '6.1'],
                        help='of the hosts, in the order of the tour')
    parser.add_argument('--cpu', default=DEFAULT_CPU)
    args = parser.parse_args()
    return command.program('demo-pool', lambda: demo(args))


if __name__ == '__main__':
    sys.exit(main())
