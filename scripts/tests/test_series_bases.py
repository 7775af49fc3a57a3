# SPDX-License-Identifier: GPL-2.0-or-later
"""The series on another base than the first: patches/bases/NAME."""

import shutil
import unittest

from scripts import series_bases as sb, series_format as sf
from scripts.tests.series_case import LINES, Case, hook, patch

# The other base has a line more on top, and another line 10.
OTHER = 'top\n' + LINES.replace('line 10\n', 'other line 10\n')
ONE = ('''replaces STAMP target/core.c
diff --git a/target/core.c b/target/core.c
--- a/target/core.c
+++ b/target/core.c
@@ -9,6 +9,7 @@ line 7
 line 8
 line 9
 other line 10
+one();
 line 11
 line 12
 line 13
''').replace('replaces STAMP target/core.c\n',
            sb.stamp('target/core.c', hook('target/core.c', 10, 'one();')))


class Other(Case):
    """A base 1.1 on which the first entry's hook does not apply."""

    base_name = '1.1'
    version = '1.1.7'

    def setUp(self):
        super().setUp()
        self.write(self.base / 'VERSION', f'{self.version}\n')
        self.write(self.base / 'target/core.c', OTHER)
        self.tree = self.root / 'build' / self.base_name / 'qemu'
        self.folder = self.root / 'patches/bases' / self.base_name

    def adapt(self, name, text):
        self.write(self.folder / name, text)

    def core(self):
        return (self.tree / 'target/core.c').read_text('utf-8')


class Apply(Other):
    def test_hook_that_does_not_apply(self):
        self.refused('patches/one.patch', 'target/core.c', 'line 8')

    def test_hooks_of_the_base(self):
        """Its own for one entry, an offset for the other; the overlay."""
        self.adapt('one.diff', ONE)
        self.good('apply')
        self.assertIn('other line 10\none();\nline 11\n', self.core())
        self.assertIn('line 20\ntwo();\n', self.core())
        self.assertTrue((self.tree / 'target/list.c').is_symlink())
        self.assertEqual(self.git('log', '--format=%s', '--reverse'),
                         'QEMU 1.1.7 (QEMU_SRC)\narm: One\narm: Two')
        self.assertIn('up to date', self.good('apply'))

    def test_file_without_a_hook(self):
        self.adapt('one.diff', ONE[:ONE.index('---')])
        self.good('apply')
        self.assertNotIn('one();', self.core())
        self.assertIn('two();', self.core())

    def test_entries_of_the_base(self):
        """They come first, and may bring files of their own."""
        self.adapt('one.diff', ONE)
        self.adapt('lack.patch', patch('base 1.1: Give what lacks', (
            'diff --git a/target/lack.h b/target/lack.h\n'
            'new file mode 100644\n--- /dev/null\n+++ b/target/lack.h\n'
            '@@ -0,0 +1 @@\n+int lack;\n')))
        self.adapt('series', 'adapt lack.patch\nwithout target/list.h\n')
        self.good('apply')
        self.assertEqual((self.tree / 'target/lack.h').read_text(),
                         'int lack;\n')
        self.assertFalse((self.tree / 'target/list.h').exists())
        self.assertTrue((self.tree / 'target/list.c').is_symlink())
        self.assertEqual(
            self.git('log', '--format=%s', '--reverse'),
            'QEMU 1.1.7 (QEMU_SRC)\nbase 1.1: Give what lacks\narm: One\n'
            'arm: Two')
        self.assertFalse((self.root / 'target/lack.h').exists())

    def test_what_the_folder_may_not_hold(self):
        self.adapt('one.diff', ONE)
        for name, text, word in (
                ('three.diff', ONE, 'three.diff: no entry has this name'),
                ('lost.patch', '', 'lost.patch: no entry has this name'),
                ('series', 'bring it\n', 'series:1: "bring it"'),
                ('series', 'without target/core.c\n', 'no overlay file')):
            self.adapt(name, text)
            self.refused(word)
            (self.folder / name).unlink()

    def test_the_first_base_stays_as_it_is(self):
        self.adapt('one.diff', ONE)
        self.write(self.base / 'VERSION', '1.2.3\n')
        self.write(self.base / 'target/core.c', LINES)
        self.base_name = ''
        self.good('apply')
        self.assertIn('line 10\none();', (
            self.root / 'build/qemu/target/core.c').read_text())

    def test_tree_of_another_base(self):
        self.write(self.base / 'VERSION', '1.2.3\n')
        self.refused('QEMU 1.2.3, and the base is 1.1')

    def test_unknown_base(self):
        self.base_name = '7.7'
        self.refused('BASE=7.7: no such base; there are: 1.2, 1.1, 1.4')


class Versions(Other):
    base_name = '1.4'
    version = '1.4.0'

    def test_dropped_by_its_trailer(self):
        self.patch('one.patch', patch(
            'arm: One', hook('target/core.c', 10, 'one();'),
            'Why.\n\nUpstream: abc, in 1.3\nDrop-when: the base is QEMU 1.3 '
            'or\n later, or upstream has it'))
        self.good('apply')
        self.assertNotIn('one();', self.core())
        self.assertIn('two();', self.core())
        self.assertFalse((self.tree / 'target/list.c').exists())
        done = self.call('roll')
        self.assertIn('drop    one.patch', done.stdout)
        self.assertIn('abc, in 1.3', done.stdout)

    def test_conditions(self):
        for said, holds in (
                ('the base is QEMU 1.4 or later', True),
                ('the base is QEMU 1.5 or later', False),
                ('the base is older than QEMU 1.5', True),
                ('the base is older than QEMU 1.4', False),
                ('the base is older than QEMU 1.3, or the base is QEMU '
                 '1.4 or later', True),
                ('upstream has it', False)):
            made = sf.Patch('a', f'Upstream: b\nDrop-when: {said}', '')
            self.assertEqual(bool(sb.dropped(made, '1.4.0')), holds, said)
        made = sf.Patch('a', 'Drop-when: the base is QEMU 11.1 or later', '')
        for version, holds in (('11.1.3', True), ('11.0.92', True),
                               ('11.0.3', False), ('10.2.50', False)):
            self.assertEqual(bool(sb.dropped(made, version)), holds, version)
        made = sf.Patch('a', 'Drop-when: the base is QEMU 11.0 or later', '')
        for version, holds in (('10.2.91', True), ('10.2.4', False)):
            self.assertEqual(bool(sb.dropped(made, version)), holds, version)

    def test_release_that_texts_name(self):
        """Commits name the base's release; the overlay file stays."""
        self.adapt('one.diff', ONE)
        self.write(self.root / 'target/list.c', '/* Since: 1.2 */\n')
        self.patch('two.patch', patch('arm: Two', hook(
            'target/core.c', 20, 'two(); /* (since 1.2) */', before=1)))
        self.good('apply')
        self.assertIn('/* (since 1.5) */', self.core())
        self.assertEqual(self.git('show', 'HEAD:target/list.c'),
                         '/* Since: 1.5 */')
        self.assertEqual(self.text('target/list.c'), '/* Since: 1.2 */\n')
        self.good('refresh')
        self.assertEqual(sorted(p.name for p in self.folder.iterdir()),
                         ['one.diff'])


class Stale(Other):
    """A hook changes that the base has another one for."""

    def setUp(self):
        super().setUp()
        self.adapt('one.diff', ONE)
        self.good('apply')

    def test_it_must_be_carried_over(self):
        self.patch('one.patch', patch('arm: One', hook('target/core.c', 10,
                                                       'other();')))
        said = self.refused('patches/bases/1.1/one.diff', 'target/core.c',
                            'make refresh')
        self.assertIn('has other hooks', said)
        done = self.call('roll')
        self.assertIn('ADAPT   one.patch', done.stdout)
        self.adapt('one.diff', ONE.replace('one();', 'other();'))
        self.refused('patches/bases/1.1/one.diff')
        self.good('refresh')
        self.assertIn('other();', self.core())
        self.assertIn('up to date', self.good('apply'))
        self.assertIn('1 adapted', self.good('roll'))

    def test_other_lines_do_not_matter(self):
        text = hook('target/core.c', 10, 'one();')
        self.assertNotEqual(text, text.replace('@@ -8,6', '@@ -9,6'))
        self.assertEqual(sb.stamp('a', text),
                         sb.stamp('a', text.replace('@@ -8,6', '@@ -9,6')))


class Roll(Other):
    def test_verdicts(self):
        done = self.call('roll')
        self.assertEqual(done.returncode, 1)
        self.assertIn('ADAPT   one.patch', done.stdout)
        self.assertIn('target/core.c:8', done.stdout)
        self.assertIn('applies two.patch', done.stdout)
        self.assertIn('roll: QEMU 1.1.7: 1 applies, 0 adapted, 0 drop, '
                      '1 ADAPT', done.stdout)
        self.adapt('one.diff', ONE)
        said = self.good('roll')
        self.assertIn('adapted one.patch', said)
        self.assertIn('1 applies, 1 adapted', said)


class Refresh(Other):
    def setUp(self):
        super().setUp()
        self.adapt('one.diff', ONE)
        self.good('apply')
        self.before = {p: p.read_bytes() for p in
                       (self.root / 'patches').rglob('*') if p.is_file()}

    def changed(self):
        """Files of patches/ that are new, gone or other than before."""
        now = {p: p.read_bytes() for p in
               (self.root / 'patches').rglob('*') if p.is_file()}
        return sorted(p.relative_to(self.root / 'patches').as_posix()
                      for p in {*now, *self.before}
                      if now.get(p) != self.before.get(p))

    def test_nothing_to_do(self):
        self.good('refresh')
        self.assertEqual(self.changed(), [])

    def test_edit(self):
        """An edit of a hook becomes the base's; the patch file stays."""
        self.edit('target/core.c', 'two();', 'two(1);')
        self.good('refresh')
        self.assertEqual(self.changed(), ['bases/1.1/two.diff'])
        self.assertIn('+two(1);', self.text('patches/bases/1.1/two.diff'))
        self.edit('target/core.c', 'two(1);', 'two();')
        self.good('refresh')
        self.assertEqual(self.changed(), [])

    def test_commit_of_the_base(self):
        """Made in a clone, taken over by a tree that holds the base."""
        clone = self.top / 'clone'
        self.git('clone', '-q', self.tree, clone)
        self.git('reset', '-q', '--hard', 'base', tree=clone)
        self.write(clone / 'hw/near.h', 'near\n')
        self.git('add', '-f', 'hw/near.h', tree=clone)
        self.git('commit', '-q', '-m', 'base 1.1: Add near\n\nWhy.\n\n'
                 'Upstream: a\nDrop-when: b', tree=clone)
        self.git('cherry-pick', 'base..origin/series', tree=clone)
        shutil.rmtree(self.root / 'build')
        self.good('stock')
        self.git('fetch', '-q', clone, 'HEAD')
        self.git('reset', '-q', '--hard', 'FETCH_HEAD')
        self.good('refresh')
        self.assertEqual(self.changed(), ['bases/1.1/add-near.patch',
                                          'bases/1.1/series'])
        self.assertEqual(self.text('patches/bases/1.1/series'),
                         'adapt add-near.patch\n')
        self.assertFalse((self.root / 'hw/near.h').exists())
        self.assertIn('up to date', self.good('apply'))

    def test_message_belongs_to_all_bases(self):
        self.git('commit', '-q', '--amend', '-m', 'arm: Two\n\nOther.\n\n'
                 'Upstream: a\nDrop-when: b')
        self.refused('patches/two.patch', 'another message',
                     verb=('refresh',))
        self.assertEqual(self.changed(), [])

    def test_entry_without_a_commit(self):
        self.git('reset', '-q', '--hard', 'HEAD^')
        self.refused('no commit is left of two.patch', 'Drop-when',
                     verb=('refresh',))
        self.assertEqual(self.changed(), [])

    def test_export(self):
        self.good('export')
        mails = sorted((self.root / 'build/1.1/export').iterdir())
        self.assertEqual(len(mails), 2)
        self.assertIn(' other line 10\n+one();', mails[0].read_text())


if __name__ == '__main__':
    unittest.main()
