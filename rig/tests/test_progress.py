# SPDX-License-Identifier: GPL-2.0-or-later
"""The line about what is being waited for: on a terminal, nowhere else."""

import io
import unittest
from unittest import mock

from rig import migration
from rig.base import errors, progress
from rig.demo import run as demo


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

    def test_ram_that_is_sent(self):
        """A migration shows how much of the RAM is through."""
        self.stderr(Terminal())
        ram = {'total': 400, 'transferred': 90, 'remaining': 100}
        source = mock.Mock()
        source.qmp.side_effect = [
            {'status': 'setup'}, {'status': 'active', 'ram': ram},
            {'status': 'completed', 'ram': {**ram, 'remaining': 0}}]
        deadline = errors.Deadline(60, 'A migrates')
        parts = []
        with mock.patch.object(migration.time, 'sleep',
                               lambda _: parts.append(deadline.part)):
            migration.wait_source(source, deadline)
        self.assertEqual([*parts, deadline.part], [None, 0.75, 1])

    def test_guest_that_counts(self):
        out = self.stderr(Terminal())
        guest = mock.MagicMock(__str__=lambda _: 'guest1')
        guest.ticks.side_effect = [3, 3, 5, 7, 9]
        with mock.patch.object(demo.time, 'sleep'):
            demo.count_on(guest, 4)
        self.assertEqual(guest.ticks.call_count, 4)
        self.assertIn(f'[{"#" * 12:<24}]  0 s: guest1 counts to 7',
                      out.getvalue())

    def test_unnamed_wait(self):
        out = self.stderr(Terminal())
        errors.Deadline(60).over()
        self.assertEqual(out.getvalue(), '')


if __name__ == '__main__':
    unittest.main()
