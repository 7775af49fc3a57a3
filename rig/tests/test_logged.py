# SPDX-License-Identifier: GPL-2.0-or-later
"""A command with a log ends with whoever started it."""

import pathlib
import tempfile
import time
import unittest

from rig.base import logged, process


class Logged(unittest.TestCase):
    """Its words and its status are kept, its children are not."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.log = self.folder / 'log'

    def test_status_and_words(self):
        self.assertEqual(logged.run(
            ['sh', '-c', 'echo out; echo err >&2; exit 3'],
            self.log, self.folder), 3)
        self.assertEqual(self.log.read_text(), 'out\nerr\n')

    def test_waits(self):
        with logged.running(['sh', '-c', 'sleep 0.2; exit 4'], self.log,
                            self.folder) as child:
            self.assertIsNone(child.poll())
            self.assertEqual(child.wait(), 4)

    def test_interrupted(self):
        """The child of the command ends too."""
        with self.assertRaises(KeyboardInterrupt), \
                logged.running(['sh', '-c', 'sleep 60 & echo $!; wait'],
                               self.log, self.folder) as child:
            while not self.log.read_text().endswith('\n'):
                time.sleep(0.02)
            raise KeyboardInterrupt
        self.assertIsNotNone(child.returncode)
        pid, deadline = int(self.log.read_text()), time.monotonic() + 10
        while process.pid_alive(pid):
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.02)

    def test_cannot_be_started(self):
        with self.assertRaises(OSError):
            logged.run([self.folder / 'none'], self.log, self.folder)


if __name__ == '__main__':
    unittest.main()
