# SPDX-License-Identifier: GPL-2.0-or-later
"""The judgement on a soak's facts: outcomes of guests, and what grows.

Pure: a report judges recorded facts anew.
"""

import math
import re
from typing import NamedTuple

from rig.soak import plans

MIGRATED, STAYED = 'migrated', 'stayed'
LOST, BOTH, DAMAGED, DIED = 'lost', 'on both', 'damaged', 'QEMU died'
BROKE, RIG = 'broke', 'host failed'
GOOD = (MIGRATED, STAYED)

# The emulated CPUs' counters have QEMU's frequency for CPUs before Armv8.6.
COUNTER_HZ = 62_500_000
# The guest looks at its counter once a round, which may take its time on a
# busy machine.  The hosts' own counters are further apart than this.
COUNTER_SLACK = 3.0
# A line of the serial port may have been cut in two by the migration.
TICKS_MOST = 2
BEFORE_RAM = 64 * 1024
# kB a try.  A vCPU's list of registers has 2 kB, and so have the values: this
# is half of the smallest thing that every migration allocates.
GROWTH_LIMIT = 1.0
# Standard errors on each side, of an interval that holds 99 %.
WIDTH = 2.6
BROKEN = re.compile(r'[Aa]ssert|[Aa]bort|core dumped|double free|corrupted '
                    r'(?:size|unsorted)|GLib-.*ERROR|Segmentation|Bail out')


def counters(readings):
    """What is wrong with the guest's virtual time, in sentences.

    readings  in the order in which they were taken: when ('began', 'ended',
              in seconds of this machine) and 'values' of all vCPUs
    """
    for at, (before, after) in enumerate(zip(readings, readings[1:])):
        # A stopped source keeps its last values: time counts from the first
        # reading, when the guest ran.
        most = after['ended'] - readings[0]['began'] + COUNTER_SLACK
        for cpu, (first, old, new) in enumerate(zip(*(
                each['values'] for each in (readings[0], before, after)))):
            if new < old:
                yield (f'CNTVCT of vCPU {cpu} went back by '
                       f'{(old - new) / COUNTER_HZ:.3f} s at reading {at}')
            elif (new - first) / COUNTER_HZ > most:
                yield (f'CNTVCT of vCPU {cpu} went on by '
                       f'{(new - first) / COUNTER_HZ:.3f} s in '
                       f'{most - COUNTER_SLACK:.3f} s')


def _died(record):
    for name in ('source', 'destination'):
        side = record[name]
        if side['exit'] is not None and not side['killed'] and (
                side['exit'] < 0 or name == 'source'):
            yield f'the QEMU at the {name} ended with {side["exit"]}'
        found = BROKEN.search(side['said'])
        if found:
            yield f'the QEMU at the {name} said "{found.group()}"'


def _whole(side):
    return (side['check'] or '').startswith('witness ok')


def judge(record):
    """(outcome, what must not be, in sentences) of a record."""
    if record.get('rig'):
        return RIG, []
    if record.get('broke'):
        return BROKE, [record['broke']]
    source, destination = record['source'], record['destination']
    died = list(_died(record))
    if died:
        return DIED, died
    here, there = (side['status'] == 'running'
                   for side in (source, destination))
    if here and (there or destination['ticks']):
        return BOTH, ['the guest ran on both sides']
    if not here and not there:
        return LOST, [f'source {source["status"]} ({source["migration"]}), '
                      f'destination {destination["status"]}']
    side = source if here else destination
    if not _whole(side):
        return DAMAGED, [side['check'] or 'the witness does not answer']
    wrong = list(counters(record['counters']))
    if there:
        # Nothing is tick 0, which is before any.
        first, last = ((side['ticks'] or [0])[at] for side, at in (
            (destination, 0), (source, -1)))
        if not 0 < first - last <= TICKS_MOST:
            wrong.append(f'after tick {last} came {first}')
    kind = record['plan']['kind']
    if there and kind in plans.STAYS:
        wrong.append(f'it migrated, though {kind}')
    if here and kind in (plans.PLAIN, plans.SLOW,
                         plans.POSTCOPY):
        wrong.append(f'it did not migrate: {source["error"]}')
    if kind == plans.REFUSED and record['sent'] > BEFORE_RAM:
        wrong.append(f'refused, but {record["sent"]} bytes were sent')
    return MIGRATED if there else STAYED, wrong


class Slope(NamedTuple):
    """How much something grows: its unit a try, standard error, points."""
    value: float
    error: float
    points: int

    def verdict(self, limit=GROWTH_LIMIT):
        """'grows', 'does not grow' or 'too few to tell'."""
        if self.value - WIDTH * self.error > limit:
            return 'grows'
        if self.value + WIDTH * self.error < limit:
            return 'does not grow'
        return 'too few to tell'

    def __str__(self):
        return f'{self.value:+.3f} ± {self.error:.3f} kB'


def slope(points):
    """The least squares over (group, x, y), each group with its own level.

    None where they are too few for an error.
    """
    groups = {}
    for group, x, y in points:
        groups.setdefault(group, []).append((x, y))
    centred = []
    for each in groups.values():
        means = [sum(axis) / len(each) for axis in zip(*each)]
        centred += [(x - means[0], y - means[1]) for x, y in each]
    free = len(centred) - len(groups) - 1
    spread = sum(x * x for x, _ in centred)
    if free < 1 or not spread:
        return None
    value = sum(x * y for x, y in centred) / spread
    rest = sum((y - value * x) ** 2 for x, y in centred)
    return Slope(value, math.sqrt(rest / free / spread), len(centred))
