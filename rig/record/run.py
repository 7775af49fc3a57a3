# SPDX-License-Identifier: GPL-2.0-or-later
"""Record the register lists of real kernels.

    python3 -m rig.record                     every kernel, every CPU
    python3 -m rig.record 6.12 7.3 --cpu max  some of them
    python3 -m rig.record --check             write nothing; exit 1 where
                                              files differ

A host boots for every kernel and CPU.  For each sum of features that its KVM
offers, `kvm-arm-regs dump --all` prints what KVM lists for a vCPU.  The files
are tests/data/arm-kvm-reg-list/<series>-<cpu>-<features>.txt.  A file with the
same content is not touched.
"""

import os
import subprocess
from typing import NamedTuple

from rig import emulator
from rig.base import command, kernels, standalone
from rig.base.errors import RigError, say
from rig.base.reg_lists import CPUS, LISTS
from rig.host import Host, boot, emulator_path
from rig.record import lists

SUMS = ('vregs', 'vregs+pmu', 'vregs+sve', 'vregs+pauth',
        'vregs+pmu+sve+pauth')

# An emulated host uses one CPU.  The rig's machines have two.
HOSTS = 2


class Job(NamedTuple):
    """What one host records: a kernel and a CPU."""
    series: str
    cpu: str

    def __str__(self):
        return f'{self.series}-{self.cpu}'


def names_of(indexes, helper):
    """{index: name} for the text of indexes."""
    indexes = sorted(set(indexes))
    done = subprocess.run(
        [helper], input=''.join(f'{i}\n' for i in indexes), text=True,
        capture_output=True, check=False)
    names = done.stdout.splitlines()
    if done.returncode or len(names) != len(indexes):
        raise RigError(f'{helper}: {len(names)} names for {len(indexes)} '
                       f'registers, exit status {done.returncode}: '
                       f'{done.stderr.strip()}')
    return dict(zip(indexes, names))


def merge(first, second):
    """Rows of two runs as one: "-" for a value that is not the same twice.

    Counters, that is.  Anything else that differs is an error.
    """
    keys = [[(row[0], row[2]) for row in rows] for rows in (first, second)]
    if keys[0] != keys[1]:
        differ = sorted({key[0] for key in set(keys[0]) ^ set(keys[1])})
        raise RigError('two runs on one host differ in the registers or '
                       f'their masks: {" ".join(differ)}')
    return [(a[0], a[1] if a[1] == b[1] else '-', a[2])
            for a, b in zip(first, second)]


def render(cpu, head, rows, names):
    """The content of a file."""
    lines = [f'# cpu: {cpu}', *head]
    lines += [f'{" ".join(row)} # {names[row[0]]}' for row in rows]
    return ''.join(f'{line}\n' for line in lines)


def run_twice(host, offers, features):
    """(head, rows) of a sum of features, or None if KVM lacks one."""
    if not lists.has(offers, features):
        return None
    first, second = [lists.run(host, features) for _ in range(2)]
    if first[0] != second[0]:
        raise host.failed(f'{features}: the head of two dumps differs')
    return first[0], merge(first[1], second[1])


def run_all(host):
    """[(features, result of run_twice())] of a host."""
    offers = lists.offered(host)
    return [(features, run_twice(host, offers, features))
            for features in SUMS]


def put(path, text, write):
    """Give the file this content; "unchanged", "changed" or "new"."""
    try:
        old = path.read_text(encoding='utf-8')
    except FileNotFoundError:
        old = None
    if old == text:
        return 'unchanged'
    if write:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f'.{path.name}.{os.getpid()}')
        try:
            part.write_text(text, encoding='utf-8')
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    return 'new' if old is None else 'changed'


class Recorder:
    """Records jobs; `changed` names files, `failed` has errors."""

    def __init__(self, total, write):
        self._helper = standalone.tool('cpreg-name')
        # CPUs differ by it.
        self._version = emulator.version(emulator_path())
        self._total, self._write = total, write
        self._done = 0
        self.changed = []
        self.failed = []

    def record(self, jobs):
        """Record jobs side by side; if one fails, each on its own."""
        try:
            with boot(*(Host(job.series, cpu=CPUS[job.cpu])
                        for job in jobs)) as hosts:
                found = [run_all(host) for host in hosts]
        except RigError as err:
            if len(jobs) > 1:
                say('RETRY', f'each on its own, since {err}')
                for job in jobs:
                    self.record([job])
                return
            self._done += 1
            self._fail(f'{jobs[0]}: {err}')
            return
        for job, recorded in zip(jobs, found):
            self._done += 1
            self._keep(job, recorded)

    def _fail(self, text):
        self.failed.append(text)
        say('FAILED', text)

    def _keep(self, job, found):
        """Write the lists of a job, and report what changed."""
        said = []
        cpu = f'{CPUS[job.cpu]} (QEMU {self._version})'
        for features, recorded in found:
            path = LISTS / f'{job}-{features}.txt'
            if recorded is None:
                if path.exists():
                    self._fail(f'{path.name}: stands there, but this host '
                               'does not offer these features any more; '
                               'remove it if that is right')
                continue
            head, rows = recorded
            names = names_of([row[0] for row in rows], self._helper)
            word = put(path, render(cpu, head, rows, names), self._write)
            if word != 'unchanged':
                self.changed.append(path.name)
            said.append(f'{features} {len(rows)} ({word})')
        say('LISTS', f'[{self._done}/{self._total}] {job}: '
            + ', '.join(said))


def arguments():
    parser = command.parser('rig.record', __doc__)
    parser.add_argument('series', nargs='*',
                        help='default: ' + ' '.join(kernels.CATALOGUE))
    parser.add_argument('--cpu', choices=list(CPUS), action='append',
                        help='default: all of them')
    parser.add_argument('--check', action='store_true',
                        help='write nothing; exit 1 where files differ')
    return parser.parse_args()


def record(args):
    """Record what was asked for; the exit status."""
    jobs = [Job(kernels.series_of(series), cpu)
            for series in args.series or kernels.CATALOGUE
            for cpu in args.cpu or CPUS]
    recorder = Recorder(len(jobs), not args.check)
    for at in range(0, len(jobs), HOSTS):
        recorder.record(jobs[at:at + HOSTS])
    for name in recorder.changed:
        print(f'{"differs" if args.check else "written"}  {name}')
    for text in recorder.failed:
        print(f'failed   {text}')
    print(f'{len(jobs)} hosts, {len(recorder.changed)} lists '
          f'{"differ" if args.check else "written"}, '
          f'{len(recorder.failed)} failed')
    return 1 if recorder.failed or (args.check and recorder.changed) else 0


def main():
    args = arguments()
    return command.program('record', lambda: record(args),
                           interrupted='; what was recorded stays')
