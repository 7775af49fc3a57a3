# SPDX-License-Identifier: GPL-2.0-or-later
"""Save and load of a guest with 1 to 512 vCPUs, stock and series.

On one emulated host a stopped guest is saved to a file and loaded by a new
QEMU: by stock QEMU, by the series and by the series without its handshake,
by turns.  What is measured, for each number of vCPUs:

- the ioctls for registers, which a library below QEMU counts
  (rig/preload/count.c): a trace would take time of its own, and sees no
  scratch vCPU;
- the size of the stream, and of the vCPUs' sections in it;
- how long QEMU takes to start, to save and to load, the latter two by the
  time of its own events.

Every result is appended to build/scale/results.jsonl; the next run continues
from there.
"""

import argparse
import collections
import contextlib
import functools
import os
import time

from rig import image
from rig.base import command, paths, tables, upstream
from rig.base.errors import GuestError, RigError, say, slow
from rig.base.store import Store, digest
from rig.guest import Guest
from rig.host import Host, boot
from rig.image import COMPARED
from rig.migration import CHECK_BEFORE_RAM
from rig.preload import count
from rig.scale import plot, report
from rig.streams.saved import SavedStream

BUILD = paths.BUILD / 'scale'
PAGE = paths.REPORTS / 'scale.rst'
PICTURE = PAGE.with_suffix('.svg')
KERNEL = '6.18'
# What is measured: a QEMU, and x-check-before-ram at the source.
MODES = {'stock': ('stock', None), 'series': ('series', True),
         'without handshake': ('series', False)}
SIZES = (1, 8, 64, 512)
MEMORY, SMP = '4G', 2
# Of a guest without a kernel; all of it is zero.
GUEST_MEMORY = '64M'
STATE, COUNTS = '/tmp/scale.state', '/tmp/scale.counts'
# So many vCPUs start within a limit of the rig.
USUAL = 32
LIMIT = 60
TRACE = '/tmp/scale.trace'


def rounds(size):
    """How often each mode is timed: once where it takes minutes."""
    return 1 if size > 100 else 3


@contextlib.contextmanager
def patience(size):
    """The rig's time limits, for a guest of so many vCPUs."""
    usual = os.environ.get('RIG_SLOW')
    os.environ['RIG_SLOW'] = str(slow() * max(1, size / USUAL))
    try:
        yield
    finally:
        if usual is None:
            del os.environ['RIG_SLOW']
        else:
            os.environ['RIG_SLOW'] = usual


# One save and one load


class Stopped:
    """A guest without a kernel, stopped, whose register ioctls are counted.

    start_ms   what its QEMU took until it answered
    """

    def __init__(self, host, mode, size, incoming=False):
        qemu, self._check = MODES[mode]
        self._host, self._seen, self._size = host, {}, size
        begin = time.monotonic()
        self.guest = Guest(
            host, qemu, None, smp=size, memory=GUEST_MEMORY,
            incoming=incoming, extra=('-S',),
            before=count.before(COUNTS))
        self.start_ms = (time.monotonic() - begin) * 1000

    def __enter__(self):
        states = {'events': True}
        if self._check is not None:
            states[CHECK_BEFORE_RAM] = self._check
        self.guest.capabilities(states)
        return self

    def __exit__(self, *unused):
        self.guest.close()

    def counts(self):
        """{ioctl: number} since the last call, of vCPUs and scratch vCPUs.

        RigError if fewer than all vCPUs were asked at all.
        """
        now = count.numbers(self._host.get(COUNTS))
        new = [(each - self._seen.get(fd, collections.Counter()))
               for fd, each in now.items()]
        self._seen = now
        asked = sum(any(each.values()) for each in new)
        if asked < self._size:
            raise RigError(f'{self.guest}: {asked} of {self._size} vCPUs '
                           'were asked for registers; does '
                           'QEMU load rig/preload/count.c?')
        return {name: sum(each[name] for each in new) for name in count.IOCTLS}

    def run(self, command, path):
        """A migration to or from a file; its milliseconds, by events."""
        before = len(self.guest.qmp_events)
        self.guest.qmp(command, uri=f'file:{path}')
        while True:
            # Before they are looked at: none is missed.
            known = len(self.guest.qmp_events)
            times = statuses(self.guest.qmp_events[before:])
            if 'failed' in times:
                raise GuestError(
                    f'{self.guest}: {command} failed: '
                    f'{self.guest.qmp("query-migrate").get("error-desc")}; '
                    f'stderr: {self.guest.stderr().strip()}')
            if 'completed' in times:
                return (times['completed'] - times['setup']) * 1000
            self.guest.wait_event('MIGRATION', LIMIT, known)


def statuses(events):
    """{status of a migration: when it was reached}, in seconds."""
    return {event['data']['status']:
            event['timestamp']['seconds']
            + event['timestamp']['microseconds'] / 1e6
            for event in events if event['event'] == 'MIGRATION'}


def section_bytes(data, size):
    """How much of a stream are the vCPUs' sections."""
    sections = [section for (name, *_), section
                in SavedStream(data).devices.items() if name == 'cpu']
    if len(sections) != size:
        raise RigError(f'{len(sections)} sections of vCPUs in the stream, '
                       f'not {size}')
    return sum(map(len, sections))


def measure(host, mode, size):
    """Save and load a guest: the facts."""
    with Stopped(host, mode, size) as source:
        facts = {'start_ms': source.start_ms,
                 'ioctls': {'start': source.counts()},
                 'save_ms': source.run('migrate', STATE)}
        facts['ioctls']['save'] = source.counts()
        info = source.guest.qmp('query-migrate')
    facts.update(total_ms=info['total-time'], downtime_ms=info['downtime'])
    data = host.get(STATE)
    facts.update(bytes=len(data), cpu_bytes=section_bytes(data, size))
    with Stopped(host, mode, size, incoming=True) as destination:
        destination.counts()
        facts.update(start_incoming_ms=destination.start_ms,
                     load_ms=destination.run('migrate-incoming', STATE))
        if destination.guest.status() not in ('prelaunch', 'paused'):
            raise GuestError(f'{destination.guest}: loaded, but '
                             f'{destination.guest.status()}')
        facts['ioctls']['load'] = destination.counts()
    # What else the machine did: processes that ran or waited to run.
    facts['machine_load'] = os.getloadavg()[0]
    return facts


def one_round(host, size, modes):
    """{mode: facts}, by turns."""
    found = {}
    with patience(size):
        for mode in modes:
            say('MEASURE', f'{size} vCPUs, {mode}')
            found[mode] = measure(host, mode, size)
    return found


# All of them

class Results(Store):
    """The results so far, of these QEMUs on this kernel."""

    def __init__(self, path, versions):
        self._versions = versions
        super().__init__(path, 'scale', ('key', 'versions', 'found'))

    def take(self, record):
        if record['versions'] == self._versions:
            super().take(record)

    def once(self, key, measure):
        """The result with this key, measured now if there is none."""
        record = self.get(key) or self.add(
            {'key': key, 'versions': self._versions, 'found': measure()})
        return record['found']

    def date(self):
        """Of the last of them."""
        return max(record['date'] for record in self.records)


def new_host(kernel):
    """A host with all that is measured aboard."""
    return Host(kernel, qemu=COMPARED, memory=MEMORY, smp=SMP,
                files=count.files())


def measure_all(host, sizes, results, modes=tuple(MODES), repeat=rounds):
    """{size: {mode: [facts of each round]}}

    `host` gives the booted host, once there is something to measure.  A
    round is kept as a whole: what else the machine did meanwhile shows in
    the times of all modes.
    """
    found = {size: {mode: [] for mode in modes} for size in sizes}
    for size, name in ((size, f'{size} vCPUs, round {number + 1}')
                       for size in sizes for number in range(repeat(size))):
        facts = results.once(
            name, lambda size=size: one_round(host(), size, modes))
        for mode in modes:
            found[size][mode].append(facts[mode])
    return found


def versions_of(kernel):
    """The versions that were measured."""
    return {'kernel': kernel, **{name: digest(image.qemu_path(name))
                                 for name in COMPARED}}


def publish(found, versions, date):
    """Renew the page and its picture."""
    tables.renew_page(PAGE, report.rst(found, versions, date))
    PICTURE.write_text(plot.svg(found, versions, date),
                       encoding='utf-8')
    for path in (PAGE, PICTURE):
        print(f'written  {path.relative_to(paths.ROOT)}')


def scale(args):
    sizes = sorted(set(args.sizes))
    if args.report and sizes != list(SIZES):
        raise RigError('--report: the page is about '
                       f'{", ".join(map(str, SIZES))} vCPUs; give no sizes')
    host = new_host(args.kernel)
    versions = versions_of(host.kernel.version)
    results = Results(BUILD / 'results.jsonl', versions)
    with contextlib.ExitStack() as stack:
        found = measure_all(
            functools.cache(lambda: stack.enter_context(boot(host))[0]),
            sizes, results)
    versions['base'] = upstream.version()
    print(f'\nLinux {versions["kernel"]}, QEMU {versions["base"]} and the '
          f'series on it\n\n{report.markdown(found)}\n')
    if args.report:
        publish(found, versions, results.date())
    return 0


def size_of(text):
    """A number of vCPUs that KVM can give a guest."""
    if not text.isdecimal() or not 1 <= int(text) <= SIZES[-1]:
        raise argparse.ArgumentTypeError(
            f'"{text}" vCPUs; KVM gives a guest 1 to {SIZES[-1]}')
    return int(text)


def main():
    parser = command.parser('rig.scale', __doc__)
    parser.add_argument('sizes', type=size_of, nargs='*', default=SIZES,
                        metavar='VCPUS', help='1 to 512; '
                        f'{" ".join(map(str, SIZES))} unless given')
    parser.add_argument('--kernel', default=KERNEL,
                        help='of the host, %(default)s unless given')
    parser.add_argument('--report', action='store_true',
                        help=f'renew {PAGE.relative_to(paths.ROOT)}')
    args = parser.parse_args()
    return command.program('scale', lambda: scale(args),
                           interrupted='; what is done is kept')
