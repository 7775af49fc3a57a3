# SPDX-License-Identifier: GPL-2.0-or-later
"""What build.sh asks of ninja, with a configure of a few lines."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from rig.base.paths import ROOT

CONFIGURE = '''#!/bin/sh
cat >build.ninja <<'END'
rule made
  command = mkdir -p $$(dirname $out) && env >$out
build build.ninja: phony
build qemu-system-aarch64: made
build tests/unit/test-a: made
build tests/unit/test-b: made
END
'''


class Host(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.top = pathlib.Path(folder.name)
        tree = self.top / 'build/qemu'
        (tree / 'configs/devices/aarch64-softmmu').mkdir(parents=True)
        (tree / 'VERSION').write_text('10.2.2\n')
        (tree / 'configure').write_text(CONFIGURE)
        (tree / 'configure').chmod(0o755)
        (self.top / 'scripts').mkdir()
        shutil.copy(ROOT / 'UPSTREAM', self.top)
        for name in ('build.sh', 'bar.sh'):
            shutil.copy(ROOT / 'scripts' / name, self.top / 'scripts')

    def build(self, *args, **env):
        done = subprocess.run(
            [self.top / 'scripts/build.sh', 'host', *args], text=True,
            capture_output=True, check=False,
            env={'PATH': os.environ['PATH'], **env})
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def made(self):
        folder = self.top / 'build/host'
        return {str(path.relative_to(folder)) for path in folder.rglob('*')
                if path.name.startswith(('qemu-', 'test-'))}

    def test_emulator(self):
        self.assertIn('build/host: 1 steps', self.build())
        self.assertEqual(self.made(), {'qemu-system-aarch64'})
        self.assertIn('build/host: up to date', self.build())

    def test_targets(self):
        """Unit tests do without the emulator."""
        self.assertIn('build/host: 1 steps', self.build('tests/unit/test-b'))
        self.assertEqual(self.made(), {'tests/unit/test-b'})
        self.build('qemu-system-aarch64', 'tests/unit/test-a')
        self.assertEqual(self.made(), {
            'qemu-system-aarch64', 'tests/unit/test-a', 'tests/unit/test-b'})

    def test_another_base(self):
        """It has a folder of its own in build/."""
        shutil.copytree(self.top / 'build/qemu', self.top / 'build/10.0/qemu')
        self.assertIn('build/10.0/host: 1 steps', self.build(BASE='10.0'))
        self.assertFalse((self.top / 'build/host').exists())
        (self.top / 'build/.base').write_text('10.0\n')
        self.assertIn('build/10.0/host: up to date', self.build())

    @unittest.skipUnless(shutil.which('ccache'), 'no ccache: `make setup`')
    def test_ccache(self):
        """Objects are shared with trees elsewhere below build/."""
        self.build()
        said = (self.top / 'build/host/qemu-system-aarch64').read_text()
        self.assertIn(f'CCACHE_BASEDIR={self.top}/build\n', said)
        self.assertIn('CCACHE_DEPEND=1\n', said)


if __name__ == '__main__':
    unittest.main()
