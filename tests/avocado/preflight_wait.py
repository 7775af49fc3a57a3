# SPDX-License-Identifier: GPL-2.0-or-later
"""A source that waits for the destination's answer, which does not come."""

import pathlib
import sys
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE)]

# pylint: disable=wrong-import-position
from rig import cases                                       # noqa: E402
from rig.errors import Deadline                             # noqa: E402
from rig.migration import listen, wait_source               # noqa: E402
from rigcase import RigCase                                 # noqa: E402

# What the source allows, in seconds, and how long it may take to end then.
BOUND, GRACE = 60, 15
NOTHING_SENT = "nothing of the guest's RAM was sent"


class Waiting(RigCase):
    """The destination's process is stopped before it can read a byte."""

    def setUp(self):
        super().setUp()
        self.host, self.other = self.hosts('6.18', '6.18')
        self.source = self.guest(self.host)
        self.destination = self.guest(self.other, incoming=True)
        uri = listen(self.destination)
        self.signal('STOP')
        self.before = self.host.network.received(self.host.name)
        self.source.qmp('migrate', uri=uri)
        self.assert_waits()

    def signal(self, name):
        """To the destination."""
        self.destination.signal(name)

    def assert_waits(self, seconds=2):
        """The guest runs while its source sends nothing of RAM."""
        time.sleep(seconds)
        info = self.source.qmp('query-migrate')
        self.assertEqual(info['status'], 'active', info)
        self.assertTrue(self.source.moves())
        self.assertLess(self.sent(), cases.BEFORE_RAM)

    def sent(self):
        return self.host.network.received(self.host.name) - self.before

    def failed(self, seconds, *texts):
        """The migration fails within so long, with all of this said."""
        info = wait_source(self.source, Deadline(seconds))
        self.assertEqual(info['status'], 'failed', info)
        for text in texts:
            self.assertIn(text, info.get('error-desc', ''))
        self.assertLess(self.sent(), cases.BEFORE_RAM)
        self.assertTrue(self.source.moves())

    def migrates_elsewhere(self):
        """The same guest, to a destination that answers."""
        self.migrates(self.source, self.guest(self.other, incoming=True))


class Quick(Waiting):
    """
    :avocado: tags=quick,rig
    """

    def test_cancel(self):
        """At once, not when the time is over; the guest runs on."""
        start = time.monotonic()
        self.source.qmp('migrate_cancel')
        info = wait_source(self.source, Deadline(10))
        self.assertLess(time.monotonic() - start, 3)
        self.assertEqual(info['status'], 'cancelled', info)
        self.assertNotIn('destination', info.get('error-desc', ''))
        self.assertLess(self.sent(), cases.BEFORE_RAM)
        self.assertTrue(self.source.moves())
        # What stood in the channel leads to nothing.
        self.signal('CONT')
        self.assertTrue(self.destination.wait_exit(30))
        self.assertEqual(self.destination.exit_status, 1)
        self.migrates_elsewhere()

    def test_slow_answer(self):
        """It is late, and it counts."""
        self.signal('CONT')
        info = wait_source(self.source, Deadline(60))
        self.assertEqual(info['status'], 'completed', info)
        self.assertRegex(self.destination.check(), '^witness ok')

    def test_destination_dies(self):
        """Killed before it has said anything: no word of a refusal."""
        self.signal('KILL')
        self.failed(10, 'The connection ended before the destination had '
                    "checked the guest's registers, and it did not say why")
        self.migrates_elsewhere()


class Slow(Waiting):
    """
    :avocado: tags=slow,rig
    """

    def test_bound(self):
        """After 60 seconds, not before, the migration fails."""
        start = time.monotonic()
        self.failed(BOUND + GRACE, 'The destination did not say within 60 '
                    "seconds whether it can take the guest's registers",
                    NOTHING_SENT)
        # setUp() saw it waiting for a while.
        self.assertGreater(time.monotonic() - start, BOUND - GRACE)
        self.signal('CONT')
        self.assertTrue(self.destination.wait_exit(30))
        self.migrates_elsewhere()


if __name__ == '__main__':
    unittest.main()
