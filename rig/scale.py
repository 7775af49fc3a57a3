#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Save and load of a guest with 1 to 512 vCPUs, stock and series.

On one emulated host a stopped guest is saved to a file and loaded by a new
QEMU: by stock QEMU, by the series and by the series without preflight, by
turns.  What is measured, for each number of vCPUs:

- the ioctls for registers, all of them and of the vCPU with the most, from
  QEMU's own trace; in a save and a load of their own, since a trace takes
  time;
- the size of the stream, and of the vCPUs' sections in it;
- how long QEMU takes to start, to save and to load, the latter two by the
  time of its own events.

Every result is kept in build/scale/results.jsonl, so that a run goes on where
another one ended.
"""

import argparse
import collections
import contextlib
import json
import os
import pathlib
import re
import sys
import time

if not __package__:
    # As a script: its own folder would hide the package of its name.
    sys.path[0] = str(pathlib.Path(__file__).resolve().parent.parent)

from rig import image, process                      # noqa: E402
from rig.cases import QEMUS                                 # noqa: E402
from rig.errors import GuestError, RigError, say, slow      # noqa: E402
from rig.guest import Guest                                 # noqa: E402
from rig.host import Host, boot                             # noqa: E402
from rig.ioctls import (MODES, NAMES, count,                # noqa: E402
                        trace_options)
from rig.migration import PREFLIGHT                         # noqa: E402
from rig.results import digest                              # noqa: E402

sys.path.append(str(image.ROOT / 'tests' / 'avocado'))
# pylint: disable=wrong-import-position,wrong-import-order
from saved_stream import SavedStream                        # noqa: E402

BUILD = image.BUILD / 'scale'
KERNEL = '6.18'
SIZES = (1, 8, 64, 512)
MEMORY, SMP = '4G', 2
# Of a guest without a kernel; all of it is zero.
GUEST_MEMORY = '64M'
AGAIN = '/tmp/scale.again'
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
    """A guest without a kernel, stopped, and what it took to start."""

    def __init__(self, host, mode, size, incoming=False, traced=False):
        qemu, self._preflight = MODES[mode]
        self._host, self._traced, self._seen = host, traced, 0
        if traced:
            host.run(f'rm -f {TRACE}')
        begin = time.monotonic()
        self.guest = Guest(
            host, qemu, None, smp=size, memory=GUEST_MEMORY,
            incoming=incoming,
            extra=('-S', *(trace_options(TRACE) if traced else ())))
        self.start_ms = (time.monotonic() - begin) * 1000

    def __enter__(self):
        states = {'events': True}
        if self._preflight is not None:
            states[PREFLIGHT] = self._preflight
        self.guest.qmp('migrate-set-capabilities', capabilities=[
            {'capability': name, 'state': state}
            for name, state in states.items()])
        self.start_counts = self.counted()
        return self

    def __exit__(self, *unused):
        self.guest.close()

    def counted(self):
        """{vCPU: Counter of requests} since the last call."""
        if not self._traced:
            return {}
        size = int(self._host.run(f'wc -c <{TRACE}').stdout)
        text = self._host.run(
            f'tail -c +{self._seen + 1} {TRACE} | '
            f'head -c {size - self._seen} | '
            "sed -n 's/.*\\(kvm_vcpu_ioctl cpu_index [0-9]*, type "
            "0x[0-9a-f]*\\),.*/\\1/p' | "
            "awk '{n[$0]++} END {for (i in n) print n[i], i}'",
            timeout=300).stdout
        self._seen = size
        return parse_counts(text)

    def run(self, command, uri):
        """A migration to or from a file; its milliseconds, by events."""
        before = len(self.guest.qmp_events)
        self.guest.qmp(command, uri=uri)
        while True:
            # Before they are looked at: none is missed.
            known = len(self.guest.qmp_events)
            times = statuses(self.guest.qmp_events[before:])
            if 'failed' in times:
                raise GuestError(
                    f'{self.guest}: {command} {uri} failed: '
                    f'{self.guest.qmp("query-migrate").get("error-desc")}; '
                    f'stderr: {self.guest.stderr().strip()}')
            if 'completed' in times:
                return (times['completed'] - times['setup']) * 1000
            self.guest.wait_event('MIGRATION', LIMIT, known)


def parse_counts(text):
    """The ioctls of a trace, of which equal lines were counted."""
    found = collections.defaultdict(collections.Counter)
    for number, line in re.findall(r'^(\d+) (.*)$', text, re.M):
        for cpu, requests in count(f'{line}, ').items():
            for request in requests:
                found[cpu][request] += int(number)
    return dict(found)


def statuses(events):
    """{status of a migration: when it was reached}, in seconds."""
    return {event['data']['status']:
            event['timestamp']['seconds']
            + event['timestamp']['microseconds'] / 1e6
            for event in events if event['event'] == 'MIGRATION'}


def summed(found, size):
    """{request: [of all vCPUs, of the one with the most]}"""
    if sorted(found) != list(range(size)):
        raise RigError(f'the trace has ioctls of {len(found)} vCPUs, not of '
                       f'all {size}; is kvm_vcpu_ioctl traced?')
    return {name: [sum(each[request] for each in found.values()),
                   max(each[request] for each in found.values())]
            for request, name in NAMES.items()}


def state(mode, size):
    """Where a host has the saved guest."""
    return f'/tmp/{mode.replace(" ", "-")}-{size}.state'


def loads(destination, path):
    """Load a saved guest; the milliseconds."""
    spent = destination.run('migrate-incoming', f'file:{path}')
    if destination.guest.status() not in ('prelaunch', 'paused'):
        raise GuestError(f'{destination.guest}: loaded, but '
                         f'{destination.guest.status()}')
    return spent


def timed(host, mode, size):
    """Times and bytes of a save and of a load."""
    path = state(mode, size)
    with Stopped(host, mode, size) as source:
        save = source.run('migrate', f'file:{path}')
        info = source.guest.qmp('query-migrate')
        start = source.start_ms
    data = host.get(path)
    sections = [section for (name, *_), section
                in SavedStream(data).devices.items() if name == 'cpu']
    if len(sections) != size:
        raise RigError(f'{len(sections)} sections of vCPUs in the stream, '
                       f'not {size}')
    with Stopped(host, mode, size, incoming=True) as destination:
        spent = loads(destination, path)
        return {'start_ms': start, 'save_ms': save,
                'total_ms': info['total-time'],
                'downtime_ms': info['downtime'], 'bytes': len(data),
                'cpu_bytes': sum(map(len, sections)),
                'start_incoming_ms': destination.start_ms, 'load_ms': spent}


def counted(host, mode, size):
    """Ioctls of a start, a load, and a save of what was loaded."""
    path = state(mode, size)
    if host.run(f'[ -s {path} ]', check=False).status:
        # It was timed in another run.
        with Stopped(host, mode, size) as source:
            source.run('migrate', f'file:{path}')
    with Stopped(host, mode, size, incoming=True, traced=True) as guest:
        loads(guest, path)
        found = {'start': guest.start_counts, 'load': guest.counted()}
        guest.run('migrate', f'file:{AGAIN}')
        found['save'] = guest.counted()
    return {phase: summed(counts, size) for phase, counts in found.items()}


# All of them

class Results:
    """One line of JSON for each result, of these QEMUs on this kernel."""

    def __init__(self, path, versions):
        self._path, self._versions, self.found = path, versions, {}
        if path.exists():
            for line in path.read_text(encoding='utf-8').splitlines():
                with contextlib.suppress(ValueError, KeyError):
                    record = json.loads(line)
                    if record['versions'] == versions:
                        self.found[record['key']] = record

    def once(self, name, measure):
        """What is known by this name, or else is measured now."""
        if name not in self.found:
            self.found[name] = {
                'key': name, 'date': time.strftime('%Y-%m-%d'),
                'versions': self._versions, 'found': measure()}
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with open(self._path, 'a', encoding='utf-8') as file:
                file.write(json.dumps(self.found[name]) + '\n')
        return self.found[name]['found']


def measure_all(host, sizes, results, modes=tuple(MODES), repeat=rounds):
    """{size: {mode: {'times': [of each round], 'ioctls': {phase: ...}}}}"""
    found = {}
    for size in sizes:
        found[size] = {mode: {'times': []} for mode in modes}
        with patience(size):
            for number in range(repeat(size)):
                for mode in modes:
                    say('TIME', f'{size} vCPUs, {mode}, round {number + 1} '
                        f'of {repeat(size)}')
                    found[size][mode]['times'].append(results.once(
                        f'{size} {mode} times {number}',
                        lambda mode=mode: timed(host, mode, size)))
            for mode in modes:
                say('COUNT', f'{size} vCPUs, {mode}')
                found[size][mode]['ioctls'] = results.once(
                    f'{size} {mode} ioctls',
                    lambda mode=mode: counted(host, mode, size))
    return found


def versions(kernel):
    """What the results are results of."""
    return {'kernel': kernel, **{name: digest(image.qemu_path(name))
                                 for name in QEMUS}}


def scale(args):
    host = Host(args.kernel, qemu=QEMUS, memory=MEMORY, smp=SMP)
    results = Results(BUILD / 'results.jsonl', versions(host.kernel.version))
    with boot(host):
        found = measure_all(host, args.sizes, results)
    print(json.dumps(found, indent=1))
    return 0


def main():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('sizes', type=int, nargs='*', default=SIZES,
                        metavar='VCPUS', help='1 8 64 512 unless given')
    parser.add_argument('--kernel', default=KERNEL,
                        help='of the host, %(default)s unless given')
    args = parser.parse_args()
    return process.program('scale', lambda: scale(args))


if __name__ == '__main__':
    sys.exit(main())
