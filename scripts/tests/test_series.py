# SPDX-License-Identifier: GPL-2.0-or-later
"""series.py apply, stock and export; what they refuse."""

import os
import shutil
import unittest

from scripts.tests.series_case import LINES, WHY, Case, hook, patch


class Apply(Case):
    def test_commits_and_content(self):
        self.good('apply')
        self.assertEqual(self.git('log', '--format=%s', '--reverse'),
                         'QEMU 1.2.3 (QEMU_SRC)\narm: One\narm: Two')
        self.assertEqual(self.git('rev-list', '--count', 'base'), '1')
        self.assertIn('Upstream: nothing', self.git('show', '-s'))
        self.assertEqual(self.git('show', 'HEAD:target/list.c'),
                         'int list;')
        self.assertIn('line 10\none();\nline 11\n',
                      (self.tree / 'target/core.c').read_text())
        link = self.tree / 'target/list.c'
        self.assertTrue(link.is_symlink())
        self.assertEqual(link.resolve(), self.root / 'target/list.c')
        self.assertEqual(self.git('status', '--porcelain'), '')

    def test_base_holds_sources_only(self):
        self.good('apply')
        files = self.git('ls-tree', '-r', '--name-only', 'base').split('\n')
        self.assertIn('target/core.c', files)       # although ignored
        self.assertIn('link', files)
        for name in ('debian/control', '.pc/x',
                     'scripts/__pycache__/x.pyc'):
            self.assertNotIn(name, files)

    def test_same_ids_anywhere(self):
        self.good('apply')
        head = self.git('rev-parse', 'HEAD')
        self.good('apply', build=self.top / 'elsewhere')
        self.assertEqual(head, self.git('rev-parse', 'HEAD', tree=self.top
                                        / 'elsewhere/qemu'))

    def test_second_run_does_nothing(self):
        self.good('apply')
        before = self.mtimes()
        self.assertIn('up to date', self.good('apply'))
        self.assertEqual(self.mtimes(), before)

    def test_overlay_edit_touches_no_upstream_file(self):
        self.good('apply')
        before = self.mtimes()
        head = self.git('rev-parse', 'HEAD')
        self.write(self.root / 'target/list.c', 'int other;\n')
        self.good('apply')
        self.assertEqual(self.mtimes(), before)
        self.assertNotEqual(self.git('rev-parse', 'HEAD'), head)
        self.assertEqual(self.git('show', 'HEAD:target/list.c'),
                         'int other;')
        self.assertEqual(self.git('status', '--porcelain'), '')

    def test_hook_change_writes_only_that_file(self):
        self.good('apply')
        before = self.mtimes()
        self.patch('two.patch', patch('arm: Two', hook('hw/far.c', 20,
                                                       'two();')))
        self.good('apply')
        after = self.mtimes()
        changed = {p for p in after if after[p] != before[p]}
        self.assertEqual(changed, {'hw/far.c', 'target/core.c'})
        self.assertEqual(self.git('status', '--porcelain'), '')

    def test_overlay_taken_out_is_gone(self):
        self.good('apply')
        self.series('one.patch\n    target/list.c\ntwo.patch\n')
        self.good('apply')
        self.assertFalse((self.tree / 'target/list.h').is_symlink())
        self.assertTrue((self.root / 'target/list.h').is_file())
        self.assertEqual(self.git('status', '--porcelain'), '')

    def test_untracked_files_stay(self):
        self.good('apply')
        self.write(self.tree / 'configs/rig.mak', 'X=y\n')
        self.write(self.root / 'target/list.c', 'int other;\n')
        self.good('apply')
        self.assertTrue((self.tree / 'configs/rig.mak').is_file())

    def test_new_base(self):
        self.good('apply')
        before = self.mtimes()
        self.write(self.base / 'hw/far.c', 'changed\n')
        self.write(self.base / 'hw/new.c', 'new\n')
        (self.base / 'target/other.c').unlink()
        self.good('apply')
        after = self.mtimes()
        self.assertEqual((self.tree / 'hw/far.c').read_text(), 'changed\n')
        self.assertTrue((self.tree / 'hw/new.c').is_file())
        self.assertFalse((self.tree / 'target/other.c').exists())
        self.assertEqual(after['target/core.c'], before['target/core.c'])
        self.assertEqual(self.git('status', '--porcelain'), '')

    def test_cut_short_is_completed(self):
        self.good('apply')
        old = self.git('rev-parse', 'HEAD')
        state = (self.tree / '.git/series.json').read_text()
        self.patch('two.patch', patch('arm: Two', hook('hw/far.c', 20,
                                                       'two();')))
        self.good('apply')
        new = self.git('rev-parse', 'HEAD')
        # As if ended after the files, before the branch and the state.
        self.git('update-ref', 'refs/heads/series', old)
        self.git('read-tree', old)
        (self.tree / '.git/series.json').write_text(state)
        self.good('apply')
        self.assertEqual(self.git('rev-parse', 'HEAD'), new)
        self.assertEqual(self.git('status', '--porcelain'), '')

    def test_user_configuration_has_no_say(self):
        self.good('apply')
        self.good('export', '-o', self.top / 'one')
        head = self.git('rev-parse', 'HEAD')
        config = self.top / '.gitconfig'
        config.write_text('[diff]\nnoprefix = true\ncontext = 1\n'
                          '[core]\nautocrlf = true\n'
                          '[format]\nsubjectPrefix = MINE\n'
                          '[commit]\ngpgsign = true\n')
        old = dict(os.environ)
        os.environ.update(HOME=str(self.top),
                          GIT_DIR='/nowhere', GIT_INDEX_FILE='/nowhere')
        try:
            self.good('apply', build=self.top / 'elsewhere')
            self.good('export', '-o', self.top / 'two',
                      build=self.top / 'elsewhere')
        finally:
            os.environ.clear()
            os.environ.update(old)
        tree = self.top / 'elsewhere/qemu'
        self.assertEqual(self.git('rev-parse', 'HEAD', tree=tree), head)
        for path in (self.top / 'one').iterdir():
            self.assertEqual(path.read_bytes(),
                             (self.top / 'two' / path.name).read_bytes())


class Refusals(Case):
    def test_offset(self):
        self.patch('one.patch', patch('arm: One', hook(
            'target/core.c', 10, 'one();', before=3)))
        self.refused('patches/one.patch', 'target/core.c', 'offset',
                     'line 11', 'line 8', 'make refresh')

    def test_hunk_that_does_not_apply(self):
        self.patch('one.patch', patch('arm: One', hook(
            'target/core.c', 10, 'one();').replace(' line 9', ' line x')))
        self.refused('patches/one.patch', 'target/core.c', 'line 8',
                     'does not apply')

    def test_hook_of_missing_file(self):
        self.patch('one.patch', patch('arm: One', hook('target/no.c', 10,
                                                       'one();')))
        self.refused('patches/one.patch', 'target/no.c')

    def test_other_form(self):
        self.patch('one.patch', patch('arm: One', hook(
            'target/core.c', 10, 'one();')).replace(
                '\n---', '\n\n---', 1))
        self.refused('patches/one.patch', 'form', 'make refresh')

    def test_overlay_in_base(self):
        self.series('one.patch\n    target/other.c\ntwo.patch\n')
        self.write(self.root / 'target/other.c', 'ours\n')
        self.refused('target/other.c', 'is in the base')

    def test_overlay_below_a_file_of_the_base(self):
        self.base.joinpath('roms').write_text('a file\n')
        self.write(self.root / 'roms/x.c', 'ours\n')
        self.series('one.patch\n    roms/x.c\ntwo.patch\n')
        self.refused('roms/x.c', 'roms is in the base')

    def test_overlay_missing(self):
        (self.root / 'target/list.h').unlink()
        self.refused('one.patch', 'target/list.h', 'no such file')

    def test_overlay_twice(self):
        self.series('one.patch\n    target/list.c\ntwo.patch\n'
                    '    target/list.c\n')
        self.refused('patches/series:4', 'target/list.c', 'one.patch')

    def test_overlay_outside(self):
        self.series('one.patch\n    ../x.c\ntwo.patch\n')
        self.refused('patches/series:2', '../x.c')

    def test_hook_in_overlay(self):
        self.patch('two.patch', patch('arm: Two', hook('target/list.c', 20,
                                                       'two();')))
        self.refused('patches/two.patch', 'target/list.c', 'one.patch')

    def test_hook_makes_file(self):
        self.patch('two.patch', patch(
            'arm: Two', 'diff --git a/n.c b/n.c\nnew file mode 100644\n'
            '--- /dev/null\n+++ b/n.c\n@@ -0,0 +1 @@\n+x\n'))
        self.refused('patches/two.patch', 'n.c', 'patches/series')

    def test_unknown_entry(self):
        self.series('one.patch\ntwo.patch\nthree.patch\n')
        self.refused('three.patch', 'does not exist')

    def test_patch_not_in_series(self):
        self.patch('three.patch', patch('arm: Three'))
        self.refused('patches/three.patch', 'not in patches/series')

    def test_entry_twice(self):
        self.series('one.patch\ntwo.patch\none.patch\n')
        self.refused('patches/series:3', 'one.patch', 'twice')

    def test_indented_first(self):
        self.series('  target/list.c\none.patch\ntwo.patch\n')
        self.refused('patches/series:1', 'no entry stands above')

    def test_no_series(self):
        shutil.rmtree(self.root / 'patches')
        self.refused('patches/series', 'No such file')

    def test_message(self):
        for body, word in (('Why.\n\nUpstream: x\nDrop-when:', 'Drop-when'),
                           ('Why.\n\nDrop-when: x', 'Upstream'),
                           (f'diff -u a b\n{WHY}', 'git am'),
                           ('', 'no body')):
            with self.subTest(word):
                self.patch('one.patch', patch('arm: One', '', body))
                self.refused('patches/one.patch', word)
        self.patch('one.patch', patch('[PATCH] arm: One'))
        self.refused('patches/one.patch', 'prefix')
        self.patch('one.patch', 'From: x\n')
        self.refused('patches/one.patch', 'Subject:')
        self.patch('one.patch', f'Subject: x\n\nWhy.\n{WHY}\n')
        self.refused('patches/one.patch', '---')

    def test_foreign_tree(self):
        self.write(self.tree / 'VERSION', '1.2.3\n')
        self.refused('build/qemu', 'did not make it')
        self.assertEqual(list((self.root / 'build').glob('.qemu-*')), [])

    def test_wrong_base(self):
        self.write(self.base / 'VERSION', '9.9.9\n')
        self.refused('9.9.9', '1.2.3')

    def test_uncommitted_edit_that_would_be_lost(self):
        self.good('apply')
        self.edit('hw/far.c', 'line 30\n', 'line 30\nmine();\n')
        self.patch('two.patch', patch('arm: Two', hook('hw/far.c', 20,
                                                       'two();')))
        before = self.mtimes()
        self.refused('hw/far.c', 'lost', 'make refresh')
        self.assertEqual(self.mtimes(), before)
        self.assertIn('mine();', (self.tree / 'hw/far.c').read_text())

    def test_uncommitted_edit_elsewhere_stays(self):
        self.good('apply')
        self.edit('hw/far.c', 'line 30\n', 'mine();\n')
        self.assertIn('edits in 1 file', self.good('apply'))
        self.write(self.root / 'target/list.c', 'int other;\n')
        self.good('apply')
        self.assertIn('mine();', (self.tree / 'hw/far.c').read_text())
        self.assertEqual(self.git('status', '--porcelain'), 'M hw/far.c')

    def test_commit_that_would_be_lost(self):
        self.good('apply')
        self.edit('hw/far.c', 'line 30\n', 'mine();\n')
        self.git('commit', '-qam', f'x: Mine\n\nWhy.\n\n{WHY}')
        self.write(self.root / 'target/list.c', 'int other;\n')
        self.refused('commits that are not in patches/',
                     'make refresh')

    def test_other_branch(self):
        self.good('apply')
        self.git('checkout', '-q', '-b', 'mine')
        self.refused('branch mine', 'git checkout series')

    def test_file_in_place_of_a_link(self):
        self.good('apply')
        (self.tree / 'target/list.c').unlink()
        (self.tree / 'target/list.c').write_text('precious\n')
        self.refused('target/list.c', 'differs')
        (self.tree / 'target/list.c').write_text('int list;\n')
        self.good('apply')
        self.assertTrue((self.tree / 'target/list.c').is_symlink())


class Stock(Case):
    def test_stock(self):
        self.good('stock')
        tree = self.root / 'build/stock/qemu'
        self.assertEqual((tree / 'target/core.c').read_text(), LINES)
        self.assertFalse((tree / 'target/list.c').exists())
        before = (tree / 'target/core.c').stat().st_mtime_ns
        self.assertIn('up to date', self.good('stock'))
        self.assertEqual((tree / 'target/core.c').stat().st_mtime_ns,
                         before)

    def test_removed_is_made_again(self):
        self.good('stock')
        shutil.rmtree(self.root / 'build/stock')
        self.good('stock')
        self.assertTrue((self.root / 'build/stock/qemu/VERSION').exists())

    def test_foreign(self):
        self.write(self.root / 'build/stock/qemu/VERSION', '1.2.3\n')
        self.refused('build/stock/qemu', 'not a worktree', 'remove it',
                     verb=('stock',))


class Export(Case):
    def test_am_gives_the_same_tree(self):
        self.good('apply')
        self.good('export')
        self.good('export', '-o', self.top / 'two')
        one = sorted((self.root / 'build/export').iterdir())
        self.assertEqual([p.name for p in one],
                         ['0001-arm-One.patch', '0002-arm-Two.patch'])
        for path in one:
            self.assertEqual(path.read_bytes(),
                             (self.top / 'two' / path.name).read_bytes())
        self.assertIn('new file mode', one[0].read_text())
        tree = self.git('rev-parse', 'HEAD^{tree}')
        self.git('worktree', 'add', '-q', '--detach', str(self.top / 'am'),
                 'base')
        self.git('am', '-q', *map(str, one), tree=self.top / 'am')
        self.assertEqual(self.git('rev-parse', 'HEAD^{tree}',
                                  tree=self.top / 'am'), tree)

    def test_edits_in_the_tree_do_not_leak(self):
        self.good('apply')
        self.edit('hw/far.c', 'line 5\n', 'mine();\n')
        self.good('export')
        self.assertNotIn('mine', ''.join(
            p.read_text() for p in (self.root / 'build/export').iterdir()))

    def test_author(self):
        self.good('export', '--author', 'Some One <s@o.invalid>')
        mail = (self.root / 'build/export/0001-arm-One.patch').read_text()
        self.assertIn('\nFrom: Some One <s@o.invalid>\n', mail)
        self.assertEqual(self.call('export', '--author', 'x').returncode, 2)

    def test_foreign_folder(self):
        self.write(self.top / 'out/precious', 'x')
        self.refused('precious', verb=('export', '-o', self.top / 'out'))
        self.assertTrue((self.top / 'out/precious').exists())

    def test_old_mails_go(self):
        self.write(self.root / 'build/export/0009-old.patch', 'x')
        self.good('export')
        self.assertEqual(len(list((self.root / 'build/export').iterdir())),
                         2)


if __name__ == '__main__':
    unittest.main()
