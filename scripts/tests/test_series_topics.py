# SPDX-License-Identifier: GPL-2.0-or-later
"""Topics of the series: their order, their mails, their tests."""

import unittest

from scripts.tests.series_case import Case, hook, patch

ORDER = '''a/one.patch
    target/list.c
    target/list.h
    tests/unit/test-list.c
a/more.patch
b/two.patch
    tests/qtest/list-test.c
'''
COVER = 'Subject: arm: {}\n\nWhat {} is about.\n\nResults: good.\n'


class TopicCase(Case):
    """Topic a of two entries with a unit test, b of one with a qtest."""

    def setUp(self):
        super().setUp()
        for name in ('one.patch', 'two.patch'):
            (self.root / 'patches' / name).unlink()
        self.series(ORDER)
        self.patch('a/one.patch', patch('arm: One', hook('target/core.c', 10,
                                                         'one();')))
        self.patch('a/more.patch', patch('arm: More', hook('hw/far.c', 10,
                                                           'more();')))
        self.patch('b/two.patch', patch('arm: Two', hook(
            'target/core.c', 20, 'two();', before=1)))
        for topic in 'ab':
            self.write(self.root / f'patches/{topic}/cover',
                       COVER.format(topic, topic))
        self.write(self.root / 'tests/unit/test-list.c', 'int main;\n')
        self.write(self.root / 'tests/qtest/list-test.c', 'int main;\n')
        self.write(self.base / 'MAINTAINERS',
                   'Arm\nF: target/\nF: tests/\nF: hw/\nF: *\n')


class Order(TopicCase):
    def test_apart(self):
        self.series(ORDER.replace('a/more.patch\n', '') + 'a/more.patch\n')
        self.refused('patches/series:', 'a/more.patch', 'stands apart', 'of a')

    def test_a_patch_that_is_not_named(self):
        self.patch('b/three.patch', patch('arm: Three'))
        self.refused('patches/b/three.patch', 'not in patches/series')

    def test_a_new_commit_joins_the_topic_before_it(self):
        self.good('apply')
        self.edit('hw/far.c', 'line 5\n', 'line 5\nmine();\n')
        self.git('commit', '-qam', 'arm: Mine\n\nWhy.\n\nUpstream: no.\n'
                 'Drop-when: never.')
        self.good('refresh')
        self.assertIn('+mine();', self.text('patches/b/mine.patch'))
        self.assertTrue(self.text('patches/series').endswith('b/mine.patch\n'))


class Mails(TopicCase):
    def export(self, topic):
        self.good('export', '--topic', topic)
        return sorted((self.root / 'build/export').iterdir())

    def test_first_topic_applies_to_the_base_alone(self):
        self.good('apply')
        mails = self.export('a')
        self.assertEqual([p.name for p in mails], [
            '0000-cover-letter.patch', '0001-arm-One.patch',
            '0002-arm-More.patch'])
        cover = mails[0].read_text()
        self.assertIn('Subject: [PATCH 0/2] arm: a\n', cover)
        self.assertIn('\nWhat a is about.\n\nResults: good.\n', cover)
        self.assertNotIn('***', cover)
        self.git('worktree', 'add', '-q', '--detach', str(self.top / 'am'),
                 'base')
        self.git('am', '-q', *map(str, mails[1:]), tree=self.top / 'am')
        self.assertIn('one();', (self.top / 'am/target/core.c').read_text())

    def test_later_topic_has_its_own_mails_alone(self):
        mails = self.export('b')
        self.assertEqual([p.name for p in mails], [
            '0000-cover-letter.patch', '0001-arm-Two.patch'])
        self.assertNotIn('one();\n+', mails[1].read_text())

    def test_two_exports_are_equal(self):
        one = [p.read_bytes() for p in self.export('a')]
        self.assertEqual([p.read_bytes() for p in self.export('a')], one)

    def test_refusals(self):
        self.refused('no topic "c"', 'a, b', verb=('export', '--topic', 'c'))
        (self.root / 'patches/b/cover').write_text('What it is\n')
        self.refused('patches/b/cover', 'Subject:',
                     verb=('export', '--topic', 'b'))


class Tests(TopicCase):
    def test_each_topic_runs_the_tests_that_it_has_by_then(self):
        self.good('check')
        self.assertEqual(
            (self.top / 'built').read_text().splitlines()[-2:],
            ['arm: More: tests/unit/test-list',
             'arm: Two: tests/unit/test-list tests/qtest/list-test'])
        self.assertEqual(self.good('check').count('tested before'), 2)

    def test_failing_tests_are_told_by_topic(self):
        self.patch('b/two.patch', patch('arm: Two', hook(
            'target/core.c', 20, 'failing();', before=1)))
        done = self.call('check')
        self.assertEqual(done.returncode, 1)
        self.assertIn('b: its tests fail; all of it is in ', done.stdout)
        self.assertNotIn('a: its tests fail', done.stdout)

    def test_no_cover(self):
        (self.root / 'patches/a/cover').unlink()
        done = self.call('check', '--no-build')
        self.assertEqual(done.returncode, 1)
        self.assertIn('patches/a/cover: ', done.stdout)


if __name__ == '__main__':
    unittest.main()
