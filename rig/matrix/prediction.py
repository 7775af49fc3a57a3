# SPDX-License-Identifier: GPL-2.0-or-later
"""Predict migrations from the recorded register lists.

standalone/cpreg-predict runs the pure core over two recorded lists, and prints
which registers the destination would refuse.  For a guest with a baseline,
kvm-arm-regs says whether both hosts fit it.  Predictions are made before
anything migrates, and hold only for the recorded kernels.
"""

import functools
import json
import re
import subprocess
from typing import NamedTuple, Optional

from rig import kvm_arm_regs, pool
from rig.base import reg_lists, standalone
from rig.base.errors import RigError
from rig.matrix.cases import (DECLINED, MIGRATED, POOL, REFUSED, VARIANTS,
                              of_series)
from rig.messages import fold, refused_registers


class Prediction(NamedTuple):
    """How a case should end: as `end` of cases.judge(), None if unknown.

    `refused` are the names of the registers, `why` is what a destination
    would say, or why nothing can be said.
    """
    verdict: Optional[str]
    refused: tuple = ()
    why: Optional[str] = None


def list_of(kernel, cpu, variant):
    """The recorded list of a host's vCPU, as this variant has it."""
    return reg_lists.read(reg_lists.list_name(kernel, cpu, [
        name for name in ('pmu', 'sve', 'pauth') if name in variant.has]))


def psci_of(its_list):
    """The PSCI version of a recorded vCPU."""
    row = its_list.find('PSCI_VERSION')
    # 0.2 is what kernels that do not list it have.
    return row.value if row else 2


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
    lists = [list_of(kernel, cpu, VARIANTS[case.variant])
             for kernel, cpu in case.hosts()]
    for each, kernel in zip(lists, (case.source, case.destination)):
        if each.version != versions[kernel]:
            raise RigError(f'{each.name} is of Linux {each.version}, the host '
                           f'has {versions[kernel]}; `make record-lists` '
                           'renews it')
    return lists


@functools.cache
def misfit(host, path):
    """Why a host, kernel and CPU, does not fit a baseline; None if it does.
    """
    return kvm_arm_regs.fits(pool.recorded(*host),
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
        newest = psci_of(destination)
        if psci > newest:
            return Question(None, Prediction(DECLINED, why=(
                f'PSCI 0x{psci:x} is asked for, 0x{newest:x} is the newest '
                'there')))
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


def predicted(lines):
    """{line: Prediction} for lines of cpreg-predict's input."""
    lines = sorted(set(lines))
    tool = standalone.tool('cpreg-predict')
    done = subprocess.run([tool, '--batch'], cwd=reg_lists.LISTS, check=False,
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
    answers = predicted(q.line for q in asked.values() if q.line)
    return {case: q.known or answers[q.line] for case, q in asked.items()}


def disagreement(record, prediction):
    """The prediction and the outcome, if they differ."""
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
