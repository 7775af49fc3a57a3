# SPDX-License-Identifier: GPL-2.0-or-later
"""Count the register ioctls of a save and of a load, on real KVM.

Stock and series side by side: a witness guest is stopped, saved to a file and
loaded by a new QEMU, on one emulated host.  QEMU's own trace shows its ioctls.
Exit status 0 only if the series reads at most as many registers at save, and
writes at most as many at load, as KVM lists, and at load reads no more than it
writes: each register once.

The trace shows the ioctl, not the register.  A total within the list's length
proves that the list was not moved twice.  It cannot exclude that one register
was moved twice and another one not at all.
"""

import collections
import itertools
import json
import re
import time
from typing import NamedTuple

from rig import kvm_arm_regs
from rig.base import command, tables
from rig.base.errors import Deadline, GuestError, RigError
from rig.guest import Guest
from rig.host import Host, boot
from rig.image import COMPARED
from rig.migration import wait_source

# The request numbers of Linux's uapi headers.
GET_REG_LIST, GET_ONE_REG, SET_ONE_REG = 0xc008aeb0, 0x4010aeab, 0x4010aeac
NAMES = {GET_REG_LIST: 'KVM_GET_REG_LIST', GET_ONE_REG: 'KVM_GET_ONE_REG',
         SET_ONE_REG: 'KVM_SET_ONE_REG'}
KERNEL, CPUS = '6.18', 2
LIMIT = 60
_numbers = itertools.count(1)


class Counts(NamedTuple):
    """A QEMU's {request: number}, of the vCPU that needed most."""
    save: dict
    load: dict


def count(text):
    """{vCPU: Counter of requests} in a trace."""
    found = collections.defaultdict(collections.Counter)
    for cpu, request in re.findall(
            r'^(?:\S*@\S* )?kvm_vcpu_ioctl cpu_index (\d+), '
            r'type (0x[0-9a-f]+)', text, re.M):
        found[int(cpu)][int(request, 16)] += 1
    return found


def most(found):
    """The greatest number of each request that a single vCPU made."""
    if sorted(found) != list(range(CPUS)):
        raise RigError(f'the trace has ioctls of the vCPUs {sorted(found)}, '
                       f'not of all {CPUS}; is kvm_vcpu_ioctl traced?')
    return {request: max(each[request] for each in found.values())
            for request in NAMES}


class Traced:
    """A guest whose QEMU writes a trace, which is read in pieces."""

    def __init__(self, host, qemu, incoming=False):
        self._host, self._seen = host, 0
        self._path = f'/tmp/{next(_numbers)}.trace'
        self.guest = Guest(
            host, qemu, 'witness', pmu=True, memory='64M', smp=CPUS,
            incoming=incoming, extra=(
                *(['-S'] if incoming else []),
                '-trace', 'kvm_vcpu_ioctl', '-D', self._path))

    def news(self):
        """What was traced since the last call."""
        text = self._host.get(self._path).decode(errors='replace')
        new, self._seen = text[self._seen:], len(text)
        return new


def loaded(guest):
    """Wait until a destination has loaded its guest, which it stops."""
    limit = Deadline(LIMIT)
    while guest.status() == 'inmigrate':
        if limit.over():
            raise GuestError(f'{guest}: not loaded within {limit.limit:.0f} '
                             's')
        time.sleep(0.1)


def measure(host, qemu):
    """Save and load a guest with a QEMU; its Counts."""
    state = f'/tmp/{next(_numbers)}.state'
    source = Traced(host, qemu)
    with source.guest as guest:
        guest.wait_up()
        # To stop the vCPUs reads their virtual time, which is no save.
        guest.qmp('stop')
        source.news()
        guest.qmp('migrate', uri=f'file:{state}')
        info = wait_source(guest, Deadline(LIMIT))
        if info['status'] != 'completed':
            raise GuestError(f'{guest}: not saved: {info}')
        save = most(count(source.news()))
    destination = Traced(host, qemu, incoming=True)
    with destination.guest as guest:
        destination.news()
        guest.qmp('migrate-incoming', uri=f'file:{state}')
        loaded(guest)
        load = most(count(destination.news()))
        guest.qmp('cont')
        guest.check()
    return Counts(save, load)


def listed(host):
    """Indexes of what KVM lists for a vCPU with a PMU."""
    text = kvm_arm_regs.run(host, 'dump --all').stdout
    return [int(row['index'], 0) for row in json.loads(text)['registers']]


def measure_all(kernel=KERNEL, qemus=COMPARED):
    """(indexes of what KVM lists, {QEMU: Counts}), on the rig's usual CPU.

    It has neither SVE nor PAuth, so the witness's vCPU has all that is listed.
    """
    with boot(Host(kernel, qemu=COMPARED, guests=['witness'])) as (host,):
        return listed(host), {qemu: measure(host, qemu) for qemu in qemus}


def excess(indexes, counts):
    """Excess over one read at save and one write at load a register."""
    return [f'{NAMES[request]} at {phase}: {numbers[request]}, {due} are due'
            for phase, numbers, request, due in (
                ('save', counts.save, GET_ONE_REG, len(indexes)),
                ('load', counts.load, SET_ONE_REG, len(indexes)),
                ('load', counts.load, GET_ONE_REG, counts.load[SET_ONE_REG]))
            if numbers[request] > due]


def table(found):
    """The counts, as Markdown."""
    rows = [['ioctls of a vCPU'] + [f'{qemu}, {phase}' for phase in
                                    Counts._fields for qemu in found]]
    for request, name in NAMES.items():
        rows.append([name] + [
            str(getattr(counts, phase)[request])
            for phase in Counts._fields for counts in found.values()])
    return '\n'.join(tables.markdown_table(rows))


def ioctls(args):
    indexes, found = measure_all(args.kernel)
    print(f'\nLinux {args.kernel}, PMU on: KVM lists {len(indexes)} '
          f'registers\n\n{table(found)}\n')
    wrong = excess(indexes, found['series'])
    for text in wrong:
        print(f'more than once: {text}')
    return 1 if wrong else 0


def main():
    parser = command.parser('rig.ioctls', __doc__)
    parser.add_argument('--kernel', default=KERNEL,
                        help='of the host, %(default)s unless given')
    args = parser.parse_args()
    return command.program('ioctls', lambda: ioctls(args))
