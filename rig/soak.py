#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A thousand migrations of guests that go back and forth, under faults.

Guests with 1 and with 8 vCPUs go between two emulated hosts of different
kernels.  In four of ten tries something breaks: the link, the destination,
or somebody cancels; or the destination must refuse.  After every try the
guest must run on exactly one host, with every register and all memory right,
its virtual time never goes back, and no QEMU's memory grows.

Facts are appended to build/soak/results.jsonl as they come; a run that was
interrupted goes on where it was, with a new guest.  Exit status 0 only if no
guest was lost, damaged or on both hosts, and nothing grew.
"""

import argparse
import collections
import contextlib
import os
import sys
import time

if not __package__:
    # As a script: its own folder would hide the package of its name.
    sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

from rig import (image, kernels, process, soak_facts,       # noqa: E402
                 soak_memory, soak_plan, soak_report, tables)
from rig.errors import RigError, say                        # noqa: E402
from rig.records import append, digest, read                # noqa: E402
from rig.soak_hop import Shuttle                            # noqa: E402

BUILD = image.BUILD / 'soak'
PAGE = image.ROOT / 'docs' / 'arm-kvm-soak.rst'
EVERY = 20                  # tries, until the next line of progress
RIG_MOST = 5                # failed hosts, then something else is wrong
BAD_MOST = 10


class Kept:
    """The facts so far, one line of JSON for each try, never rewritten.

    They stand for a run of the same seed and length while the kernels, the
    QEMU and the witness are the same.
    """

    def __init__(self, path, key):
        self.path = path
        self.key = key
        self.records = []
        read(path, 'soak', self._take)

    def _take(self, record):
        if record['key'] == self.key:
            self.records.append(record)

    def done(self, leg):
        """The numbers of tries of a leg that need not be done again."""
        return {record['number'] for record in self.records
                if record['leg'] == leg.name and not record.get('rig')}

    def add(self, leg, number, plan, facts):
        return self._keep({'leg': leg.name, 'number': number,
                           'plan': plan._asdict(), **facts})

    def add_saved(self, facts):
        """Of a savevm and loadvm."""
        return self._keep({'leg': soak_memory.SAVED, **facts})

    def saved(self):
        """Whether these were done to their end."""
        return any(record['leg'] == soak_memory.SAVED and
                   record['number'] + 1 == record['of']
                   for record in self.records)

    def _keep(self, facts):
        record = {'key': self.key, 'date': time.strftime('%Y-%m-%d'), **facts}
        self.records.append(record)
        append(self.path, record)
        return record


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

    def __init__(self, seed, counts, kept):
        self.seed = seed
        self.counts = counts
        self.kept = kept
        self.rig = self.bad = 0
        self.guests = 0
        self.todo = {leg: [n for n in range(count)
                           if n not in kept.done(leg)]
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
        """A host broke, or did not come up: no guest's fault."""
        self.rig += 1
        number = numbers[0] if numbers else -1
        self.kept.add(leg, number, soak_plan.plan(self.seed, leg, number),
                      {'rig': str(err)})
        say('HOST', f'{leg.name}, try {number}: {err}')
        if self.rig >= RIG_MOST:
            raise RigError(f'{self.rig} times a host failed; the last one '
                           f'stands above, all in {self.kept.path}') from err

    def _leg(self, leg, numbers, shuttle):
        """Tries until none is left; raises RigError where a host broke."""
        while numbers:
            if shuttle.guest is None:
                self.guests += 1
                shuttle.start()
            number = numbers[0]
            one, following = (
                soak_plan.plan(self.seed, leg, n) if n is not None else None
                for n in (numbers[0], numbers[1] if numbers[1:] else None))
            where = shuttle.guest.host.kernel.version
            try:
                facts = shuttle.go(one, following)
            except RigError as err:
                if not all(host.alive() for host in shuttle.hosts):
                    raise
                facts = {'broke': str(err)}
            facts.update(guest=f'{os.getpid()}-{self.guests}', kernel=where)
            record = self.kept.add(leg, number, one, facts)
            numbers.pop(0)
            outcome, wrong = soak_facts.judge(record)
            if wrong:
                self.bad += 1
                for text in wrong:
                    say('FAILED', f'{leg.name}, try {number} of seed '
                        f'{self.seed} ({one.kind}): {outcome}: {text}')
                if self.bad >= BAD_MOST:
                    raise SystemExit(f'soak: {self.bad} failures, no more '
                                     f'are tried; see {self.kept.path}')
                shuttle.end()
            self.progress.add(outcome)


def key_of(args):
    """What these are results of."""
    versions = {name: kernels.find(name).version
                for leg in soak_plan.LEGS for name in leg.kernels}
    return ' '.join([
        f'seed={args.seed} n={args.n}', *versions.values(),
        digest(image.qemu_path('series')),
        digest(image.witness_files()['guest/witness'])])


def save_and_load(kept, times):
    """savevm and loadvm so many times, in one process."""
    if kept.saved():
        return
    say('SOAK', f'{soak_memory.SAVED}, {times} times')
    for facts in soak_memory.rounds(times):
        record = kept.add_saved({**facts, 'of': times})
        for wrong in soak_memory.saved_wrong(record):
            say('FAILED', f'{soak_memory.SAVED}, {record["number"]}: {wrong}')


def what_it_was(kept, args):
    """In a sentence: of what these are results."""
    versions = [kernels.find(name).version for name in sorted({
        name for leg in soak_plan.LEGS for name in leg.kernels},
        key=list(kernels.CATALOGUE).index)]
    base = (image.BUILD / 'qemu' / 'VERSION').read_text().strip()
    dates = sorted({record['date'] for record in kept.records})
    return (f'QEMU {base} with the series, emulated neoverse-n1, Linux '
            f'{", ".join(versions)}; N={args.n}, seed {args.seed}; '
            + ' to '.join(dates[:1] + dates[1:][-1:]) + '.')


def report(kept, args, wanted):
    """Print what came of it; the exit status."""
    judged = soak_report.Judged(kept.records)
    print(f'\n{what_it_was(kept, args)}\n\n{soak_report.text(judged)}')
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
    if args.docs:
        if not done:
            raise RigError(f'nothing is done of this run; {PAGE.name} stays '
                           'as it is')
        tables.renew_page(PAGE, '\n\n'.join(filter(None, (
            what_it_was(kept, args), part,
            soak_report.text(judged, tables.rst_table).rstrip('\n')))) + '\n')
        print(f'written  {PAGE.relative_to(image.ROOT)}')
    return 1 if failures else 0


def soak(args):
    kept = Kept(BUILD / 'results.jsonl', key_of(args))
    counts = soak_plan.counts(args.n)
    wanted = sum(counts.values())
    if args.legs:
        counts = {leg: count for leg, count in counts.items()
                  if leg.name in args.legs}
    if not args.report:
        print(f'seed {args.seed}, {args.n} tries: ' + ', '.join(
            f'{leg.name}: {count}' for leg, count in counts.items()),
            flush=True)
        Soak(args.seed, counts, kept).run()
        if not args.legs:
            save_and_load(kept, max(2, min(soak_memory.TIMES,
                                           args.n // 20)))
    return report(kept, args, wanted)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('-n', type=int, default=1000, metavar='N',
                        help='tries in all')
    parser.add_argument('--seed', default='1',
                        help='another one has other faults, at other times')
    parser.add_argument('--legs', nargs='+', metavar='NAME',
                        choices=[leg.name for leg in soak_plan.LEGS],
                        help='only these')
    parser.add_argument('--report', action='store_true',
                        help='of what is done, and do nothing')
    parser.add_argument('--docs', action='store_true',
                        help='put the result into the documentation')
    args = parser.parse_args()
    if args.n < 4:
        parser.error('-n: at least 4, one for each kind of guest')
    return process.program('soak', lambda: soak(args))


if __name__ == '__main__':
    sys.exit(main())
