#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Record the register lists of real kernels.

    record.py                       every kernel of the catalogue, every CPU
    record.py 6.12 7.3 --cpu max    some of them
    record.py --check               write nothing; exit 1 where files differ

A host boots for every kernel and CPU, and rig/reglist tells in it what KVM
lists for a vCPU with each sum of features that this KVM offers.  The files
are tests/data/arm-kvm-reg-list/<series>-<cpu>-<features>.txt; one whose
content is the same is not touched.
"""

import argparse
import os
import pathlib
import subprocess
import sys
from typing import NamedTuple

if not __package__:
    # As a script: its own folder would hide the package of its name.
    sys.path[0] = str(pathlib.Path(__file__).resolve().parent.parent)

from rig import core, image, kernels, process  # noqa: E402
from rig.errors import RigError, say  # noqa: E402
from rig.host import Host, boot, emulator_path  # noqa: E402

LISTS = kernels.ROOT / 'tests' / 'data' / 'arm-kvm-reg-list'
SOURCE = image.HERE / 'reglist' / 'reglist.c'

# The word in the file's name, and the CPU of the host.  Of these only "max"
# has TCR2, S1PIE, SCTLR2, SVE and PAuth; QARMA would make it slow.
CPUS = {
    'neoverse-n1': 'neoverse-n1',
    'cortex-a57': 'cortex-a57',
    'cortex-a76': 'cortex-a76',
    'max': 'max,pauth-impdef=on',
}
SUMS = ('vregs', 'vregs+pmu', 'vregs+sve', 'vregs+pauth',
        'vregs+pmu+sve+pauth')

# The word for the CPU of a host.
WORDS = {cpu: word for word, cpu in CPUS.items()}


def list_name(kernel, cpu, features=('pmu',)):
    """The name of the file for a host's vCPU with these features."""
    return f'{kernel}-{WORDS[cpu]}-{"+".join(["vregs", *features])}.txt'


# reglist's exit status where the host's KVM lacks a feature of the sum.
FEATURE_MISSING = 3
# A host is busy with one CPU, and two is what the rig's machines have.
HOSTS = 2


class Job(NamedTuple):
    """One host's worth: a kernel and a CPU."""
    series: str
    cpu: str

    def __str__(self):
        return f'{self.series}-{self.cpu}'


def reglist_binary():
    """rig/reglist for the hosts, compiled if it changed."""
    return image.made(image.CACHE / 'reglist', SOURCE, lambda part: [
        image.CROSS + 'gcc', '-O2', '-Wall', '-Wextra', '-static', '-s',
        '-o', part, SOURCE])


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


def emulator_version():
    """The release of the hosts' emulator, "10.2.2"; CPUs differ by it."""
    text = image.tool([emulator_path(), '--version'])
    words = text.split()
    if words[:3] != ['QEMU', 'emulator', 'version']:
        raise RigError(f'{emulator_path()}: says "{text.strip()}", not '
                       'which QEMU it is')
    return words[3].split('-')[0]


def parse(text):
    """reglist's output: its "# name: value" lines, and its rows."""
    lines = text.splitlines()
    head = [line for line in lines if line.startswith('#')]
    rows = [tuple(line.split(' ')) for line in lines[len(head):]]
    if not head or not rows or any(len(row) != 3 for row in rows):
        raise RigError(f'reglist: {len(head)} lines of head, {len(rows)} '
                       'registers: not what it prints')
    return head, rows


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


def run_twice(host, features):
    """(head, rows) of a sum of features, or None if KVM lacks one."""
    runs = []
    for _ in range(2):
        result = host.run(f'reglist {features}', check=False)
        if result.status == FEATURE_MISSING:
            return None
        if result.status:
            raise host.failed(f'reglist {features} ended with '
                              f'{result.status}: {result.stderr.strip()}')
        runs.append(parse(result.stdout))
    if runs[0][0] != runs[1][0]:
        raise host.failed(f'reglist {features}: the head of two runs differs')
    return runs[0][0], merge(runs[0][1], runs[1][1])


def put(path, text, write):
    """Make the file's content `text`; what that meant, in a word."""
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
    """Records jobs; `changed` and `failed` say what became of them."""

    def __init__(self, total, write):
        self._helper = core.tool('cpreg-name')
        self._files = {'usr/bin/reglist': reglist_binary()}
        self._version = emulator_version()
        self._total, self._write = total, write
        self._done = 0
        self.changed = []
        self.failed = []

    def record(self, jobs):
        """Record jobs side by side; if one fails, each on its own."""
        try:
            with boot(*(Host(job.series, cpu=CPUS[job.cpu],
                             files=self._files) for job in jobs)) as hosts:
                found = [[(features, run_twice(host, features))
                          for features in SUMS] for host in hosts]
        except RigError as err:
            if len(jobs) > 1:
                say('RETRY', f'each on its own, since {err}')
                for job in jobs:
                    self.record([job])
                return
            self._done += 1
            self._fail(f'{jobs[0]}: {err}')
            return
        for job, lists in zip(jobs, found):
            self._done += 1
            self._keep(job, lists)

    def _fail(self, text):
        self.failed.append(text)
        say('FAILED', text)

    def _keep(self, job, lists):
        """Write the lists of a job, and say what is new in them."""
        said = []
        cpu = f'{CPUS[job.cpu]} (QEMU {self._version})'
        for features, recorded in lists:
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
    parser = argparse.ArgumentParser(
        description=__doc__.split('\n', maxsplit=1)[0])
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
    return process.program('record', lambda: record(args),
                           interrupted='; what was recorded stays')


if __name__ == '__main__':
    sys.exit(main())
