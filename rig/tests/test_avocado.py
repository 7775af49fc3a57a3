# SPDX-License-Identifier: GPL-2.0-or-later
"""What `avocado list` shows of tests/avocado: tests, once each, with tags."""

import os
import shutil
import subprocess
import tempfile
import unittest

from rig.base.paths import ROOT


@unittest.skipUnless(shutil.which('avocado'),
                     'no avocado: `make setup` installs it')
class Listed(unittest.TestCase):

    def listed(self, *words):
        """The tests' names, from another working directory."""
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(
                ['avocado', 'list', *words, ROOT / 'tests/avocado'],
                cwd=folder, check=True, text=True, capture_output=True,
                env={**os.environ, 'PYTHONPATH': str(ROOT)})
        self.assertEqual(done.stderr, '')
        kinds, names = zip(*(line.split(maxsplit=1)
                             for line in done.stdout.splitlines()
                             if '.py:' in line))
        self.assertEqual(set(kinds), {'python-unittest'})
        return [name.rpartition('/')[2] for name in names]

    def test_all(self):
        """Each once, and of every file."""
        names = self.listed()
        self.assertEqual(len(names), len(set(names)))
        files = {path.name for path in (ROOT / 'tests/avocado').glob('*.py')}
        self.assertEqual({name.partition(':')[0] for name in names},
                         files)

    def test_tags(self):
        """Either quick or slow."""
        self.assertCountEqual(
            self.listed(), self.listed('-t', 'quick') +
            self.listed('-t', 'slow'))


if __name__ == '__main__':
    unittest.main()
