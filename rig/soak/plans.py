# SPDX-License-Identifier: GPL-2.0-or-later
"""What a soak does: which guests go where, and what breaks on the way.

The seed alone decides a plan, so that an interrupted run continues as planned
and a failure can be reproduced.
"""

import random
from typing import NamedTuple

FAULTY = 0.4                # the share of tries in which something breaks

# What happens in a try.  A number is how often, among the faults.
PLAIN = 'plain'
SLOW, CUT = 'link slow', 'link cut for a moment'
KILL_SETUP = 'destination killed in set-up'
KILL_RAM = 'destination killed in RAM'
KILL_SWITCHOVER = 'destination killed before switchover'
CANCEL, CANCEL_LATE = 'cancelled', 'cancelled near its end'
REFUSED, REFUSED_LATE = 'refused before RAM', 'refused, handshake off'
POSTCOPY = 'postcopy'
FAULTS = {SLOW: 3, CUT: 4, KILL_SETUP: 2, KILL_RAM: 3, KILL_SWITCHOVER: 3,
          CANCEL: 4, CANCEL_LATE: 3, REFUSED: 3, REFUSED_LATE: 2,
          POSTCOPY: 4}
# After these the guest is where it was, and nowhere else.
STAYS = (KILL_SETUP, KILL_RAM, KILL_SWITCHOVER, CANCEL, REFUSED,
         REFUSED_LATE)
MOSTLY_STAYS = (*STAYS, CANCEL_LATE)
# Without return-path a source cannot know the outcome for its guest, and says
# "completed"; where the destination breaks or refuses, it needs to.
RETURN_PATH = (KILL_SETUP, KILL_RAM, KILL_SWITCHOVER, CANCEL_LATE,
               REFUSED_LATE, POSTCOPY)
# What happens in one process, over and over.
LASTING = {REFUSED: 4, REFUSED_LATE: 3, CANCEL: 3}


class Leg(NamedTuple):
    """A guest that goes back and forth between two hosts.

    share      of all tries
    baseline   whether it has the baseline of both hosts, or a PSCI version
               that both have
    lasting    whether it never leaves, since every try fails
    """
    name: str
    kernels: tuple
    vcpus: int
    share: float
    baseline: bool = True
    lasting: bool = False

    def kinds(self):
        return LASTING if self.lasting else FAULTS


LEGS = (
    Leg('1 vCPU', ('6.12', '6.18'), 1, .45),
    Leg('one process', ('6.12', '6.18'), 1, .1, lasting=True),
    Leg('1 vCPU, to 7.3', ('6.12', '7.3'), 1, .25),
    Leg('8 vCPUs', ('6.12', '6.18'), 8, .2, baseline=False),
)


class Try(NamedTuple):
    """One migration.

    at     seconds from its begin to the fault
    lasts  seconds of a cut
    rate, delay  of a slow link
    """
    kind: str
    return_path: bool
    check_before_ram: bool
    at: float
    lasts: float
    rate: int
    delay: float


def plan(seed, leg, number):
    """The try of this number, counted from 0, of a leg."""
    rng = random.Random(f'{seed} {leg.name} {number}')
    fails = rng.random() < (1 if leg.lasting else FAULTY)
    kinds = leg.kinds()
    kind = rng.choices(list(kinds), kinds.values())[0] if fails else PLAIN
    return_path, check_before_ram = rng.random() < .5, rng.random() < .5
    slow = 1 if leg.vcpus == 1 else 2
    return Try(
        kind, return_path or kind in RETURN_PATH,
        kind == REFUSED or check_before_ram and kind != REFUSED_LATE,
        round(rng.uniform(0, 2 * slow), 3), round(rng.uniform(.1, 1.2), 3),
        rng.randrange(2 << 20, 8 << 20), round(rng.uniform(.001, .02), 4))


def both_sides(one):
    """The migration capabilities that source and destination need alike."""
    return {'return-path': one.return_path,
            'postcopy-ram': one.kind == POSTCOPY}


def counts(number):
    """{leg: tries} that are so many in all."""
    found = {leg: int(number * leg.share) for leg in LEGS}
    found[LEGS[0]] += number - sum(found.values())
    return found
