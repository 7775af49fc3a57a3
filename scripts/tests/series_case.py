# SPDX-License-Identifier: GPL-2.0-or-later
"""A small repository with a series, and a base of a few files, for tests."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

from rig.base.paths import ROOT

UPSTREAM = """base 1.2
version 1.2.3
package qemu_1.2.3
pool main/q/qemu
sha256 0 qemu_1.2.3.dsc
base 1.1
base 1.4
since 1.5
"""
LINES = ''.join(f'line {n}\n' for n in range(1, 41))
WHY = 'Upstream: nothing of the kind.\nDrop-when: upstream has it.'
# Stands in for the base's script: complains as it does, of two things.
CHECKPATCH = r'''
my $bad = 0;
open(my $in, '<', $ARGV[-1]) or die;
while (<$in>) {
    if (/^\+.*\t/) {
        print "ERROR: code indent should never use tabs\n";
        print "#$.: FILE: some.c:1:\n\n"; $bad = 1;
    }
    if (/^\+#define (DEF|ODD)\(/) {
        print "ERROR: Macros with complex values should be enclosed in " .
              "parenthesis\n#$.: FILE: some.h:2:\n$_\n"; $bad = 1;
    }
    if (/^new file mode/) {
        print "WARNING: added, moved or deleted file(s):\n\n  x\n\n" .
              "Does MAINTAINERS need updating?\n\n"; $bad = 1;
    }
}
exit $bad;
'''
# Stands in for scripts/build.sh: a commit with `broken` does not build, the
# tests of one with `failing` fail.
BUILD = '''#!/bin/sh
mode=$1 dir=$2
shift 2
subject=$(git -C "$dir/qemu" show -s --format=%s)
case $mode in
at) echo "$subject" >>"$BUILT"
    echo compiling
    ! grep -q broken "$dir/qemu/target/core.c" ;;
tests) echo "$subject: $*" >>"$BUILT"
    ! grep -q failing "$dir/qemu/target/core.c" ;;
*) exit 9 ;;
esac
'''


def patch(subject, diff='', body=f'Why it is so.\n\n{WHY}'):
    return f'Subject: {subject}\n\n{body}\n---\n{diff}'


def hook(path, line, add, lines=40, before=0):
    """A canonical diff of LINES that puts `add` after a line."""
    first, last = line - 2, min(line + 3, lines)
    shift = first + before
    head = f' line {first - 1}' if first > 1 else ''
    text = [f' line {n}' for n in range(first, line + 1)] + [f'+{add}'] + \
        [f' line {n}' for n in range(line + 1, last + 1)]
    size = last - first + 1
    return (f'diff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n'
            f'@@ -{shift},{size} +{shift},{size + 1} @@{head}\n'
            + '\n'.join(text) + '\n')


class Case(unittest.TestCase):
    """A repository of two entries in self.root, a base in self.base."""

    base_name = ''              # what BASE is set to

    def setUp(self):
        self.top = pathlib.Path(tempfile.mkdtemp(prefix='series-'))
        self.addCleanup(shutil.rmtree, self.top)
        self.root, self.base = self.top / 'root', self.top / 'base'
        self.tree = self.root / 'build' / 'qemu'
        self.write(self.root / 'UPSTREAM', UPSTREAM)
        self.write(self.base / 'VERSION', '1.2.3\n')
        self.write(self.base / 'target/core.c', LINES)
        self.write(self.base / 'target/other.c', LINES)
        self.write(self.base / 'hw/far.c', LINES)
        self.write(self.base / 'MAINTAINERS', 'Arm\nF: target/\nF: *\n')
        self.write(self.base / 'scripts/checkpatch.pl', CHECKPATCH)
        self.write(self.base / '.gitignore', '*.c\n')
        self.write(self.base / 'debian/control', 'no\n')
        self.write(self.base / '.pc/x', 'no\n')
        self.write(self.base / 'scripts/__pycache__/x.pyc', 'no\n')
        (self.base / 'link').symlink_to('VERSION')
        self.write(self.root / 'scripts/build.sh', BUILD)
        (self.root / 'scripts/build.sh').chmod(0o755)
        self.write(self.root / 'target/list.c', 'int list;\n')
        self.write(self.root / 'target/list.h', 'extern int list;\n')
        self.series('# order\none.patch\n    target/list.c\n'
                    '    target/list.h  # and why\n# second\ntwo.patch\n')
        self.patch('one.patch', patch('arm: One', hook('target/core.c', 10,
                                                       'one();')))
        self.patch('two.patch', patch('arm: Two', hook('target/core.c', 20,
                                                       'two();', before=1)))

    @staticmethod
    def write(path, text):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, 'utf-8')

    def series(self, text):
        self.write(self.root / 'patches/series', text)

    def patch(self, name, text):
        self.write(self.root / 'patches' / name, text)

    def text(self, path):
        return (self.root / path).read_text('utf-8')

    def started(self, *args, build=None):
        env = dict(os.environ, QEMU_SRC=str(self.base), PYTHONWARNINGS='error',
                   BASE=self.base_name,
                   BUILT=str(self.top / 'built'),
                   XDG_CACHE_HOME=str(self.top / 'cache'),
                   PYTHONPATH=str(ROOT))
        command = [sys.executable, '-m', 'scripts.series',
                   '--root', str(self.root)]
        if build:
            command += ['--build-dir', str(build)]
        return subprocess.Popen(
            command + [str(a) for a in args], env=env, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)

    def call(self, *args, build=None):
        with self.started(*args, build=build) as process:
            out, err = process.communicate()
        return subprocess.CompletedProcess(args, process.returncode, out,
                                           err)

    def good(self, *args, **kwargs):
        done = self.call(*args, **kwargs)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def refused(self, *words, verb=('apply',)):
        """The verb fails with one line that holds all the words."""
        done = self.call(*verb)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertEqual(done.stderr.count('\n'), 1, done.stderr)
        self.assertTrue(done.stderr.startswith('series: '), done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)
        return done.stderr

    def git(self, *args, tree=None):
        return subprocess.run(
            ['git', '-c', 'user.name=Dev', '-c', 'user.email=d@e.invalid',
             *args], cwd=tree or self.tree, check=True, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT).stdout.strip()

    def mtimes(self):
        return {str(p.relative_to(self.tree)): p.lstat().st_mtime_ns
                for p in self.tree.rglob('*')
                if p.is_file() and '.git' not in p.parts}

    def edit(self, path, old, new):
        text = (self.tree / path).read_text('utf-8')
        self.assertIn(old, text)
        (self.tree / path).write_text(text.replace(old, new), 'utf-8')

    def patches(self):
        return {p.name: p.read_bytes()
                for p in (self.root / 'patches').iterdir()}
