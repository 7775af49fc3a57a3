# SPDX-License-Identifier: GPL-2.0-or-later
"""The demo: one guest, two kernels, stock QEMU and the series side by side.

A Linux guest that counts is migrated live from host A to host B, first with
stock QEMU, then with the series; a third run with the witness guest compares
the registers.  Exit status 0 only if the series' guest really ran on B.
"""

import re
import textwrap
import time

from rig import emulator
from rig.base import command, progress
from rig.base.errors import Deadline, GuestError
from rig.base.paths import ROOT
from rig.guest import Guest
from rig.host import DEFAULT_CPU, Host, boot
from rig.migration import LOST, MIGRATED, migrate
from rig.network import Network

WIDTH = 78
OUTCOMES = {'migrated': 'runs on B', 'refused': 'refused, runs on A',
            'lost': 'LOST: runs nowhere'}


def show(label, text):
    """A labelled paragraph, folded to the width of a terminal."""
    progress.clear()
    for line in text.splitlines() or ['']:
        print(textwrap.fill(line, WIDTH, initial_indent=f'  {label:<14} ',
                            subsequent_indent=' ' * 17), flush=True)
        label = ''


def heading(text):
    progress.clear()
    print(f'\n{text}\n{"-" * len(text)}', flush=True)


def short(version):
    """6.12.107 of 6.12.107+deb13-cloud-arm64."""
    return re.match(r'[\d.]+(-rc\d+)?', version).group()


def messages(stderr):
    """QEMU's own messages, without its name; and its trace lines."""
    said, traced = [], []
    for line in stderr.splitlines():
        name, mark, text = line.partition(': ')
        if line.startswith('arm_cpreg_'):
            traced.append(line.split(' ', 1)[1])
        else:
            said.append(text if mark and 'qemu' in name else line)
    return said, traced


def counted(guest):
    """The ticks that a guest printed in this QEMU, first and last."""
    ticks = [int(n) for n in re.findall(r'^tick (\d+)\n', guest.serial(),
                                        re.M)]
    return (ticks[0], ticks[-1]) if ticks else None


def count_on(guest, more, seconds=20):
    """Let a running guest count some more."""
    start = guest.ticks()
    limit = Deadline(seconds, f'{guest} counts to {start + more}',
                     every=seconds)
    while guest.alive() and not limit.over():
        limit.part = (guest.ticks() - start) / more
        if limit.part >= 1:
            break
        time.sleep(0.1)


def one_run(hosts, qemu, kind):
    """Migrate one guest; (result, ticks on A, ticks on B, witness)."""
    trace = ('-trace', 'arm_cpreg_tolerated') if qemu == 'series' else ()
    with Guest(hosts[0], qemu, kind) as source, \
            Guest(hosts[1], qemu, kind, incoming=True,
                  extra=trace) as destination:
        source.wait_up()
        count_on(source, 4)
        if kind == 'witness':
            show('A', source.check())
        result = migrate(source, destination)
        witness = None
        if result.outcome == MIGRATED:
            count_on(destination, 4)
            if kind == 'witness':
                witness = destination.check()
                show('B', witness)
        return result, counted(source), counted(destination), witness


def tell(result, on_a, on_b):
    """What both sides said, and where the guest counts."""
    said, traced = messages(result.destination_stderr)
    show('A says', result.source_status
         + (f': {result.source_error}' if result.source_error else ''))
    show('B says', '\n'.join(said) or '(nothing)')
    for line in traced:
        show('B traced', line)
    show('guest on A', f'tick {on_a[0]} ... tick {on_a[1]}')
    show('guest on B', f'tick {on_b[0]} ... tick {on_b[1]}, counting'
         if on_b else '(not a word)')
    show('', f'=> {OUTCOMES[result.outcome]}')


def reason(said):
    """The reason in a destination's message, without the words around it."""
    if not said:
        return '-'
    found = re.search(r'on this host: (.*)', said[0])
    text = found.group(1) if found else said[0].split(': error while')[0]
    text = re.sub(r' \(0x[0-9a-f]+\)', '', text)
    return re.split(r'; |: KVM|, and ', text)[0]


def cell(result, on_b, witness):
    """The column of one QEMU in the table at the end."""
    said = messages(result.destination_stderr)[0]
    yield OUTCOMES[result.outcome]
    yield result.source_status
    yield reason(said)
    yield f'{on_b[0]} to {on_b[1]}' if on_b else 'none'
    yield f'{result.sent() / 1e6:.1f} MB'
    yield (f'{result.downtime} ms' if result.outcome == MIGRATED else '-')
    yield witness or '-'


# The rows of the table at the end.
ROWS = ('', 'guest after the migration', 'source says', 'destination says',
        'ticks seen on B', 'sent', 'downtime', 'registers compared on B')


def table(rows, columns):
    """The side-by-side table, as Markdown that reads well as it is."""
    fold = 27
    lines = []
    for row in zip(rows, *columns):
        parts = [textwrap.wrap(text, fold) or [''] for text in row]
        for at in range(max(map(len, parts))):
            lines.append([p[at] if at < len(p) else '' for p in parts])
        if not row[0]:
            lines.append(None)
    widths = [max(len(line[i]) for line in lines if line)
              for i in range(len(columns) + 1)]
    for line in lines:
        if line is None:
            print('|' + '|'.join('-' * (w + 2) for w in widths) + '|')
        else:
            print('|' + '|'.join(f' {text:<{width}} ' for text, width
                                 in zip(line, widths)) + '|')


def demo(args):
    base = (ROOT / 'build/qemu/VERSION').read_text().strip()
    serving = emulator.provide(args.cpu)
    emulator.tell(serving)
    network = Network()
    with network as net:
        hosts = [Host(kernel, name=name, network=net, cpu=args.cpu,
                      qemu=['stock', 'series'], guests=['linux', 'witness'],
                      emulator=serving)
                 for kernel, name in ((args.source, 'A'),
                                      (args.destination, 'B'))]
        with boot(*hosts):
            names = [short(host.kernel.version) for host in hosts]
            print(f'\nHost A: Linux {names[0]}   host B: Linux {names[1]}   '
                  f'CPU of both: {args.cpu}, KVM in both')

            heading(f'1. Stock QEMU {base}: a Linux guest moves from A to B')
            stock = one_run(hosts, 'stock', 'linux')
            tell(*stock[:3])

            heading(f'2. The same with the series on QEMU {base}')
            series = one_run(hosts, 'series', 'linux')
            tell(*series[:3])

            witness = None
            if series[0].outcome == MIGRATED:
                heading('3. The series again: the witness guest compares '
                        'its registers')
                try:
                    witness = one_run(hosts, 'series', 'witness')[3]
                except GuestError as err:
                    show('witness', str(err))

    heading(f'Linux {names[0]} -> {names[1]}, {args.cpu}, guest of 256 MiB')
    table(ROWS, [
        [f'stock QEMU {base}', *cell(stock[0], stock[2], None)],
        [f'{base} with the series', *cell(series[0], series[2], witness)]])
    print()
    if series[0].outcome == MIGRATED and witness:
        return 0
    if series[0].outcome == LOST:
        print('The guest was lost.')
    elif series[0].outcome != MIGRATED:
        print('The destination refused the guest; its reason is above.')
    else:
        print('The witness found a difference; it is above.')
    return 1


def main():
    parser = command.parser('rig.demo', __doc__)
    parser.add_argument('--source', default='6.12', metavar='KERNEL')
    parser.add_argument('--destination', default='6.18', metavar='KERNEL')
    parser.add_argument('--cpu', default=DEFAULT_CPU)
    args = parser.parse_args()
    return command.program('demo', lambda: demo(args))
