# SPDX-License-Identifier: GPL-2.0-or-later
"""Each fuzz target fails on code that is broken, already by its seeds."""

import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

from rig.base.paths import ROOT

MESON = '/usr/bin/meson'
# {target: (source, what stands there, what breaks it)}
BREAKS = {
    'list': ('target/arm/cpreg/load.c',
             '    if (text) {\n        arm_cpreg_clause(load->refused,',
             '    if (0) {\n        arm_cpreg_clause(load->refused,'),
    'manifest': ('target/arm/cpreg/manifest-stream.c',
                 'manifest_put64(out, values[i]);',
                 'manifest_put64(out, values[i] ^ 1);'),
    'wide': ('target/arm/migration/wide-regs.c',
             'qemu_get_buffer(f, reg->value, bytes) != bytes',
             'qemu_get_buffer(f, reg->value, bytes) - 1 != bytes - 1 ||\n'
             '            !(reg->value[0] ^= 1)'),
    'refusal': ('migration/refusal.c',
                '(*end & 0xc0) == 0x80', '0'),
    'dump': ('contrib/kvm-arm-regs/src/compare.c',
             'outcome == OUTCOME_REFUSED ? VERDICT_REFUSED',
             'outcome == OUTCOME_REFUSED ? VERDICT_COMPATIBLE'),
}
COPIED = ('meson.build', 'contrib', 'include', 'migration', 'qapi',
          'standalone', 'stubs', 'target', 'tests')


def run(*argv):
    return subprocess.run([str(a) for a in argv], check=False, text=True,
                          stdin=subprocess.DEVNULL, capture_output=True)


class Targets(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.root = pathlib.Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, cls.root)
        for name in COPIED:
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, cls.root / name,
                                ignore=shutil.ignore_patterns(
                                    'data', '__pycache__'))
            else:
                shutil.copy(ROOT / name, cls.root)
        (cls.root / 'tests/data').symlink_to(ROOT / 'tests/data')
        (cls.root / 'scripts').symlink_to(ROOT / 'scripts')
        cls.build = cls.root / 'build'
        replays = [f'standalone/fuzz/fuzz-{t}-replay' for t in BREAKS]
        cls.ninja('good', replays)
        for source, good, broken in BREAKS.values():
            path = cls.root / source
            text = path.read_text(encoding='utf-8')
            if text.count(good) != 1:
                raise AssertionError(f'{source}: not once in it: {good}')
            path.write_text(text.replace(good, broken), encoding='utf-8')
        cls.ninja('broken', replays)

    @classmethod
    def ninja(cls, name, replays):
        """Build, and keep the replays and seeds of that."""
        if not cls.build.exists():
            done = run(MESON, 'setup', cls.build, cls.root,
                       '-Doptimization=0')
            if done.returncode:
                raise AssertionError(done.stdout[-2000:])
        done = run('ninja', '-C', cls.build, 'standalone/fuzz/seeds', *replays)
        if done.returncode:
            raise AssertionError(done.stdout[-2000:])
        kept = cls.root / name
        kept.mkdir()
        for replay in replays:
            shutil.copy(cls.build / replay, kept)
        if name == 'good':
            shutil.copytree(cls.build / 'standalone/fuzz/seeds',
                            cls.root / 'seeds')

    def replay(self, name, target):
        return run(self.root / name / f'fuzz-{target}-replay',
                   self.root / 'seeds' / target)

    def test_good_and_broken(self):
        """One test: avocado sets up, and so builds, for each anew."""
        for target in BREAKS:
            with self.subTest(target):
                done = self.replay('good', target)
                self.assertEqual(done.returncode, 0, done.stderr[-1000:])
                self.assertNotEqual(self.replay('broken', target).returncode,
                                    0)


if __name__ == '__main__':
    sys.exit(unittest.main())
