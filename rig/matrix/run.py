# SPDX-License-Identifier: GPL-2.0-or-later
"""The migration matrix: every pair of kernels, both ways, both QEMUs.

In a third column guests of the series have the baseline of a pool, made from
recorded register lists.  Each case migrates the witness between two emulated
hosts and is judged by the guest's outcome.  The return path is on for both
QEMUs, as with libvirt: without it a source does not learn of a refusal.
Results of the series are compared with predictions from the recorded lists.

Facts are appended to build/matrix/results.jsonl; another run does only what is
missing for these kernels and binaries.  Exit status 0 only if no case broke,
the series lost and damaged no guest and refused none on the list alone, and
every prediction was right.
"""

import contextlib
import fcntl
import json
import os
import time

from rig import pool
from rig.base import command, kernels, paths
from rig.base.errors import RigError, say
from rig.base.upstream import BaseError
from rig.host import Host, boot
from rig.matrix import cases, heatmap, prediction, summary
from rig.matrix.cases import COLUMNS, ERROR, VARIANTS
from rig.matrix.results import (Binaries, Rebuilt, Results, digest,
                                kernel_versions)
from rig.matrix.run_case import POOLS, run_case
from rig.network import Network

BUILD = paths.BUILD / 'matrix'
LOG = BUILD / 'rig.log'


# The cases of two hosts

def boot_pair(stack, pair, qemus):
    """Two fresh hosts on a network of their own; they end with the stack."""
    network = stack.enter_context(Network())
    return stack.enter_context(boot(*(
        Host(kernel, cpu=cpu, network=network, qemu=qemus,
             guests=['witness']) for kernel, cpu in pair)))


def failure(err):
    """The facts of a case that broke."""
    return {'end': ERROR, 'reason': str(err)}


def run_until_broken(booted, queue, tried, keep, over):
    """Run cases of the queue until one breaks: its hosts may be broken too.

    A case that broke before leaves the queue as an error, another stays.
    booted: {what Case.hosts() says: source's host and destination's host}
    """
    while queue and not over():
        case, began = queue[0], time.monotonic()
        try:
            facts = run_case(booted[case.hosts()], case)
        except (RigError, OSError) as err:
            say('BROKE', f'{case}: {err}')
            if case in tried:
                keep(queue.pop(0), failure(err), time.monotonic() - began)
            tried.add(case)
            return
        keep(queue.pop(0), facts, time.monotonic() - began)


def run_group(pair, members, keep, over):
    """Run the cases of two hosts until `over()`.

    keep(case, facts, seconds) takes each result.  A case that breaks is run
    once more, on fresh hosts; broken again it is an error, and the others
    go on.  Hosts that twice do not come up are an error of all the rest.
    """
    queue, tried, down = list(members), set(), 0
    qemus = sorted({case.binary for case in members})
    while queue and not over():
        with contextlib.ExitStack() as stack:
            try:
                hosts = boot_pair(stack, pair, qemus)
            except (RigError, OSError) as err:
                say('BROKE', str(err))
                down += 1
                while down > 1 and queue:
                    keep(queue.pop(0), failure(err), 0)
                continue
            down = 0
            run_until_broken({pair[::-1]: hosts[::-1], pair: hosts}, queue,
                             tried, keep, over)


# All of them

class Progress:
    """A line for each case, with an estimate of the time left."""

    def __init__(self, todo, pairs, limit=None):
        self.todo, self.pairs = todo, pairs
        self.limit = limit
        self.start = time.monotonic()
        self.done = self.begun = 0
        self.busy = 0.0

    def over(self):
        return (self.limit is not None and
                time.monotonic() - self.start > self.limit * 60)

    def left(self):
        """Seconds left: for cases, and for what their hosts cost."""
        hosts = max(0, time.monotonic() - self.start - self.busy)
        return (self.busy / self.done * (self.todo - self.done)
                + hosts / self.begun * (self.pairs - self.begun))

    def tell(self, case, facts, seconds):
        self.done += 1
        self.busy += seconds
        outcome = cases.judge({**case._asdict(), **facts})
        why = facts.get('reason') if outcome == ERROR else None
        print(f'[{self.done}/{self.todo}] {case}: {outcome} '
              f'({seconds:.1f} s, {self.left() / 60:.0f} min left)'
              + (f'\n{why}' if why else ''), flush=True)


def run(wanted, results, built, limit):
    """Run what is missing; how many cases are left when time is over."""
    def missing(members):
        return [case for case in members if results.record(case) is None]

    todo = missing(wanted)
    qemus = {case.binary for case in todo}
    pairs = cases.groups(todo)
    print(f'{len(wanted)} cases: {len(wanted) - len(todo)} known, '
          f'{len(todo)} to run on {len(pairs)} pairs of hosts; the rig\'s '
          f'own words are in {os.path.relpath(LOG, paths.ROOT)}', flush=True)
    progress = Progress(len(todo), len(pairs), limit)

    def over():
        built.check(qemus)
        return progress.over()

    def keep(case, facts, seconds):
        built.check(qemus)
        results.keep(case, facts, seconds)
        progress.tell(case, facts, seconds)

    with open(LOG, 'w', encoding='utf-8', buffering=1) as log, \
            contextlib.redirect_stderr(log):
        for pair, members in pairs:
            still = missing(members)
            progress.todo -= len(members) - len(still)
            progress.begun += 1
            if still:
                run_group(pair, still, keep, over)
    return len(missing(wanted))


def write(report):
    """results.json, the picture and the tables, in build/matrix."""
    for name, text in (
            ('results.json', json.dumps(report, indent=1) + '\n'),
            ('matrix.svg', heatmap.svg(report)),
            ('summary.md', summary.markdown(report)),
            ('summary.rst', summary.rst(report))):
        (BUILD / name).write_text(text, encoding='utf-8')


def publish():
    """Put the last report's picture and tables into reports/."""
    path = BUILD / 'results.json'
    if not path.exists():
        raise RigError(f'{path}: not there; `make matrix` makes it')
    report = json.loads(path.read_text(encoding='utf-8'))
    left = sum(r['outcome'] is None for r in report['cases'])
    if left:
        raise RigError(f'{path}: {left} cases have not been run; '
                       '`make matrix` goes on with them')
    for name in summary.publish(report, paths.REPORTS):
        print(f'written  {os.path.relpath(name, paths.ROOT)}')
    return 0


def chosen(args):
    """The cases that the options leave."""
    found = [case for case in cases.plan()
             if case.variant in args.only and case.qemu in args.qemu
             and case.source in args.source
             and case.destination in args.destination]
    if not found:
        raise RigError('no case is left; the matrix has '
                       f'{len(cases.plan())} without these options')
    return found


@contextlib.contextmanager
def alone():
    """No other run of the matrix while this block runs."""
    BUILD.mkdir(parents=True, exist_ok=True)
    with open(BUILD / 'lock', 'w', encoding='utf-8') as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as err:
            raise RigError('another run of the matrix is under way, its lock '
                           f'is {lock.name}') from err
        yield


def matrix(args):
    wanted = chosen(args)
    with alone():
        names = {name for c in wanted for name in (c.source, c.destination)}
        built = Binaries()
        versions = kernel_versions(names)
        pools = pool.write(POOLS, {
            name: variant.members() for name, variant in VARIANTS.items()
            if cases.POOL in variant.columns})
        results = Results(BUILD / 'results.jsonl', versions, built.digests(),
                          {name: digest(path) for name, path
                           in pools.items()},
                          set(cases.plan()) - set(wanted) if args.former
                          else ())
        # Before the long run, so that failed predictions are reported at once.
        predicted = prediction.predict(cases.plan(), versions, pools)
        try:
            left = run(wanted, results, built, args.limit_minutes)
        finally:
            report = results.report(predicted)
            write(report)
    print('\n' + summary.markdown(report))
    print(f'In {BUILD.relative_to(paths.ROOT)}: results.json, matrix.svg, '
          'summary.md, summary.rst')
    if left:
        print(f'The time is over; {left} cases are left for the next run')
    return 1 if any(map(cases.wrong, report['cases'])) else 0


def main():
    parser = command.parser('rig.matrix', __doc__)
    every = list(kernels.CATALOGUE)
    parser.add_argument('--only', nargs='+', choices=list(VARIANTS),
                        default=list(VARIANTS), metavar='VARIANT',
                        help=', '.join(VARIANTS))
    parser.add_argument('--qemu', nargs='+', choices=list(COLUMNS),
                        default=list(COLUMNS), metavar='COLUMN',
                        help=', '.join(COLUMNS) + ': the QEMU of the source '
                        'and the destination, in pool the series with a '
                        'baseline')
    for name, where in (('from', 'source'), ('to', 'destination')):
        parser.add_argument(f'--{name}', nargs='+', choices=every,
                            default=every, dest=where, metavar='KERNEL',
                            help=f'of the {where}')
    parser.add_argument('--limit-minutes', type=float, metavar='N',
                        help='start no case after so long; the next run '
                        'goes on')
    parser.add_argument('--former', action='store_true',
                        help='for the cases that the other options leave '
                        'out, results of a former build will do; the report '
                        'says how many')
    parser.add_argument('--report', action='store_true',
                        help='run nothing: put the picture and the tables of '
                        'the last run into reports/')
    args = parser.parse_args()
    return command.program(
        'matrix', publish if args.report else lambda: matrix(args),
        (RigError, OSError, BaseError, Rebuilt),
        '; what is done is kept, another run goes on')
