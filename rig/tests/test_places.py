# SPDX-License-Identifier: GPL-2.0-or-later
"""Who may have hosts, and who waits: across processes, until they end."""

import pathlib
import subprocess
import sys
import tempfile
import threading
import time
import unittest

from rig.base.paths import ROOT
from rig.testing import places

LIMIT = 20
PROGRAM = '''
import pathlib, subprocess, sys, time
from rig.testing import places
with places.hold(pathlib.Path(sys.argv[1]), int(sys.argv[2])):
    child = subprocess.Popen(['sleep', '60'], stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)
    print(child.pid, flush=True)
    sys.stdin.read()
'''


class Places(unittest.TestCase):
    """One lock file for each place."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix='turn-')
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def other(self, count=1):
        """A process that wants a turn, and has a child once it has it."""
        process = subprocess.Popen(
            [sys.executable, '-c', PROGRAM, self.folder, str(count)], cwd=ROOT,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True)
        # What never comes ends with the process, and fails the test.
        limit = threading.Timer(LIMIT, process.kill)
        limit.start()
        for each in (process.wait, process.kill, limit.cancel):
            self.addCleanup(each)
        for each in (process.stdin, process.stdout, process.stderr):
            self.addCleanup(each.close)
        return process

    def has_place(self, process):
        """Wait for it; its child ends with the test."""
        child = int(process.stdout.readline())
        self.addCleanup(subprocess.run, ['kill', str(child)], check=False)
        return child

    def test_places(self):
        """A pair for each two CPUs, and one in any case."""
        self.assertEqual([places.number(n) for n in (1, 2, 3, 4, 64)],
                         [1, 1, 1, 2, 32])

    def test_waits(self):
        """Until the first has ended; then it goes on, and said why not."""
        with places.hold(self.folder, 1):
            second = self.other()
            self.assertIn('WAIT', second.stderr.readline())
            time.sleep(0.5)
            self.assertIsNone(second.poll())
        self.assertTrue(self.has_place(second))

    def test_as_many_as_there_are_places(self):
        """Two at once, the third waits."""
        with places.hold(self.folder, 2):
            self.assertTrue(self.has_place(self.other(2)))
            self.assertIn('WAIT', self.other(2).stderr.readline())

    def test_one_that_comes_again(self):
        """It does not pass by who waits, however quick it is."""
        with places.hold(self.folder, 1):
            other = self.other()
            self.assertIn('WAIT', other.stderr.readline())
        had = threading.Event()

        def once():
            """It has its turn, and ends."""
            if other.stdout.readline():
                had.set()
            other.stdin.close()

        threading.Thread(target=once, daemon=True).start()
        with places.hold(self.folder, 1):
            self.assertTrue(had.is_set())

    def test_killed(self):
        """Its place is free at once, though a child of it lives on."""
        first = self.other()
        self.assertTrue(self.has_place(first))
        first.kill()
        first.wait()
        self.assertTrue(self.has_place(self.other()))

    def test_failed(self):
        """A test that fails gives its place back."""
        with self.assertRaises(ValueError), places.hold(self.folder, 1):
            raise ValueError
        self.assertTrue(self.has_place(self.other()))


if __name__ == '__main__':
    unittest.main()
