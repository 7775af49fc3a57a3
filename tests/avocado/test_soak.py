# SPDX-License-Identifier: GPL-2.0-or-later
"""A short soak: ten migrations of one guest back and forth, under faults.

`make soak` makes a thousand.
"""

import unittest

from rig.soak import plans
from rig.soak.facts import DAMAGED, MIGRATED, STAYED, judge
from rig.soak.plans import LEGS, Try
from rig.soak.shuttle import Shuttle
from rig.testing.case import RigCase

# One of each kind that ends in one way only, and where the guest is then.
KINDS = {plans.PLAIN: MIGRATED, plans.REFUSED: STAYED, plans.SLOW: MIGRATED,
         plans.CANCEL: STAYED, plans.POSTCOPY: MIGRATED,
         plans.KILL_SETUP: STAYED, plans.KILL_RAM: STAYED,
         plans.KILL_SWITCHOVER: STAYED, plans.REFUSED_LATE: STAYED}


class Soak(RigCase):
    """
    :avocado: tags=quick,rig
    """

    emulated_only = True

    def test_hops(self):
        """6.12 and 6.18: whole, on one host, time goes on, each time."""
        shuttle = Shuttle(LEGS[0], self.stack)
        shuttle.start()
        tries = [Try(kind, True, kind != plans.REFUSED_LATE, .3, .3, 4 << 20,
                     .005) for kind in (*KINDS, plans.PLAIN)]
        for one, following in zip(tries, [*tries[1:], None]):
            with self.subTest(one.kind):
                facts = shuttle.go(one, following)
                self.assertEqual(
                    judge({**facts, 'plan': one._asdict()}),
                    (KINDS[one.kind], []), facts)
        # All of that would be nothing if it were always so.
        shuttle.guest.write_serial('sTPIDR_EL1\n')
        facts = shuttle.go(tries[-1])
        outcome, wrong = judge({**facts, 'plan': tries[-1]._asdict()})
        self.assertEqual(outcome, DAMAGED, facts)
        # Its name is said once, where the guest was when it was found.
        self.assertRegex(wrong[0], r'TPIDR_EL1|failed: 1 registers')


if __name__ == '__main__':
    unittest.main()
