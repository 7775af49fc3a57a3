# SPDX-License-Identifier: GPL-2.0-or-later
"""series.py check, and the format of the files."""

import os
import pathlib
import tempfile
import time
import unittest

from scripts import series_format as sf
from scripts.tests.series_case import WHY, Case, hook, patch


class Check(Case):
    def failed(self, *words, args=('--no-build',)):
        done = self.call('check', *args)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        last = done.stdout[done.stdout.index('series-check: '):]
        for word in words:
            self.assertIn(word, last)
        self.assertEqual(list((self.root / 'build/check').glob('fresh-*')),
                         [])
        return last

    def test_good(self):
        patches = self.patches()
        out = self.good('check', '--no-build')
        self.assertTrue(out.endswith('series-check: 2 entries, 2 hook lines,'
                                     ' ok (commits not built)\n'), out)
        self.assertIn('file(s)" ignored: ', out)
        self.assertEqual(self.patches(), patches)
        self.assertFalse((self.top / 'built').exists())

    def test_builds_each_commit_once(self):
        out = self.good('check')
        self.assertTrue(out.endswith('2 entries, 2 hook lines, ok\n'), out)
        self.assertEqual((self.top / 'built').read_text(),
                         'arm: One\narm: Two\n')
        out = self.good('check')
        self.assertEqual(out.count('built before'), 2)
        self.write(self.root / 'target/list.c', 'int other;\n')
        self.series(self.text('patches/series'))
        self.good('check')
        self.assertEqual((self.top / 'built').read_text(),
                         'arm: One\narm: Two\n' * 2)

    def test_broken_commit(self):
        self.patch('one.patch', patch('arm: One', hook(
            'target/core.c', 10, 'broken();')))
        last = self.failed('one.patch: does not build', args=())
        self.assertIn('two.patch: does not build', last)
        self.assertIn('2 failed', last)
        self.failed('2 failed', args=())        # nothing is proven

    def test_all_failures_are_told(self):
        self.patch('one.patch', patch(
            'arm: One', hook('target/core.c', 10, '\tone();'),
            f'Why.\n\n{WHY}\nSigned-off-by: A <a@b.invalid>'))
        self.write(self.root / 'docs/x.rst', 'x\n')
        self.series(self.text('patches/series') + '    docs/x.rst\n')
        last = self.failed('one.patch: has a line Signed-off-by',
                           'one.patch: checkpatch: error: code indent',
                           'no F: line in MAINTAINERS covers docs/x.rst')
        self.assertIn('3 failed', last)

    def test_rows_of_a_table(self):
        self.write(self.root / 'target/list.h', '#define DEF(x) X##x,\n')
        self.assertIn('a row of a table', self.good('check', '--no-build'))
        self.write(self.root / 'target/list.h', '#define ODD(x) X##x,\n')
        self.failed('error: Macros with complex values', 'some.h:2')

    def test_ended_while_it_builds(self):
        # Ended by its id, it takes the build with it.
        self.write(self.root / 'scripts/build.sh',
                   '#!/bin/sh\necho $$ >"$BUILT"\nsleep 60\n')
        with self.started('check') as process:
            built = self.top / 'built'
            while not (built.exists() and built.read_text().strip()):
                self.assertIsNone(process.poll())
                time.sleep(0.05)
            process.terminate()
            _, err = process.communicate(timeout=30)
        self.assertEqual((process.returncode, err),
                         (130, 'series: interrupted\n'))
        with self.assertRaises(ProcessLookupError):
            os.kill(int(built.read_text()), 0)

    def test_patch_that_does_not_apply(self):
        self.patch('one.patch', patch('arm: One', hook(
            'target/core.c', 10, 'one();', before=3)))
        self.failed('offset', 'left out')

    def test_message_that_am_changes(self):
        # git am takes a From: line at the top of the body for a header.
        self.patch('one.patch', patch(
            'arm: One', hook('target/core.c', 10, 'one();'),
            f'From: A <a@b.invalid>\n\nWhy.\n\n{WHY}'))
        self.failed('other trees or messages')

    def test_edits_in_the_tree_do_not_matter(self):
        self.good('apply')
        self.edit('hw/far.c', 'line 5\n', 'mine();\n')
        self.good('check', '--no-build')
        self.assertIn('mine', (self.tree / 'hw/far.c').read_text())


class Format(unittest.TestCase):
    def test_added_counts_content_only(self):
        text = hook('a.c', 10, '++ b;')
        self.assertEqual(sf.Patch('s', 'b', text + hook('b.c', 5, 'x'))
                         .added(), 2)

    def test_index_lines_go_from_headers_only(self):
        text = ('diff --git a/x b/x\nindex 12..34 100644\n--- a/x\n+++ b/x\n'
                '@@ -1 +1 @@\n-a\n+index 12..34\n')
        self.assertEqual(sf.without_index(text),
                         text.replace('index 12..34 100644\n', ''))

    def test_rename_is_refused(self):
        with self.assertRaisesRegex(sf.SeriesError, 'rename'):
            sf.diff_files('diff --git a/x.c b/y.c\nrename from x.c\n')

    def test_slug(self):
        self.assertEqual(sf.slug('target/arm: Add X, and "Y"!'),
                         'add-x-and-y.patch')
        self.assertEqual(sf.slug('...'), 'entry.patch')

    def test_comments_stay(self):
        text = '# a\n\nx.patch\n    # why\n    y.c\n# end\n'
        series = sf.SeriesFile(text)
        self.assertEqual(series.render(series.entries), text)

    def test_bytes_that_are_not_utf8(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / 'x'
            path.write_bytes(b'\xff\r\n')
            text = sf.read_text(path, 'x')
            self.assertEqual(text.encode(**sf.ENCODING), b'\xff\r\n')


if __name__ == '__main__':
    unittest.main()
