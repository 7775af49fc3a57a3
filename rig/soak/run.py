# SPDX-License-Identifier: GPL-2.0-or-later
"""A thousand migrations of guests that go back and forth, under faults.

Guests with 1 and with 8 vCPUs migrate between two emulated hosts of different
kernels.  Four of ten tries have a fault: the link or the destination breaks,
the user cancels, or the destination must refuse.  After every try the guest
must run on exactly one host, with every register and all memory intact.  Its
virtual time must never go back, and no QEMU's memory may grow.

Facts are appended to build/soak/results.jsonl; an interrupted run continues
from there, with a new guest.  Exit status 0 only if no guest was lost, damaged
or on both hosts, and nothing grew.
"""

import collections
import contextlib
import os
import time

from rig import image
from rig.base import command, kernels, paths, tables, upstream
from rig.base.errors import RigError, say
from rig.base.store import Store, digest
from rig.soak import plans, report, snapshots
from rig.soak.facts import judge
from rig.soak.shuttle import Shuttle

BUILD = paths.BUILD / 'soak'
PAGE = paths.REPORTS / 'soak.rst'
EVERY = 20                  # tries, until the next line of progress
RIG_MOST = 5                # failed hosts, then something else is wrong
BAD_MOST = 10


class Results(Store):
    """The facts so far, of each try.

    They stand for a run of the same seed and length while the kernels, the
    QEMU and the witness are the same.
    """

    def __init__(self, path, key):
        self._key = key
        super().__init__(path, 'soak', ('key', 'leg'))

    def take(self, record):
        if record['key'] == self._key:
            super().take(record)

    def done(self, leg):
        """The numbers of tries of a leg that need not be done again."""
        return {record['number'] for record in self.all(leg=leg.name)
                if not record.get('rig')}

    def keep(self, leg, number, plan, facts):
        """The record of a try."""
        return self.add({'key': self._key, 'leg': leg.name, 'number': number,
                         'plan': plan._asdict(), **facts})

    def keep_saved(self, facts):
        """The record of a savevm and loadvm."""
        return self.add({'key': self._key, 'leg': snapshots.SAVED, **facts})

    def saved(self):
        """Whether these were done to their end."""
        return any(record['number'] + 1 == record['of']
                   for record in self.all(leg=snapshots.SAVED))


class Progress:
    """A line now and then."""

    def __init__(self, todo):
        self.todo = todo
        self.done = 0
        self.counts = collections.Counter()
        self.began = time.monotonic()

    def add(self, outcome):
        self.done += 1
        self.counts[outcome] += 1
        if self.done % EVERY and self.done != self.todo:
            return
        each = (time.monotonic() - self.began) / self.done
        left = each * (self.todo - self.done)
        say('SOAK', f'{self.done} of {self.todo}: '
            + ', '.join(f'{count} {name}'
                        for name, count in self.counts.items())
            + f'; {60 / each:.1f} a minute, {left / 60:.0f} min left')


class Soak:
    """A run, or what is missing of it."""

    def __init__(self, seed, counts, known):
        self.seed = seed
        self.counts = counts
        self.known = known
        self.rig = self.bad = 0
        self.guests = 0
        self.todo = {leg: [n for n in range(count)
                           if n not in known.done(leg)]
                     for leg, count in counts.items()}
        self.progress = Progress(sum(map(len, self.todo.values())))

    def run(self):
        for leg, numbers in self.todo.items():
            while numbers:
                try:
                    with contextlib.ExitStack() as stack:
                        self._leg(leg, numbers, Shuttle(leg, stack))
                except RigError as err:
                    self._rig_failed(leg, numbers, err)

    def _rig_failed(self, leg, numbers, err):
        """A host broke or did not boot: no result of the guest's."""
        self.rig += 1
        number = numbers[0] if numbers else -1
        self.known.keep(leg, number, plans.plan(self.seed, leg, number),
                        {'rig': str(err)})
        say('HOST', f'{leg.name}, try {number}: {err}')
        if self.rig >= RIG_MOST:
            raise RigError(f'{self.rig} times a host failed; the last one '
                           f'is above, all are in {self.known.path}') from err

    def _leg(self, leg, numbers, shuttle):
        """Tries until none is left; raises RigError where a host broke."""
        while numbers:
            if shuttle.guest is None:
                self.guests += 1
                shuttle.start()
            number = numbers[0]
            one, following = (
                plans.plan(self.seed, leg, n) if n is not None else None
                for n in (numbers[0], numbers[1] if numbers[1:] else None))
            where = shuttle.guest.host.kernel.version
            try:
                facts = shuttle.go(one, following)
            except RigError as err:
                if not all(host.alive() for host in shuttle.hosts):
                    raise
                facts = {'broke': str(err)}
            facts.update(guest=f'{os.getpid()}-{self.guests}', kernel=where)
            record = self.known.keep(leg, number, one, facts)
            numbers.pop(0)
            outcome, wrong = judge(record)
            if wrong:
                self.bad += 1
                for text in wrong:
                    say('FAILED', f'{leg.name}, try {number} of seed '
                        f'{self.seed} ({one.kind}): {outcome}: {text}')
                if self.bad >= BAD_MOST:
                    raise SystemExit(f'soak: {self.bad} failures, no more '
                                     f'are tried; see {self.known.path}')
                shuttle.end()
            self.progress.add(outcome)


def key_of(args):
    """What the results depend on."""
    versions = {name: kernels.find(name).version
                for leg in plans.LEGS for name in leg.kernels}
    return ' '.join([
        f'seed={args.seed} n={args.n}', *versions.values(),
        digest(image.qemu_path('series')),
        digest(image.witness_files()['guest/witness'])])


def save_and_load(known, times):
    """savevm and loadvm so many times, in one process."""
    if known.saved():
        return
    say('SOAK', f'{snapshots.SAVED}, {times} times')
    for facts in snapshots.rounds(times):
        record = known.keep_saved({**facts, 'of': times})
        for wrong in snapshots.saved_wrong(record):
            say('FAILED', f'{snapshots.SAVED}, {record["number"]}: {wrong}')


def what_it_was(known, args):
    """What was measured, in a sentence."""
    versions = [kernels.find(name).version for name in sorted({
        name for leg in plans.LEGS for name in leg.kernels},
        key=list(kernels.CATALOGUE).index)]
    base = upstream.version()
    dates = sorted({record['date'] for record in known.records})
    return (f'QEMU {base} with the series, emulated neoverse-n1, Linux '
            f'{", ".join(versions)}; N={args.n}, seed {args.seed}; '
            + ' to '.join(dates[:1] + dates[1:][-1:]) + '.')


def conclude(known, args, wanted):
    """Print the result; the exit status."""
    judged = report.Judged(known.records)
    print(f'\n{what_it_was(known, args)}\n\n{report.text(judged)}')
    failures = list(judged.failures())
    for text in failures:
        print(f'FAILED: {text}')
    for record in judged.rig():
        print(f'A host failed ({record["leg"]}, try {record["number"]}): '
              f'{record["rig"].splitlines()[0]}')
    done = len(judged.counted())
    part = ''
    if done < wanted:
        part = f'Not complete: {done} of {wanted} tries are done.'
        print(f'{part} Run it again for the rest')
    if args.report:
        if not done:
            raise RigError(f'nothing is done of this run; {PAGE.name} stays '
                           'as it is')
        tables.renew_page(PAGE, '\n\n'.join(filter(None, (
            what_it_was(known, args), part,
            report.text(judged, tables.rst_table).rstrip('\n')))) + '\n')
        print(f'written  {PAGE.relative_to(paths.ROOT)}')
    return 1 if failures else 0


def soak(args):
    known = Results(BUILD / 'results.jsonl', key_of(args))
    counts = plans.counts(args.n)
    wanted = sum(counts.values())
    if args.legs:
        counts = {leg: count for leg, count in counts.items()
                  if leg.name in args.legs}
    if not args.no_run:
        print(f'seed {args.seed}, {args.n} tries: ' + ', '.join(
            f'{leg.name}: {count}' for leg, count in counts.items()),
            flush=True)
        Soak(args.seed, counts, known).run()
        if not args.legs:
            save_and_load(known, max(2, min(snapshots.TIMES,
                                            args.n // 20)))
    return conclude(known, args, wanted)


def main():
    parser = command.parser('rig.soak', __doc__)
    parser.add_argument('-n', type=int, default=1000, metavar='N',
                        help='tries in all')
    parser.add_argument('--seed', default='1',
                        help='decides the faults and their times')
    parser.add_argument('--legs', nargs='+', metavar='NAME',
                        choices=[leg.name for leg in plans.LEGS],
                        help='only these')
    parser.add_argument('--no-run', action='store_true',
                        help='run nothing, show what is done')
    parser.add_argument('--report', action='store_true',
                        help=f'renew {PAGE.relative_to(paths.ROOT)}')
    args = parser.parse_args()
    if args.n < 4:
        parser.error('-n: at least 4, one for each kind of guest')
    return command.program('soak', lambda: soak(args))
