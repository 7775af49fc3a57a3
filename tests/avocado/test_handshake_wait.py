# SPDX-License-Identifier: GPL-2.0-or-later
"""A destination that answers the handshake late, or never."""

import time
import unittest

from rig import migration, pool
from rig.base.errors import Deadline
from rig.matrix import cases
from rig.migration import listen, wait_source
from rig.testing.case import RigCase

# What the source allows a destination to answer the handshake, in seconds,
# and how much longer it may take to be seen here.
BOUND, GRACE = 5, 15
WARNING = 'The destination of the migration does not answer: '
MEMORY = '64M'


class Waiting(RigCase):
    """A destination that does not read, or does not speak."""

    def setUp(self):
        super().setUp()
        self.host, self.other = self.hosts('6.18', '6.18')

    def start(self, **kwargs):
        """Migrate to a QEMU that is stopped before it can read a byte."""
        self.source = self.guest(self.host)
        self.destination = self.guest(self.other, incoming=True, **kwargs)
        uri = listen(self.destination)
        self.signal('STOP')
        self.before = self.host.network.received(self.host.name)
        self.source.qmp('migrate', uri=uri)

    def signal(self, name):
        """To the destination."""
        self.destination.signal(name)

    def sent(self):
        return self.host.network.received(self.host.name) - self.before

    def wait_sent(self, size):
        """RAM is on its way, and the guest runs."""
        limit = Deadline(BOUND + GRACE)
        while self.sent() < size:
            self.assertFalse(limit.over(), f'{self.sent()} bytes sent')
            time.sleep(0.1)
        self.assertTrue(self.source.moves())

    def migrates_elsewhere(self):
        """The same guest, to a destination that answers."""
        self.migrates(self.source, self.guest(self.other, incoming=True))


class Stopped(Waiting):
    """
    :avocado: tags=quick,rig
    """

    def test_cancel(self):
        """At once, not when the time is over; the guest runs on."""
        self.start()
        time.sleep(1)
        self.assertLess(self.sent(), migration.BEFORE_RAM)
        start = time.monotonic()
        self.source.qmp('migrate_cancel')
        info = wait_source(self.source, Deadline(10))
        self.assertLess(time.monotonic() - start, 3)
        self.assertEqual(info['status'], 'cancelled', info)
        self.assertNotIn('destination', info.get('error-desc', ''))
        self.assertLess(self.sent(), migration.BEFORE_RAM)
        self.assertTrue(self.source.moves())
        # What stood in the channel leads to nothing.
        self.signal('CONT')
        self.assertTrue(self.destination.wait_exit(30))
        self.assertEqual(self.destination.exit_status, 1)
        self.migrates_elsewhere()

    def test_slow_answer(self):
        """It is late, and it counts."""
        self.start(cpu='host,pmu=off')
        time.sleep(2)
        self.signal('CONT')
        info = wait_source(self.source, Deadline(60))
        self.assertEqual(info['status'], 'failed', info)
        self.assertIn('The destination refused the guest: ',
                      info['error-desc'])
        self.assertLess(self.sent(), migration.BEFORE_RAM)
        self.assertEqual(self.source.stderr().count(WARNING), 0)
        self.migrates_elsewhere()

    def test_destination_dies(self):
        """Killed before it has said anything: as stock says it."""
        self.start()
        self.signal('KILL')
        info = wait_source(self.source, Deadline(10))
        self.assertEqual(info['status'], 'failed', info)
        self.assertNotIn('registers', info['error-desc'])
        self.assertLess(self.sent(), migration.BEFORE_RAM)
        self.assertTrue(self.source.moves())
        self.migrates_elsewhere()

    def test_no_answer(self):
        """After 5 seconds as stock: RAM is sent, and no manifest."""
        self.start()
        start = time.monotonic()
        self.wait_sent(migration.BEFORE_RAM)
        self.assertGreater(time.monotonic() - start, BOUND - 2)
        self.assertEqual(self.source.stderr().count(WARNING), 1)
        self.signal('CONT')
        info = wait_source(self.source, Deadline(60))
        self.assertEqual(info['status'], 'completed', info)
        self.assertRegex(self.destination.check(), '^witness ok')

    def test_no_answer_and_refused(self):
        """What it refuses after that is told, and the guest is not lost."""
        self.start(cpu='host,pmu=off')
        self.wait_sent(migration.BEFORE_RAM)
        self.signal('CONT')
        info = wait_source(self.source, Deadline(60))
        self.assertEqual(info['status'], 'failed', info)
        self.assertIn('The destination refused the guest: ',
                      info['error-desc'])
        self.assertRegex(self.source.check(), '^witness ok')
        self.migrates_elsewhere()


class Mute(Waiting):
    """A program that takes all bytes and says nothing.

    :avocado: tags=quick,rig
    """

    PORT = 4444

    def swallowed(self, **kwargs):
        """How a migration to it ends; (source, query-migrate)."""
        source = self.guest(self.host, memory=MEMORY, **kwargs)
        self.host.popen(f'exec {self.host.netcat} -l -p {self.PORT} '
                        '> /dev/null')
        self.host.run(f'until grep -q ":{self.PORT:04X} .* 0A " '
                      '/proc/net/tcp*; do sleep 0.1; done', timeout=10)
        source.qmp('migrate', uri=f'tcp:127.0.0.1:{self.PORT}')
        return source, wait_source(source, Deadline(60))

    def test_completes(self):
        """A return path that only the handshake opened delays nobody."""
        source, info = self.swallowed()
        self.assertEqual(info['status'], 'completed', info)
        self.assertEqual(source.stderr().count(WARNING), 1)

    def test_baseline(self):
        """A guest with a baseline does not go there."""
        path = self.pool_file(('6.18', cases.N1), ('6.12', cases.N1))
        source, info = self.swallowed(**pool.options(self.host, path))
        self.assertEqual(info['status'], 'failed', info)
        self.assertIn('kvm-baseline', info['error-desc'])
        self.assertIn("No guest RAM was sent",
                      info['error-desc'])
        self.assertTrue(source.moves())


if __name__ == '__main__':
    unittest.main()
