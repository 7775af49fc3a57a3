# SPDX-License-Identifier: GPL-2.0-or-later
"""The report of a soak, from its recorded facts: counts, memory, pace."""

import collections
import statistics

from rig.base import tables
from rig.soak import plans
from rig.soak.facts import (GOOD, GROWTH_LIMIT, MIGRATED, RIG, STAYED, WIDTH,
                            judge, slope)
from rig.soak.snapshots import SAVED, saved_wrong


class Judged:
    """All records of a run, with the outcome of each."""

    def __init__(self, records):
        self.saved = [record for record in records if record['leg'] == SAVED]
        self.tries = [(record, *judge(record)) for record in records
                      if record['leg'] != SAVED]

    def of(self, *legs):
        """Tries of legs, but for those where a host failed."""
        return [each for each in self.tries
                if each[0]['leg'] in legs and each[1] != RIG]

    def counted(self):
        """All but those where a host failed."""
        return [each for each in self.tries if each[1] != RIG]

    def failures(self):
        """What is wrong, in sentences that name the try."""
        for record, outcome, wrong in self.tries:
            for text in wrong:
                yield (f'{record["leg"]}, try {record["number"]} '
                       f'({record["plan"]["kind"]}): {outcome}: {text}')
        for record in self.saved:
            for text in saved_wrong(record):
                yield f'{SAVED}, {record["number"]}: {text}'
        for name, found in slopes(self).items():
            if found and found.verdict() == 'grows':
                yield f'{name} grows: {found} a try'

    def rig(self):
        """Where a host failed, which is no guest's fault."""
        return [record for record, outcome, _ in self.tries
                if outcome == RIG]


def last_run(records):
    """Those of the process that lived longest."""
    counts = collections.Counter(record['guest'] for record in records)
    return [record for record in records if counts and
            record['guest'] == counts.most_common(1)[0][0]]


def later_half(points):
    """The later half of a process's life.

    At first the heap grows to its size.  A leak goes on.
    """
    last = max((x for _, x, _ in points), default=0)
    return [point for point in points if point[1] * 2 >= last]


def resident(side):
    return (side.get('rss') or {}).get('VmRSS')


def _of_hops(tries, side):
    """Points of a side's memory, at the same moment of each QEMU's life.

    They are not one series: a guest's first QEMU made it, others received it
    page by page or all at once, and a source may have been refused before.
    """
    points, came = [], {}
    for at, (record, outcome, _) in enumerate(tries):
        if outcome != MIGRATED:
            continue
        by = record['plan']['kind'] == plans.POSTCOPY
        source = side == 'source'
        how = came.get(record['guest']) if source else by
        came[record['guest']] = by
        if how is not None and resident(record[side]) and not (
                source and record['age']):
            points.append(((record['guest'], record['kernel'], how), at,
                           resident(record[side])))
    return points


def slopes(judged):
    """{what: Slope} of memory; None where there is too little for one."""
    found = {}
    for title, vcpus in (('1 vCPU', 1), ('8 vCPUs', 8)):
        tries = judged.of(*(leg.name for leg in plans.LEGS
                            if leg.vcpus == vcpus and not leg.lasting))
        for side, when in (('source', 'before its end'),
                           ('destination', 'after the check')):
            found[f'{title}: {side}, {when}'] = slope(_of_hops(tries, side))
    lasting = judged.of(*(leg.name for leg in plans.LEGS if leg.lasting))
    found['one source, every try refused or cancelled'] = slope(
        later_half([(record['guest'], record['age'],
                     resident(record['source']))
                    for record, outcome, _ in lasting if outcome == STAYED]))
    found['one process, savevm and loadvm'] = slope(
        later_half([(record['guest'], record['number'], resident(record))
                    for record in last_run(judged.saved)]))
    return found


def slope_rows(judged):
    yield ['memory (VmRSS) of', 'QEMUs or tries', 'kB a try',
           'standard error', 'so it']
    for name, found in slopes(judged).items():
        yield ([name, '-', '-', '-', 'too few to tell'] if found is None else
               [name, str(found.points), f'{found.value:+.2f}',
                f'{found.error:.2f}', found.verdict()])


def outcome_rows(judged):
    """What broke, and the outcomes of the guests."""
    yield ['what happened', 'tries', 'migrated', 'stayed', 'must not be']
    every = judged.counted()
    for kind in (plans.PLAIN, *plans.FAULTS):
        these = [each for each in every if each[0]['plan']['kind'] == kind]
        yield [kind, *_sums(these)]
    yield ['all', *_sums(every)]


def _sums(tries):
    outcomes = collections.Counter(outcome for _, outcome, _ in tries)
    return list(map(str, (len(tries), outcomes[MIGRATED], outcomes[STAYED],
                          sum(bool(wrong) or outcome not in GOOD
                              for _, outcome, wrong in tries))))


def _longest(tries):
    """Hops of the guest that made most."""
    counts = collections.Counter(
        record['guest'] for record, outcome, _ in tries
        if outcome == MIGRATED)
    return max(counts.values(), default=0)


def leg_rows(judged):
    yield ['guests', 'kernels', 'tries', 'migrated', 'hops of one guest',
           'downtime, median', 'most', 's a try, median']
    for leg in plans.LEGS:
        tries = judged.of(leg.name)
        went = [record['source']['downtime'] for record, outcome, _ in tries
                if outcome == MIGRATED
                and record['plan']['kind'] == plans.PLAIN]
        took = [record['seconds'] for record, *_ in tries
                if 'seconds' in record]
        yield [leg.name, ' and '.join(leg.kernels), str(len(tries)),
               _sums(tries)[1], str(_longest(tries) or '-'),
               f'{statistics.median(went):.0f} ms' if went else '-',
               f'{max(went)} ms' if went else '-',
               f'{statistics.median(took):.1f}' if took else '-']


def pace(judged):
    """Tries a minute, without the boots of hosts."""
    took = [record['seconds'] for record, *_ in judged.counted()
            if 'seconds' in record]
    return 60 * len(took) / sum(took) if took else 0


def summary(judged):
    """In a sentence."""
    every = judged.counted()
    outcomes = collections.Counter(outcome for _, outcome, _ in every)
    plain = sum(record['plan']['kind'] == plans.PLAIN
                for record, *_ in every)
    refused = sum(record['plan']['kind'] in (
        plans.REFUSED, plans.REFUSED_LATE) and outcome == STAYED
        for record, outcome, _ in every)
    bad = {name: outcomes[name] for name in outcomes if name not in GOOD}
    return (f'{len(every)} tries, {plain} of them plain and '
            f'{len(every) - plain} with a fault: {outcomes[MIGRATED]} '
            f'migrated, {outcomes[STAYED]} stayed where they were '
            f'({refused} of these refused), '
            + (', '.join(f'{count} {name}' for name, count in bad.items())
               or 'none was lost, damaged or on both hosts'))


def saved_words(judged):
    whole = sum(not saved_wrong(record) for record in judged.saved)
    return f'savevm and loadvm: {whole} of {len(judged.saved)} whole.'


def limits():
    return (f'"Grows" is a slope of more than {GROWTH_LIMIT:g} kB a try, '
            f'"does not grow" one of less, by {WIDTH} standard errors.')


def sections(judged):
    """Tables, each with its words."""
    return ((summary(judged) + f'. {pace(judged):.1f} tries a minute.',
             list(outcome_rows(judged))),
            ('', list(leg_rows(judged))),
            (f'{saved_words(judged)} {limits()}', list(slope_rows(judged))))


def text(judged, table=tables.markdown_table):
    """All of it; `table` makes lines of rows."""
    lines = []
    for words, rows in sections(judged):
        lines += [*([words, ''] if words else []), *table(rows), '']
    return '\n'.join(lines)
