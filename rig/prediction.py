# SPDX-License-Identifier: GPL-2.0-or-later
"""What the recorded register lists let expect of a migration.

standalone/cpreg-predict runs the pure core over two recorded lists and tells
which registers a destination would refuse.  Of a guest with a baseline,
kvm-arm-regs tells whether both hosts fit it.  The prediction is made before
anything is migrated, and holds only for the kernels that were recorded.
"""

import functools
import json
import re
import subprocess
from typing import NamedTuple, Optional

from . import core, pool, regs_tool
from .cases import (DECLINED, MIGRATED, POOL, REFUSED, VARIANTS, fold,
                    of_series, refused_registers)
from .errors import RigError
from .record import LISTS, list_name


class Prediction(NamedTuple):
    """How a case should end: as `end` of cases.judge(), None if unknown.

    `refused` are the names of the registers, `why` is what a destination
    would say, or why nothing can be said.
    """
    verdict: Optional[str]
    refused: tuple = ()
    why: Optional[str] = None


class Recorded:
    """A recorded list: its file's name, its kernel, its PSCI version."""

    def __init__(self, kernel, cpu, variant):
        self.name = list_name(kernel, cpu, [
            name for name in ('pmu', 'sve', 'pauth') if name in variant.has])
        try:
            text = (LISTS / self.name).read_text(encoding='utf-8')
        except FileNotFoundError as err:
            raise RigError(f'{LISTS / self.name}: not there; '
                           '`make record-lists` records it') from err
        found = re.search(r'^# kernel: (\S+)', text, re.M)
        self.version = found and found.group(1)
        found = re.search(r'^\S+ (0x\S+) .*# PSCI_VERSION$', text, re.M)
        # 0.2 is what kernels that do not list it have.
        self.psci = int(found.group(1), 0) if found else 2

    def check(self, version):
        """RigError unless it is a list of this version of the kernel."""
        if self.version != version:
            raise RigError(f'{self.name} is of Linux {self.version}, the host '
                           f'has {version}; `make record-lists` renews it')


def psci_version(guest_cpu):
    """The number that a -cpu option asks for, None for KVM's own choice."""
    found = re.search(r'kvm-psci-version=(\d+)\.(\d+)', guest_cpu)
    return found and int(found.group(1)) << 16 | int(found.group(2))


class Question(NamedTuple):
    """What a case asks cpreg-predict, or what is known without it."""
    line: Optional[str]
    known: Optional[Prediction] = None


def recorded_lists(case, versions):
    """Of the two hosts; RigError unless they are of these versions."""
    lists = [Recorded(kernel, cpu, VARIANTS[case.variant])
             for kernel, cpu in case.hosts()]
    for recorded, kernel in zip(lists, (case.source, case.destination)):
        recorded.check(versions[kernel])
    return lists


@functools.cache
def misfit(host, path):
    """Why a host, kernel and CPU, does not fit a baseline; None if it does.
    """
    return regs_tool.fits(pool.recorded(*host),
                          path.read_text(encoding='utf-8'))


def question(case, versions, pools):
    """The Question of a case on kernels of these versions."""
    try:
        source, destination = recorded_lists(case, versions)
    except RigError as err:
        return Question(None, Prediction(None, why=str(err)))
    if case.qemu == POOL:
        for host in case.hosts():
            why = misfit(host, pools[case.variant])
            if why:
                return Question(None, Prediction(DECLINED, why=why))
        return Question(None, Prediction(MIGRATED))
    words = [source.name, destination.name]
    psci = psci_version(VARIANTS[case.variant].guest_cpu)
    if psci is not None:
        # A KVM's default is its newest.
        if psci > destination.psci:
            return Question(None, Prediction(DECLINED, why=(
                f'PSCI 0x{psci:x} is asked for, 0x{destination.psci:x} is '
                'the newest there')))
        words.append(f'PSCI_VERSION=0x{psci:x}')
    return Question(' '.join(words))


def answer(line):
    """The Prediction in a line of cpreg-predict's output."""
    try:
        said = json.loads(line)
        verdict = {'migrated': MIGRATED, 'refused': REFUSED}[said['verdict']]
        return Prediction(verdict, tuple(sorted(said['refused'])),
                          said['error'])
    except (ValueError, KeyError, TypeError) as err:
        raise RigError(f'cpreg-predict: not an answer: {line!r} ({err!r})'
                       ) from err


def ask(lines):
    """{line: Prediction} for lines of cpreg-predict's input."""
    lines = sorted(set(lines))
    tool = core.tool('cpreg-predict')
    done = subprocess.run([tool, '--batch'], cwd=LISTS, check=False,
                          text=True, capture_output=True,
                          input=''.join(f'{line}\n' for line in lines))
    answers = done.stdout.splitlines()
    if done.returncode or len(answers) != len(lines):
        raise RigError(f'{tool}: {len(answers)} answers to {len(lines)} '
                       f'questions, exit status {done.returncode}: '
                       f'{done.stderr.strip()}')
    return dict(zip(lines, map(answer, answers)))


def predict(cases, versions, pools=None):
    """{case: Prediction} of all cases of the series.

    A case whose kernels are not at hand in this run has none.  `pools` are
    the files with the baselines: {variant: path}.
    """
    asked = {case: question(case, versions, pools) for case in cases
             if of_series(case._asdict())
             and isinstance(versions[case.source], str)
             and isinstance(versions[case.destination], str)}
    answers = ask(q.line for q in asked.values() if q.line)
    return {case: q.known or answers[q.line] for case, q in asked.items()}


def disagreement(record, prediction):
    """What was predicted and what happened, if that is not the same."""
    if prediction.verdict is None:
        return f'no prediction: {prediction.why}'
    if prediction.verdict != record['end']:
        return (f'predicted {told(prediction.verdict, prediction.refused)}, '
                f'but {told(record["end"], _refused(record))}')
    if record['end'] != REFUSED:
        return None
    found, expected = set(_refused(record)), set(prediction.refused)
    texts = [f'{word} {fold(names)}' for word, names in (
        ('refused, not predicted:', found - expected),
        ('predicted, not refused:', expected - found)) if names]
    return '; '.join(texts) or None


def _refused(record):
    return (refused_registers(record.get('destination_stderr') or '')
            if record['end'] == REFUSED else ())


def told(verdict, registers):
    """A verdict and its registers, in words."""
    return verdict + (f' ({fold(registers)})' if registers else '')
