# SPDX-License-Identifier: GPL-2.0-or-later
"""Tools of the pure core that several processes want at once."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

from rig.base.paths import ROOT

# Another build folder; each prints the first line that the tool writes.
ONE = '''
import pathlib, subprocess, sys
from rig.base import standalone
standalone.BUILD = pathlib.Path(sys.argv[1]) / 'record'
tool = standalone.tool('cpreg-name')
print(subprocess.run([tool, '--alterations'], check=True, text=True,
                     stdout=subprocess.PIPE).stdout.split('\\n')[0])
'''


class AtOnce(unittest.TestCase):
    def test_all_of_them_get_the_tool(self):
        with tempfile.TemporaryDirectory() as folder:
            started = [subprocess.Popen(
                [sys.executable, '-c', ONE, folder], cwd=pathlib.Path(ROOT),
                text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
                for _ in range(4)]
            lines = {process.communicate()[0] for process in started}
        self.assertEqual([process.returncode for process in started],
                         [0] * 4, lines)
        self.assertEqual(len(lines), 1, lines)


if __name__ == '__main__':
    unittest.main()
