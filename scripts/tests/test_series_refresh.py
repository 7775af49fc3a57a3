# SPDX-License-Identifier: GPL-2.0-or-later
"""series.py refresh: from commits and edits back to patches/."""

import os
import re
import shutil
import subprocess
import unittest

from scripts.tests.series_case import LINES, WHY, Case, hook, patch


class Refresh(Case):
    def setUp(self):
        super().setUp()
        self.good('apply')

    def assert_settled(self):
        """After a refresh nothing is left to do."""
        self.assertEqual(self.git('status', '--porcelain'), '')
        self.assertTrue(self.good('apply').endswith('up to date\n'))
        patches = self.patches()
        self.good('refresh')
        self.assertEqual(self.patches(), patches)
        self.good('apply', build=self.top / 'again')
        self.assertEqual(self.git('rev-parse', 'HEAD'),
                         self.git('rev-parse', 'HEAD',
                                  tree=self.top / 'again/qemu'))

    def test_nothing_to_do(self):
        patches = self.patches()
        self.good('refresh')
        self.assertEqual(self.patches(), patches)
        self.assert_settled()

    def test_edit_goes_into_the_last(self):
        one = self.text('patches/one.patch')
        self.edit('hw/far.c', 'line 5\n', 'line 5\nmine();\n')
        self.good('refresh')
        self.assertEqual(self.text('patches/one.patch'), one)
        self.assertIn('\n+mine();\n', self.text('patches/two.patch'))
        self.assertIn('\n+two();\n', self.text('patches/two.patch'))
        self.assert_settled()

    def test_edit_goes_into_the_middle(self):
        self.edit('target/core.c', 'one();\n', 'one();\nmine();\n')
        before = self.mtimes()
        self.good('refresh', 'one.patch')
        one, two = map(self.text, ('patches/one.patch',
                                   'patches/two.patch'))
        self.assertIn('\n+one();\n+mine();\n', one)
        self.assertNotIn('mine', two)
        self.assertIn('@@ -20,', two)       # moved down by the edit
        self.assertEqual(self.mtimes(), before)
        self.assert_settled()

    def test_edit_that_does_not_fit(self):
        self.edit('target/core.c', 'two();\n', 'zwei();\n')
        patches = self.patches()
        self.refused('target/core.c', 'one.patch', 'later entry',
                     verb=('refresh', 'one.patch'))
        self.assertEqual(self.patches(), patches)
        self.assertIn('zwei', (self.tree / 'target/core.c').read_text())

    def test_unknown_entry(self):
        for line in ('line 5\n', 'line 6\n'):
            self.refused('no.patch', 'one.patch, two.patch',
                         verb=('refresh', 'no.patch'))
            self.edit('hw/far.c', line, 'mine();\n')

    def test_new_commit_with_new_file(self):
        self.edit('hw/far.c', 'line 5\n', 'line 5\nmine();\n')
        self.write(self.tree / 'target/mine.c', 'int mine;\n')
        self.write(self.tree / 'target/tool.sh', '#!/bin/sh\n')
        (self.tree / 'target/tool.sh').chmod(0o755)
        self.git('add', '-f', 'target/mine.c', 'target/tool.sh')
        self.git('commit', '-qam', f'arm: Add mine, at last\n\nWhy.\n\n{WHY}')
        self.good('refresh')
        self.assertEqual(
            self.text('patches/series'),
            '# order\none.patch\n    target/list.c\n'
            '    target/list.h  # and why\n# second\ntwo.patch\n'
            'add-mine-at-last.patch\n    target/mine.c\n'
            '    target/tool.sh\n')
        self.assertEqual(self.text('patches/add-mine-at-last.patch'),
                         patch('arm: Add mine, at last',
                               hook('hw/far.c', 5, 'mine();'),
                               f'Why.\n\n{WHY}'))
        self.assertEqual(self.text('target/mine.c'), 'int mine;\n')
        self.assertTrue(os.access(self.root / 'target/tool.sh', os.X_OK))
        self.assertTrue((self.tree / 'target/mine.c').is_symlink())
        self.assert_settled()

    def test_new_file_without_commit(self):
        self.write(self.tree / 'target/mine.c', 'int mine;\n')
        self.git('add', '-f', 'target/mine.c')
        self.good('refresh', 'one.patch')
        self.assertIn('one.patch\n    target/list.c\n    target/list.h  '
                      '# and why\n    target/mine.c\n',
                      self.text('patches/series'))
        self.assert_settled()

    def test_new_file_that_the_repository_has(self):
        self.write(self.root / 'target/mine.c', 'precious\n')
        self.write(self.tree / 'target/mine.c', 'int mine;\n')
        self.git('add', '-f', 'target/mine.c')
        self.refused('target/mine.c', 'another file', verb=('refresh',))
        self.assertEqual(self.text('target/mine.c'), 'precious\n')

    def test_new_commit_without_reason(self):
        self.edit('hw/far.c', 'line 5\n', 'mine();\n')
        self.git('commit', '-qam', 'arm: Mine')
        patches = self.patches()
        self.refused('arm: Mine', 'body', verb=('refresh',))
        self.assertEqual(self.patches(), patches)

    def test_amended_subject_keeps_the_file_name(self):
        self.edit('hw/far.c', 'line 5\n', 'mine();\n')
        self.git('commit', '-qa', '--amend', '-m',
                 f'arm: Other\n\nWhy.\n\n{WHY}')
        self.good('refresh')
        self.assertEqual(set(self.patches()),
                         {'series', 'one.patch', 'two.patch'})
        self.assertIn('Subject: arm: Other\n',
                      self.text('patches/two.patch'))
        self.assert_settled()

    def test_two_commits_with_one_name(self):
        for line in ('line 5\n', 'line 30\n'):
            self.edit('hw/far.c', line, f'{line}mine();\n')
            self.git('commit', '-qam', f'arm: Mine\n\nWhy.\n\n{WHY}')
        self.good('refresh')
        self.assertIn('two.patch\nmine.patch\nmine-2.patch\n',
                      self.text('patches/series'))
        self.assert_settled()

    def test_dropped_commit(self):
        self.git('reset', '-q', '--keep', 'HEAD~1')
        self.assertIn('patches/two.patch', self.good('refresh'))
        self.assertEqual(set(self.patches()), {'series', 'one.patch'})
        self.assertNotIn('two', self.text('patches/series'))
        self.assert_settled()

    def test_commit_in_overlay(self):
        blob = subprocess.run(['git', 'hash-object', '-w', '--stdin'],
                              input='int x;\n', text=True, cwd=self.tree,
                              stdout=subprocess.PIPE,
                              check=True).stdout.strip()
        self.git('update-index', '--cacheinfo',
                 f'100644,{blob},target/list.c')
        self.git('commit', '-qm', f'arm: Mine\n\nWhy.\n\n{WHY}')
        self.refused('target/list.c', 'in the repository',
                     verb=('refresh',))

    def test_offset_is_mended(self):
        self.patch('one.patch', patch('arm: One', hook(
            'target/core.c', 10, 'one();', before=3)))
        self.good('refresh')
        self.assertEqual(self.text('patches/one.patch'), patch(
            'arm: One', hook('target/core.c', 10, 'one();')))
        self.assert_settled()

    def test_new_base_moves_the_hooks(self):
        self.write(self.base / 'target/core.c', 'top\n' + LINES)
        self.refused('offset', 'make refresh')
        self.good('refresh')
        self.assertIn('@@ -9,6 +9,7 @@', self.text('patches/one.patch'))
        self.assert_settled()

    def test_both_changed(self):
        self.edit('hw/far.c', 'line 5\n', 'mine();\n')
        self.patch('two.patch', patch('arm: Zwei', hook(
            'target/core.c', 20, 'two();', before=1)))
        said = self.refused('both', verb=('refresh',))
        self.git(*re.search(r'git (reset --hard \w+)', said)[1].split())
        self.good('refresh')
        self.assertIn('Zwei', self.git('log', '--format=%s'))

    def test_cut_short_is_completed(self):
        self.edit('hw/far.c', 'line 5\n', 'line 5\nmine();\n')
        state = (self.tree / '.git/series.json').read_text()
        old = self.git('rev-parse', 'HEAD')
        self.good('refresh')
        # As if ended when patches/ were written and nothing else.
        self.git('reset', '-q', '--soft', old)
        (self.tree / '.git/series.json').write_text(state)
        self.good('refresh')
        self.assert_settled()

    def test_no_tree(self):
        shutil.rmtree(self.tree)
        self.refused('apply first', verb=('refresh',))


if __name__ == '__main__':
    unittest.main()
