# SPDX-License-Identifier: GPL-2.0-or-later
"""ninja's steps as a bar; and where build.sh shows it."""

import os
import pty
import re
import subprocess
import tempfile
import unittest

from rig.base.paths import ROOT

BAR = ROOT / 'scripts/bar.sh'
NINJA = '''rule c
  command = sh -c 'echo said; exit $status'
build build.ninja: phony
build one: c
  status = 0
build two: c | one
  status = %d
'''


def bars(text):
    """[(full, steps)] of the bars in what a terminal got."""
    return [(len(full), steps) for full, steps in
            re.findall(r'\[(#*) *\] (\d+/\d+) ', text)]


class Bar(unittest.TestCase):

    def bar(self, text):
        return subprocess.run([BAR], input=text.encode(), check=True,
                              capture_output=True).stdout.decode()

    def test_bar(self):
        said = self.bar('ninja: Entering directory\n[1/4] a\n'
                        'warning: [2/4]\n[2/4] b [9/9]\n[4/4] c\n')
        self.assertEqual(bars(said), [(10, '1/4'), (20, '2/4'), (40, '4/4')])
        self.assertTrue(said.endswith('\r\x1b[K'), said)
        self.assertNotIn('\n', said)

    def test_nothing_to_do(self):
        self.assertEqual(self.bar('x\n'), '\r\x1b[K')


class Compile(unittest.TestCase):
    """compile() of build.sh with two steps, the last of which may fail."""

    def compile(self, status, terminal):
        """(exit status, all that it printed, the log)"""
        with tempfile.TemporaryDirectory() as folder:
            with open(f'{folder}/build.ninja', 'w', encoding='utf-8') as file:
                file.write(NINJA % status)
            text = (ROOT / 'scripts/build.sh').read_text(encoding='utf-8')
            function = re.search(r'^compile\(\) \{.*?^\}$', text,
                                 re.M | re.S).group()
            script = ('set -euo pipefail\ndie() { echo "$*"; exit 1; }\n'
                      f'top={ROOT}\n{function}\ncompile {folder} two')
            ours, theirs = pty.openpty() if terminal else os.pipe()
            with subprocess.Popen(['bash', '-c', script], stdout=theirs,
                                  stderr=theirs) as child:
                os.close(theirs)
                said = b''
                try:
                    while data := os.read(ours, 4096):
                        said += data
                except OSError:
                    pass            # a terminal that nobody has open
            os.close(ours)
            with open(f'{folder}/build.log', encoding='utf-8') as log:
                return child.returncode, said.decode(), log.read()

    def test_terminal(self):
        status, said, log = self.compile(0, True)
        self.assertEqual(status, 0, said)
        self.assertIn(': 2 steps\r\n', said)
        self.assertEqual(bars(said), [(20, '1/2'), (40, '2/2')])
        self.assertIn('[2/2]', log)

    def test_elsewhere(self):
        status, said, log = self.compile(0, False)
        self.assertEqual(status, 0, said)
        self.assertEqual(len(said.splitlines()), 1)
        self.assertIn('[2/2]', log)

    def test_failure(self):
        for terminal in (False, True):
            with self.subTest(terminal=terminal):
                status, said, _ = self.compile(7, terminal)
                self.assertEqual(status, 1)
                self.assertIn('FAILED', said)
                self.assertIn('did not build', said)


if __name__ == '__main__':
    unittest.main()
