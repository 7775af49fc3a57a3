# SPDX-License-Identifier: GPL-2.0-or-later
"""The line about what is being waited for: on a terminal, nowhere else."""

import io
import unittest
from unittest import mock

from rig.base import errors, progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


class Progress(unittest.TestCase):

    def stderr(self, stream):
        patch = mock.patch('sys.stderr', stream)
        patch.start()
        self.addCleanup(patch.stop)
        self.addCleanup(progress.clear)
        return stream

    def test_line(self):
        self.assertEqual(progress.line('A boots'), '  WAIT    A boots')
        for part, full in ((-1, 0), (0, 0), (0.5, 12), (1, 24), (2, 24)):
            with self.subTest(part=part):
                self.assertEqual(
                    progress.line('x', part),
                    f'  WAIT    [{"#" * full:<24}] x')

    def test_line_fits(self):
        self.assertEqual(len(progress.line('x' * 200, 1, 80)), 79)

    def test_replaced_and_removed(self):
        out = self.stderr(Terminal())
        for text in ('one', 'one', 'two'):
            progress.show(text)
        errors.say('UP', 'A')
        errors.say('UP', 'B')
        self.assertEqual(out.getvalue(),
                         '\r  WAIT    one\x1b[K\r  WAIT    two\x1b[K'
                         '\r\x1b[K  UP      A\n  UP      B\n')

    def test_not_a_terminal(self):
        out = self.stderr(io.StringIO())
        progress.show('one', 0.5)
        progress.clear()
        self.assertEqual(out.getvalue(), '')

    def wait(self, out):
        """What three looks at a deadline show."""
        self.stderr(out)
        limit = errors.Deadline(60, 'A boots', every=15)
        for seconds, limit.part in ((1, None), (16, None), (17, 0.25)):
            with mock.patch.object(errors.time, 'monotonic',
                                   lambda s=seconds: limit.start + s):
                self.assertFalse(limit.over())
        return out.getvalue()

    def test_deadline_on_a_terminal(self):
        self.assertEqual(self.wait(Terminal()).split('\x1b[K'), [
            '\r  WAIT     1 s: A boots', '\r  WAIT    16 s: A boots',
            f'\r  WAIT    [{"#" * 6:<24}] 17 s: A boots', ''])

    def test_deadline_elsewhere(self):
        self.assertEqual(self.wait(io.StringIO()),
                         '  WAIT    A boots (16 of at most 60 s)\n')

    def test_unnamed_wait(self):
        out = self.stderr(Terminal())
        errors.Deadline(60).over()
        self.assertEqual(out.getvalue(), '')


if __name__ == '__main__':
    unittest.main()
